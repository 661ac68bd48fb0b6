import pytest

from passerby.config.restream import RestreamSettings
from passerby.config.site_file import parse_site
from passerby.core.errors import UsageError

SITE = """
cameras:
  gate:
    url: rtsp://10.0.0.5/s
    restream:
      url: {url}
      {login}
"""


def restream(tmp_path, url="rtsp://127.0.0.1:8554/gate", login="user: me"):
    text = SITE.format(url=url, login=login)
    return parse_site(text, tmp_path / "site.yaml", {"R": "hunter2"}).cameras["gate"].restream


def test_its_password_comes_from_the_environment_and_is_in_no_printed_form(tmp_path):
    settings = restream(tmp_path, login='{user: me, password: "${R}"}'.strip("{}").replace(", ", "\n      "))
    assert "rtsp://me:hunter2@127.0.0.1:8554/gate" == settings.address().url
    assert "hunter2" not in f"{settings!r} {settings.address()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("url", "login", "problem"),
    [
        ("http://127.0.0.1/x", "user: me", "rtsp://127.0.0.1:8554/name"),
        ("gate.mp4", "user: me", "rtsp://127.0.0.1:8554/name"),
        ("ftp://h/x", "user: me", "not a supported"),
        ("rtsp://h/x", 'password: "${R}"', "no user"),
        ("rtsp://h/x", "password: hunter2", "GATE_RESTREAM_PASSWORD"),
        ("rtsp://me:hunter2@h/x", "user: me", "GATE_RESTREAM_PASSWORD"),
    ],
)
def test_what_cannot_be_published_to_is_refused(tmp_path, url, login, problem):
    with pytest.raises(UsageError) as error:
        restream(tmp_path, url, login)
    assert problem in str(error.value)
    assert "hunter2" not in str(error.value)


def test_a_camera_publishes_nothing_unless_told_to(tmp_path):
    site = parse_site("cameras: {gate: {url: rtsp://10.0.0.5/s}}", tmp_path / "site.yaml", {})
    assert site.cameras["gate"].restream is None
    assert RestreamSettings(url="rtsps://h/x").address().port == 322
