"""What a camera's process is told: its own settings, and nothing of other cameras, secrets or pages."""

from passerby.config.site import Site
from passerby.config.site_file import parse_site
from passerby.watch.worker_spec import WorkerSpec
from tests.watch.child import SITE

NOTICE = """
notice:
  controller: Town of Northby
  contact: privacy@northby.example
  purposes: [The hall is not too full]
  basis: public_task
  grounds: Law on public halls
  views: {a: Main entrance, b: Stairs}
web:
  dual_approval: true
"""
UPLINK = """
uplink:
  mqtt: {host: broker, user: me, password: "${SECRET}"}
  webhooks: [{name: desk, url: "http://h/", secret: "${SECRET}"}]
"""


def test_web_and_notice_settings_change_nothing_for_a_camera(site, tmp_path):
    """The public notice names every camera, which a spec of one camera could not validate."""
    changed = parse_site(SITE + NOTICE, tmp_path / "site.yaml", {"SECRET": "hunter2"})
    for name in changed.cameras:
        spec = WorkerSpec.for_camera(changed, name)
        assert spec == WorkerSpec.for_camera(site, name)
        assert [name] == list(WorkerSpec.model_validate_json(spec.model_dump_json()).site.cameras)


def test_a_change_of_its_own_settings_is_one(site, tmp_path):
    changed = parse_site(SITE.replace("h/b", "h/c"), tmp_path / "site.yaml", {"SECRET": "hunter2"})
    assert WorkerSpec.for_camera(site, "a") == WorkerSpec.for_camera(changed, "a")
    assert WorkerSpec.for_camera(site, "b") != WorkerSpec.for_camera(changed, "b")


def test_the_password_survives_serialisation(site):
    text = WorkerSpec.for_camera(site, "a").model_dump_json()
    assert "hunter2" == WorkerSpec.model_validate_json(text).settings.password.get_secret_value()
    assert "hunter2" not in WorkerSpec.for_camera(site, "b").model_dump_json()


def test_so_does_that_of_the_masked_stream_which_is_no_secret_of_other_cameras(tmp_path):
    restream = "restream: {url: 'rtsp://h/out', user: me, password: '${OUT}'}"
    text = SITE.replace("rtsp://h/b'", f"rtsp://h/b', {restream}")
    site = parse_site(text, tmp_path / "site.yaml", {"SECRET": "hunter2", "OUT": "hunter3"})
    spec = WorkerSpec.for_camera(site, "b").model_dump_json()
    settings = WorkerSpec.model_validate_json(spec).settings.restream
    assert ("hunter3", "rtsp://me:hunter3@h/out") == (settings.password.get_secret_value(), settings.address().url)
    assert "hunter3" not in WorkerSpec.for_camera(site, "a").model_dump_json()


def test_no_secret_of_the_uplink_reaches_a_camera(tmp_path):
    secret = "hunter3hunter3hunter3"
    uplink = UPLINK.replace("SECRET", "UPLINK_SECRET")
    environment = {"SECRET": "hunter2", "UPLINK_SECRET": secret}
    site = parse_site(SITE + uplink, tmp_path / "site.yaml", environment)
    text = WorkerSpec.for_camera(site, "a").model_dump_json()
    assert secret not in text
    assert {"mqtt", "webhook:desk"} == set(WorkerSpec.model_validate_json(text).site.uplink.destinations())


TABLES = [
    {"name": "open", "hours": [{"days": ["mon"], "start": "08:00", "end": "18:00"}]},
    {"name": "night", "hours": [{"days": ["mon"], "start": "22:00", "end": "06:00"}]},
]
DOOR_WITH_RULE = {
    "lines": [{"name": "door", "points": [[0, 0.5], [1, 0.5]]}],
    "rules": [{"name": "in", "kind": "crossing", "line": "door", "during": "night"}],
}
HALL = {"name": "hall", "during": "open", "doors": [{"camera": name, "line": "door"} for name in "ab"]}


def test_a_camera_is_told_of_the_timetables_of_its_rules_alone(tmp_path):
    """Doors of other cameras are none of its business: a spec of one camera could not validate them."""
    cameras = [{"url": f"rtsp://h/{name}", "counting": DOOR_WITH_RULE} for name in "ab"]
    whole = {"cameras": dict(zip("ab", cameras, strict=True)), "timetables": TABLES, "occupancy": [HALL]}
    site = Site.model_validate(whole)
    spec = WorkerSpec.for_camera(site, "a")
    assert ["night"] == [table.name for table in spec.site.timetables]
    assert spec == WorkerSpec.model_validate_json(spec.model_dump_json())

    def changed(number, **values):
        tables = [table | (values if n == number else {}) for n, table in enumerate(TABLES)]
        return WorkerSpec.for_camera(Site.model_validate(whole | {"timetables": tables}), "a")

    assert spec == changed(0, hours=[{"days": ["sun"]}])
    assert spec == changed(1, display_name="Nights")
    assert spec != changed(1, hours=[{"days": ["sun"]}])
