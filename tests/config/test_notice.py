"""What a site says of itself: what is missing or makes no sense is told with its line and its remedy."""

from pathlib import Path

import pytest

from passerby.config.notice import Language, LegalBasis
from passerby.config.site_file import parse_site
from passerby.core.errors import UsageError

GOOD = """cameras: {yard: {url: yard.mp4}}
notice:
  controller: Example School
  contact: privacy@example.org
  purposes: [Bicycles are not stolen]
"""


def site(more):
    return parse_site(GOOD + more, Path("/srv/site.yaml"), {})


def test_without_it_there_is_none():
    assert parse_site("cameras: {yard: {url: yard.mp4}}", Path("/srv/site.yaml"), {}).notice is None


def test_little_is_enough():
    notice = site("  basis: consent\n").notice
    assert (LegalBasis.CONSENT, (Language.EN,), None, {}) == (notice.basis, notice.languages, notice.url, notice.views)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("", r"site\.yaml:2: notice\.basis: this setting is required"),
        ("  basis: because\n", r"site\.yaml:6: notice\.basis"),
        ("  basis: legitimate_interests\n", "state in grounds which interest"),
        ("  basis: public_task\n", "state in grounds which law gives the task"),
        ("  basis: consent\n  url: school.example.org\n", r"site\.yaml:7: notice\.url: the URL of the page must begin"),
        ("  basis: consent\n  url: https://ada:pw@school.example.org\n", "remove the user and the password"),
        (f"  basis: consent\n  url: https://school.example.org/{'n' * 100}\n", "at most 120 characters"),
        ("  basis: consent\n  languages: [de, de]\n", "a language is listed twice"),
        ("  basis: consent\n  languages: [xx]\n", r"site\.yaml:7: notice\.languages"),
        ("  basis: consent\n  views: {gate: Main entrance}\n", "refers to camera gate, which does not exist"),
        ("  basis: consent\n  contact: ' '\n", "duplicate key|notice.contact"),
    ],
)
def test_each_error_is_explained(more, why):
    with pytest.raises(UsageError, match=why):
        site(more)
