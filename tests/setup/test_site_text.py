from pathlib import Path

from passerby.config.site_file import parse_site
from passerby.core.kinds import Kind
from passerby.setup.draft import DraftRetention
from passerby.setup.site_text import site_text
from tests.setup.factories import whole_draft


def read(text):
    return parse_site(text, Path("/srv/site.yaml"), {})


def test_it_says_what_was_answered():
    text = site_text(whole_draft("/srv/data"), status_port=8770, web_host=None, web_port=8443)
    site = read(text)
    assert ("North hall", "Europe/Berlin", "/srv/data", 3) == (site.name, site.timezone, site.data, site.retention.days)
    assert ("Gate, left", "rtsp://192.0.2.1/1", "cam") == (
        site.cameras["gate"].display_name,
        site.cameras["gate"].url,
        site.cameras["gate"].user,
    )
    assert "City: of Northby" == site.notice.controller
    assert "127.0.0.1" == site.web.host


def test_what_is_as_always_is_left_out():
    text = site_text(whole_draft("/srv/data", notice=None), status_port=8770, web_host=None, web_port=8443)
    assert not {"web:", "status:", "defaults:", "notice:"} & set(text.splitlines())
    assert text.startswith("# A site of passerby")


def test_what_is_not_as_always_is_there():
    draft = whole_draft("/srv/data", hide=(Kind.PERSON,), retention=DraftRetention(days=0.5, bytes=200_000_000_000))
    site = read(site_text(draft, status_port=9000, web_host="0.0.0.0", web_port=9443))
    assert (9000, "0.0.0.0", 9443) == (site.status.port, site.web.host, site.web.port)
    assert (Kind.PERSON,) == site.cameras["yard"].hide
    assert (0.5, 200_000_000_000) == (site.retention.days, site.retention.bytes)
