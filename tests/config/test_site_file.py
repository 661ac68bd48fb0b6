from pathlib import Path

import pytest

from passerby.config.secrets.site_secrets import CAMERA_PASSWORDS
from passerby.config.secrets.stored_secrets import StoredSecrets
from passerby.config.site_file import load_site, parse_site
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind

PATH = Path("/srv/site/site.yaml")


def site(text, **environment):
    return parse_site(text, PATH, environment)


def error_of(text, **environment):
    with pytest.raises(UsageError) as caught:
        site(text, **environment)
    return str(caught.value)


def test_a_camera_inherits_the_defaults_that_it_does_not_override():
    parsed = site(
        """
defaults: {hide: [face], delay: 1.5}
cameras:
  gate: {url: "rtsp://10.0.0.5/s", delay: 1.0}
  yard: {url: yard.mp4}
"""
    )
    assert (Kind.FACE,) == parsed.cameras["gate"].hide == parsed.cameras["yard"].hide
    assert (1.0, 1.5) == (parsed.cameras["gate"].delay, parsed.cameras["yard"].delay)


def test_faces_and_plates_are_hidden_by_default():
    assert (Kind.FACE, Kind.PLATE) == site("cameras: {gate: {url: 'rtsp://h/s'}}").cameras["gate"].hide


def test_paths_are_relative_to_the_file():
    parsed = site("data: recordings\ncameras: {yard: {url: yard.mp4}}")
    assert ("/srv/site/recordings", "/srv/site/yard.mp4") == (parsed.data, parsed.cameras["yard"].url)


def test_secrets_come_from_the_environment_and_are_not_printed():
    parsed = site(
        "cameras: {gate: {url: 'rtsp://h/s', user: admin, password: '${GATE_PASSWORD}'}}", GATE_PASSWORD="hunter2"
    )
    assert "hunter2" in parsed.cameras["gate"].address().url
    assert "hunter2" not in f"{parsed!r} {parsed.model_dump_json()}"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("cameras:\n  gate:\n    url: rtsp://h/s\n    hide: [nose]\n", 4, "cameras.gate.hide"),
        ("defaults:\n  delay: 9\ncameras:\n  gate: {url: 'rtsp://h/s'}\n", 2, "defaults.delay"),
        ("cameras:\n  gate:\n    url: rtsp://h/s\n    delai: 1\n", 4, "no such setting"),
        ("cameras:\n  gate:\n    user: me\n", 2, "is required"),
        ("cameras:\n  Front Gate:\n    url: rtsp://h/s\n", 1, "not a valid camera name"),
        ("cameras:\n  gate:\n    url: ftp://h/s\n", 2, "not a supported camera protocol"),
        ("cameras:\n  gate:\n    url: rtsp://h/s\n   x: 1\n", 4, "Correct that line"),
        ("cameras:\n  a: {url: x.mp4}\n  a: {url: y.mp4}\n", 3, "Correct that line"),
        (
            "cameras:\n  a:\n    url: x.mp4\n    hide_regions: [[[0, 0], [1, 0], [1, 1.2]]]\n",
            4,
            "must be 1 or less",
        ),
        ("cameras:\n  a:\n    url: rtsp://h/s\n    user: me\n    password: ${NOPE}\n", 5, "export NOPE="),
        ("cameras:\n  front:\n    url: rtsp://me:hunter2@h/s\n", 3, "password: ${FRONT_PASSWORD}"),
        ("cameras:\n  front:\n    url: rtsp://h/s\n    user: me\n    password: hunter2\n", 5, "in the environment"),
        ("cameras: {}\n", 1, "at least 1 entries"),
    ],
)
def test_an_error_names_its_line_and_what_to_do(text, line, message):
    error = error_of(text)
    assert error.startswith(f"{PATH}:{line}: ")
    assert message in error
    assert "hunter2" not in error


@pytest.mark.parametrize(
    "text",
    [
        "name: ${SECRET}\ncameras: {gate: {url: x.mp4}}",
        "cameras: {gate: {url: 'rtsp://${SECRET}/s'}}",
        "cameras: {gate: {url: 'rtsp://h/s', user: 'a${SECRET}'}}",
        "cameras: {gate: {url: x.mp4}}\nuplink: {mqtt: {host: '${SECRET}'}}",
        "cameras: {gate: {url: x.mp4, counting: {zones: [{name: '${SECRET}', polygon: [[0, 0], [1, 0], [1, 1]]}]}}}",
        "cameras: {gate: {url: x.mp4}}\ndata: ${",
    ],
)
def test_variables_are_replaced_in_fields_for_secrets_only(text):
    error = error_of(text, SECRET="hunter2")
    assert "passwords and secrets only" in error
    assert "hunter2" not in error


def test_no_error_shows_the_value_of_an_environment_variable():
    assert "hunter2" not in error_of("cameras: {gate: {url: 'rtsp://h/s', delay: '${SECRET}'}}", SECRET="hunter2")
    assert "hunter2" not in error_of("cameras: {gate: {url: 'rtsp://${SECRET}:x/s'}}", SECRET="u:hunter2@h")


def test_a_missing_or_unreadable_file_is_reported(tmp_path):
    with pytest.raises(UsageError, match="--example"):
        load_site(tmp_path / "site.yaml")
    assert "--example" in error_of("just words")
    (tmp_path / "site.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_site(tmp_path / "site.yaml")


COUNTING = """
timezone: Europe/Berlin
timetables:
  - name: open
    hours: [{days: [mon, tue, wed, thu, fri], start: "08:00", end: "18:00"}]
cameras:
  gate:
    url: rtsp://h/a
    counting:
      lines: [{name: door, points: [[0.5, 0.0], [0.5, 1.0]], count: [person, car]}]
      rules: [{name: entry, kind: crossing, line: door}]
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("timezone: Europe/Berlin", "timezone: Mars/Olympus"), "Mars/Olympus"),
        (("kind: crossing, line: door", "kind: crossing, line: door, outside: night"), "timetable night"),
        (("line: door}", "line: gate}"), "line gate, which does not exist"),
    ],
)
def test_counting_settings_that_refer_to_nothing_are_refused(tmp_path, change, expected):
    with pytest.raises(UsageError, match=expected):
        parse_site(COUNTING.replace(*change), tmp_path / "site.yaml", {"SECRET": "hunter2hunter2hunter2"})


def test_the_example_in_the_counting_guide_is_valid(tmp_path):
    text = (Path(__file__).parents[2] / "docs" / "guide" / "counts.md").read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    site = parse_site(example, tmp_path / "site.yaml", {"MQTT_PASSWORD": "x", "HOOK_SECRET": "s" * 20})
    assert ["intruder", "full", "entry"] == [rule.name for rule in site.cameras["hall"].counting.rules]
    assert {"mqtt", "webhook:desk"} == set(site.uplink.destinations())


def test_where_the_pages_listen_follows_the_image_unless_the_file_says_so():
    text = "cameras: {gate: {url: 'rtsp://h/s'}}"
    assert "127.0.0.1" == site(text).web.host
    assert "0.0.0.0" == site(text, PASSERBY_WEB_HOST="0.0.0.0").web.host
    assert "192.0.2.7" == site(f"web: {{host: 192.0.2.7}}\n{text}", PASSERBY_WEB_HOST="0.0.0.0").web.host


def test_secrets_that_are_not_needed_may_be_missing():
    text = """
web: {oidc: {issuer: 'https://login.example.org', client_id: passerby, client_secret: '${OIDC_SECRET}'}}
uplink:
  mqtt: {host: broker, user: me, password: '${MQTT_PASSWORD}'}
  webhooks: [{name: desk, url: 'https://desk.example', secret: '${HOOK_SECRET}'}]
cameras: {gate: {url: 'rtsp://h/s', user: me, password: '${GATE_PASSWORD}'}}
"""
    assert "gate" in parse_site(text, PATH, {}, secrets=()).cameras
    needed = parse_site(text, PATH, {"GATE_PASSWORD": "hunter2"}, secrets=(CAMERA_PASSWORDS,))
    assert "hunter2" in needed.cameras["gate"].address().url
    with pytest.raises(UsageError, match="GATE_PASSWORD is not set"):
        parse_site(text, PATH, {}, secrets=(CAMERA_PASSWORDS,))
    with pytest.raises(UsageError, match="OIDC_SECRET is not set"):
        parse_site(text, PATH, {"GATE_PASSWORD": "hunter2"})


def test_a_password_that_was_entered_on_the_pages_is_used_for_its_host_alone(tmp_path):
    def camera(url):
        text = f"cameras: {{gate: {{url: '{url}', user: me}}}}"
        return parse_site(text, tmp_path / "site.yaml", {}).cameras["gate"]

    (tmp_path / "data").mkdir()
    StoredSecrets(tmp_path / "data").put("cameras.gate.password", "p:/@ x", "rtsp://192.0.2.1:None")
    url = "rtsp://me:p%3A%2F%40%20x@192.0.2.1/other"
    assert url == camera("rtsp://192.0.2.1/other").address().url
    for elsewhere in ("rtsp://192.0.2.9/s", "rtsps://192.0.2.1/s", "rtsp://192.0.2.1:8554/s"):
        assert None is camera(elsewhere).password
