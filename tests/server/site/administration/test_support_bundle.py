"""The support bundle holds no picture, no name, no address and no secret, wherever these are planted."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from passerby.config.notifications.kinds import NotificationChannel
from passerby.config.site_file import parse_site
from passerby.documents.status import CameraHealth, CameraState, RestreamState, RestreamStatus
from passerby.server.site.administration.support_bundle import support_bundle
from passerby.store.notifications.preferences import NotificationPreferences, Preferences
from passerby.store.notifications.queue import NotificationQueue
from tests.server.site.fixtures import serving

#: Planted wherever somebody can write something. Each is a word that is nowhere else.
PLANTED = (
    *("Zanzibar", "quagga", "okapi", "axolotl", "wombat", "192.0.2.77", "198.51.100.9", "narwhal", "pangolin", "tapir"),
    *("numbat", "kakapo", "hoatzin", "lemur", "ocelot", "jerboa", "caracal", "dugong", "bongo"),
)
SECRET = "gerenuk in no file"
TEXT = """\
# quagga: a comment
name: Zanzibar school
timezone: Europe/Berlin
cameras:
  okapi:
    display_name: axolotl's door
    url: rtsp://192.0.2.77/wombat?key=narwhal
    user: pangolin
    password: ${GATE_PASSWORD}
    restream: {url: 'rtsp://127.0.0.1:8554/tapir'}
    counting:
      zones: [{name: numbat, display_name: kakapo, polygon: [[0.1, 0.1], [0.6, 0.1], [0.6, 0.6]]}]
      rules: [{name: hoatzin, kind: presence, zone: numbat}]
uplink:
  mqtt: {host: 198.51.100.9, user: lemur, password: '${GATE_PASSWORD}'}
  webhooks: [{name: ocelot, url: 'https://jerboa.example/caracal', secret: '${GATE_PASSWORD}'}]
notifications:
  mail: {host: dugong.example, user: bongo, password: '${GATE_PASSWORD}', sender: lemur@jerboa.example}
  webhook_hosts: [ocelot.example]
notice:
  controller: kakapo town
  contact: lemur@jerboa.example
  purposes: [caracal]
  basis: consent
"""


@pytest.fixture
def bundle(site_data, tmp_path):
    site = parse_site(TEXT.replace("data\n", f"{tmp_path}/data\n"), tmp_path / "site.yaml", {"GATE_PASSWORD": SECRET})
    with serving(site_data, tmp_path) as served:
        health = CameraHealth(
            state=CameraState.LOST,
            problem="quagga at 192.0.2.77 refuses the password of pangolin",
            occupancy={"numbat": 2},
            recording={"message": "okapi's disk", "path": "/srv/Zanzibar"},
            restream=RestreamStatus(state=RestreamState.LOST, problem="tapir"),
        )
        status = served.context.status().model_copy(
            update={"cameras": {"okapi": health}, "disk": {"free": 5, "problem": "Zanzibar is full", "trusted": True}}
        )
        Preferences(served.context.database).put(2, NotificationPreferences(mail_address="lemur@jerboa.example"))
        queue = NotificationQueue(served.context.database)
        queue.put_test(2, NotificationChannel.MAIL, 1.0)
        data = support_bundle(replace(served.context, running=lambda: site, status=lambda: status))
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            yield {name: file.read(name).decode() for name in file.namelist()}


def test_nothing_that_was_planted_is_in_it(bundle):
    everything = "\n".join([*bundle, *bundle.values()])
    accounts = ("viewer", "operator", "administrator", "auditor")
    found = [word for word in (*PLANTED, SECRET, *accounts) if word.lower() in everything.lower()]
    assert [] == found
    assert "@" not in everything
    assert "://" not in everything
    assert "$argon2" not in everything


def test_there_is_no_picture_in_it(bundle):
    assert {"README.txt", "database.json", "disk.json", "settings.json", "status.json", "versions.json"} == set(bundle)
    assert not any("\xff\xd8" in text for text in bundle.values())


def test_what_helps_is_in_it(bundle):
    status, settings, database = (json.loads(bundle[f"{name}.json"]) for name in ("status", "settings", "database"))
    camera = status["cameras"]["camera-1"]
    assert ("lost", True, True, "lost") == (
        camera["state"],
        camera["has_problem"],
        camera["recording_fails"],
        camera["restream"],
    )
    assert {"free": 5, "trusted": True} == status["disk"]
    own = settings["cameras"]["camera-1"]
    assert (["face", "plate"], "fast", {"set": True}) == (own["hide"], own["profile"], own["url"])
    assert "presence" == own["counting"]["rules"][0]["kind"]
    assert "starttls" == settings["notifications"]["mail"]["security"]
    assert database["rows"]["accounts"] == 4
    assert [{"channel": "mail", "waiting": 1, "dropped": 0, "problem": None}] == database["notifications"]
    assert json.loads(bundle["versions.json"])["passerby"]
