"""The public page states the configuration and the current state in each language, without secrets."""

import re

import pytest

from passerby.config.notice import Language, LegalBasis
from passerby.documents.status import CameraHealth, CameraState, SiteStatus
from passerby.notice.access_counts import AccessCounts
from passerby.notice.page import render_page
from passerby.notice.site_facts import StoreFacts, site_facts
from passerby.notice.view_outline import ViewOutline
from tests.store.footage import WALL

LINES = ViewOutline(480, 270, (((10, 10), (200, 10), (200, 100)),), 6, 0)


def link(language):
    return f"{language.value}.html"


def render(site, clock, store=None, status=None, language=Language.EN, outlines=None):
    return render_page(site_facts(site, clock.now(), store or StoreFacts(), status, outlines), language, link)


def plain_text(text):
    """Without the tags, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<body>")[2]).split())


def status(**states):
    cameras = {name: CameraHealth(state=state) for name, state in states.items()}
    return SiteStatus(name="North hall", started=1.0, now=2.0, clock_trusted=True, cameras=cameras)


def test_it_states_the_configuration(site, clock):
    text = plain_text(render(site, clock))
    for expected in (
        "Example School, 1 High Street",
        "privacy@example.org",
        "Bicycles are not stolen",
        "Legitimate interests (Article 6(1)(f) GDPR)",
        "Property of pupils",
        "14 days, then deleted automatically",
        "Yard, towards the gate",
        "faces and heads, number plates",
        "number plates, whole persons",
        "You have the right to object",
        "As of 2027-01-15 09:00 CET",
    ):
        assert expected in text
    assert "10.0.0.5" not in text  # network addresses of cameras are not public


def test_texts_of_the_site_file_are_escaped(site, clock):
    assert "Nobody &lt;b&gt;falls&lt;/b&gt; &amp; is not found" in render(site, clock)


def test_it_is_self_contained_and_small(site, clock):
    text = render(site, clock, outlines={"yard": LINES})
    assert [] == re.findall(r"<script|<link|<img|src=|url\(|@import", text)
    assert ["de.html"] == re.findall(r'href="([^"]+)"', text)
    assert len(text.encode()) < 20_000


def test_each_language(site, clock):
    text = render(site, clock, language=Language.DE)
    assert '<html lang="de">' in text
    assert "Bicycles are not stolen" in text
    assert "Gesichter und Köpfe" in plain_text(text)
    assert ["en.html"] == re.findall(r'href="([^"]+)"', text)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (CameraState.LIVE, "On, not recording"),
        (CameraState.LOST, "Off"),
        (None, "It is not known whether this camera is on"),
    ],
)
def test_online_state(site, clock, state, expected):
    now = None if state is None else status(yard=state, hall=state)
    assert expected in plain_text(render(site, clock, status=now))


def test_recording_state(site, clock):
    store = StoreFacts({"yard": round((WALL - 5) * 1e6), "hall": round((WALL - 3600) * 1e6)})
    text = plain_text(render(site, clock, store, status(yard=CameraState.LIVE, hall=CameraState.LOST)))
    assert "On, and recording" in text
    assert "Off. Last recording: 2027-01-15 08:00 CET" in text
    assert "On, and recording" in plain_text(render(site, clock, store))  # known from the recording alone


def test_access_counts_are_stated(site, clock):
    access = {"yard": AccessCounts(viewed=2, live=4), "hall": AccessCounts(viewed=1, exported=1)}
    text = plain_text(render(site, clock, StoreFacts(access=access)))
    assert "recordings viewed 3 times, exported as a file once, live pictures viewed 4 times" in text
    assert "recordings viewed: 2 times; live pictures viewed: 4 times; exports: never" in text


def test_without_the_store_access_counts_are_omitted(site, clock):
    text = plain_text(render_page(site_facts(site, clock.now(), None, None), Language.EN, link))
    assert "not available at the moment" in text
    assert "never" not in text


def test_the_outline_has_a_text_alternative(site, clock):
    text = render(site, clock, outlines={"yard": LINES})
    assert 'role="img" aria-label="Outline of the view of Yard, towards the gate' in text
    assert 'd="M10 10L200 10L200 100Z"' in text
    assert 1 == plain_text(text).count("There is no outline of this view yet")


def test_rights_follow_the_legal_basis(site, clock):
    other = site.notice.model_copy(update={"basis": LegalBasis.CONSENT})
    text = plain_text(render(site.model_copy(update={"notice": other}), clock))
    assert "withdraw your consent" in text
    assert "You have the right to object" not in text


def test_a_missing_day_limit_is_stated(site, clock):
    retention = site.retention.model_copy(update={"days": None})
    assert "No number of days is set" in plain_text(render(site.model_copy(update={"retention": retention}), clock))
