from pathlib import Path

import pytest

from passerby.config.site_file import load_site, parse_site
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind

PATH = Path("/srv/site/site.yaml")


def site(text, **environment):
    return parse_site(text, PATH, environment)


def refused(text, **environment):
    with pytest.raises(UsageError) as caught:
        site(text, **environment)
    return str(caught.value)


def test_a_camera_takes_from_the_defaults_what_it_does_not_say():
    made = site(
        """
defaults: {hide: [face], delay: 1.5}
cameras:
  gate: {url: "rtsp://10.0.0.5/s", delay: 1.0}
  yard: {url: yard.mp4}
"""
    )
    assert (Kind.FACE,) == made.cameras["gate"].hide == made.cameras["yard"].hide
    assert (1.0, 1.5) == (made.cameras["gate"].delay, made.cameras["yard"].delay)


def test_faces_and_plates_are_hidden_when_nothing_is_said():
    assert (Kind.FACE, Kind.PLATE) == site("cameras: {gate: {url: 'rtsp://h/s'}}").cameras["gate"].hide


def test_paths_are_relative_to_the_file():
    made = site("data: recordings\ncameras: {yard: {url: yard.mp4}}")
    assert ("/srv/site/recordings", "/srv/site/yard.mp4") == (made.data, made.cameras["yard"].url)


def test_secrets_come_from_the_environment_and_are_not_printed():
    made = site(
        "cameras: {gate: {url: 'rtsp://h/s', user: admin, password: '${GATE_PASSWORD}'}}", GATE_PASSWORD="hunter2"
    )
    assert "hunter2" in made.cameras["gate"].address().url
    assert "hunter2" not in f"{made!r} {made.model_dump_json()}"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("cameras:\n  gate:\n    url: rtsp://h/s\n    hide: [nose]\n", 4, "cameras.gate.hide"),
        ("defaults:\n  delay: 9\ncameras:\n  gate: {url: 'rtsp://h/s'}\n", 2, "defaults.delay"),
        ("cameras:\n  gate:\n    url: rtsp://h/s\n    delai: 1\n", 4, "no such setting"),
        ("cameras:\n  gate:\n    user: me\n", 2, "is missing"),
        ("cameras:\n  Front Gate:\n    url: rtsp://h/s\n", 1, "cannot name a camera"),
        ("cameras:\n  gate:\n    url: ftp://h/s\n", 2, "no kind of camera"),
        ("cameras:\n  gate:\n    url: rtsp://h/s\n   x: 1\n", 4, "Correct that line"),
        ("cameras:\n  a: {url: x.mp4}\n  a: {url: y.mp4}\n", 3, "Correct that line"),
        ("cameras:\n  a:\n    url: x.mp4\n    hide_regions: [[[0, 0], [1, 0], [1, 1.2]]]\n", 4, "from 0 to 1"),
        ("cameras:\n  a:\n    url: rtsp://h/s\n    user: me\n    password: ${NOPE}\n", 5, "export NOPE="),
        ("cameras:\n  front:\n    url: rtsp://me:hunter2@h/s\n", 3, "password: ${FRONT_PASSWORD}"),
        ("cameras:\n  front:\n    url: rtsp://h/s\n    user: me\n    password: hunter2\n", 5, "into the environment"),
        ("cameras: {}\n", 1, "at least 1"),
    ],
)
def test_an_error_names_its_line_and_what_to_do(text, line, says):
    told = refused(text)
    assert told.startswith(f"{PATH}:{line}: ")
    assert says in told
    assert "hunter2" not in told


def test_a_value_from_the_environment_is_in_no_error():
    assert "hunter2" not in refused("cameras: {gate: {url: 'rtsp://h/s', delay: '${SECRET}'}}", SECRET="hunter2")
    assert "hunter2" not in refused("cameras: {gate: {url: 'rtsp://${SECRET}:x/s'}}", SECRET="u:hunter2@h")


def test_no_file_and_no_yaml_are_told(tmp_path):
    with pytest.raises(UsageError, match="--example"):
        load_site(tmp_path / "site.yaml")
    assert "--example" in refused("just words")
    (tmp_path / "site.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_site(tmp_path / "site.yaml")
