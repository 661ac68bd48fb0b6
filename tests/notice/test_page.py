"""The public page says what is configured and what is so, in each language, and shows nobody and no secret."""

import re

import pytest

from passerby.config.notice import Basis, Language
from passerby.core.errors import UsageError
from passerby.documents.status import CameraHealth, SiteStatus, State
from passerby.notice.access_counts import Tally
from passerby.notice.page import page
from passerby.notice.site_facts import Stored, facts, noticed, stored
from passerby.notice.view_outline import Outline
from passerby.store.audit.log import Deed, Entry, write
from tests.notice.scenes import recorded
from tests.store.footage import WALL

LINES = Outline(480, 270, (((10, 10), (200, 10), (200, 100)),), 6, 0)


def link(language):
    return f"{language.value}.html"


def written(site, clock, store=None, status=None, language=Language.EN, outlines=None):
    return page(facts(site, clock.now(), store or Stored(), status, outlines), language, link)


def told(text):
    """Without the tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<body>")[2]).split())


def status(**states):
    cameras = {name: CameraHealth(state=state) for name, state in states.items()}
    return SiteStatus(name="North hall", since=1.0, now=2.0, clock_trusted=True, cameras=cameras)


def test_it_says_what_is_configured(site, clock):
    text = told(written(site, clock))
    for expected in (
        "Example School, 1 High Street",
        "privacy@example.org",
        "Bicycles are not stolen",
        "Legitimate interests (Article 6(1)(f) GDPR)",
        "Property of pupils",
        "14 days, then deleted by itself",
        "Yard, towards the gate",
        "faces and heads, number plates",
        "number plates, whole people",
        "You may object",
        "As of 2027-01-15 09:00 CET",
    ):
        assert expected in text
    assert "10.0.0.5" not in text  # where a camera is in the network is for nobody


def test_what_a_site_writes_is_text_and_not_markup(site, clock):
    assert "Nobody &lt;b&gt;falls&lt;/b&gt; &amp; is not found" in written(site, clock)


def test_it_stands_alone_and_is_small(site, clock):
    text = written(site, clock, outlines={"yard": LINES})
    assert [] == re.findall(r"<script|<link|<img|src=|url\(|@import", text)
    assert ["de.html"] == re.findall(r'href="([^"]+)"', text)
    assert len(text.encode()) < 20_000


def test_each_language(site, clock):
    text = written(site, clock, language=Language.DE)
    assert '<html lang="de">' in text
    assert "Bicycles are not stolen" in text
    assert "Gesichter und Köpfe" in told(text)
    assert ["en.html"] == re.findall(r'href="([^"]+)"', text)


@pytest.mark.parametrize(
    ("state", "said"),
    [(State.LIVE, "On now, not recording"), (State.LOST, "Off now"), (None, "Whether it is on now is not known")],
)
def test_whether_it_is_on(site, clock, state, said):
    now = None if state is None else status(yard=state, hall=state)
    assert said in told(written(site, clock, status=now))


def test_whether_it_records(site, clock):
    store = Stored({"yard": round((WALL - 5) * 1e6), "hall": round((WALL - 3600) * 1e6)})
    text = told(written(site, clock, store, status(yard=State.LIVE, hall=State.LOST)))
    assert "On now, and recording" in text
    assert "Off now. Last recording: 2027-01-15 08:00 CET" in text
    assert "On now, and recording" in told(written(site, clock, store))  # nobody has to say so


def test_how_often_it_was_looked_at(site, clock, recordings):
    def looked(what, camera="yard", on=(), times=1):
        for _ in range(times):
            entry = Entry.of("web:ada", Deed.EXPORT, {"camera": camera, **dict(on)}, clock.now(), "first", "case 7")
            write(recordings.database, entry.model_copy(update={"what": what}))

    looked("viewed", on={"kind": "recording"}, times=5)  # long ago
    clock.go(31 * 86400)
    looked("viewed", on={"kind": "recording"}, times=2)
    looked("viewed", "hall", on={"kind": "thumbnail"})
    looked("viewed", on={"kind": "live"}, times=4)
    looked("viewed", on={"kind": "counts"}, times=9)  # numbers show nobody
    looked("export")  # asked for, and not done
    looked("exported", "hall")
    looked("changed", times=3)
    store = stored(recordings, clock.now())
    assert {"yard": Tally(viewed=2, live=4), "hall": Tally(viewed=1, exported=1)} == store.tallies
    text = told(written(site, clock, store))
    assert "recordings looked at 3 times, given out as a file once, live pictures watched 4 times" in text


def test_the_newest_recording_is_known(clock, recordings):
    recorded(recordings, clock)
    assert {"yard": round((WALL + 1) * 1e6)} == stored(recordings, clock.now()).newest


def test_without_the_store_it_does_not_pretend(site, clock):
    text = told(page(facts(site, clock.now(), None, None), Language.EN, link))
    assert "cannot be told at the moment" in text
    assert "never" not in text


def test_the_outline_is_told_to_those_who_do_not_see_it(site, clock):
    text = written(site, clock, outlines={"yard": LINES})
    assert 'role="img" aria-label="Outline of what Yard, towards the gate sees' in text
    assert 'd="M10 10L200 10L200 100Z"' in text
    assert 1 == told(text).count("There is no outline of its view yet")


def test_rights_follow_the_ground(site, clock):
    other = site.notice.model_copy(update={"basis": Basis.CONSENT})
    text = told(written(site.model_copy(update={"notice": other}), clock))
    assert "take your consent back" in text
    assert "You may object" not in text


def test_a_site_that_says_nothing_is_told_what_to_do(site):
    with pytest.raises(UsageError, match="Add a part `notice`"):
        noticed(site.model_copy(update={"notice": None}))


def test_no_limit_of_days_is_said(site, clock):
    keep = site.keep.model_copy(update={"days": None})
    assert "No number of days is set" in told(written(site.model_copy(update={"keep": keep}), clock))
