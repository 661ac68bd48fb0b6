"""Changes of a site's text: what is not changed stays as it was written."""

from pathlib import Path

import pytest

from passerby.cli.common.example_config import EXAMPLE
from passerby.config.site_edit import REMOVED, SiteText
from passerby.core.errors import UsageError

TEXT = """\
# The hall.
name: 'North hall'   # as the sign says

retention:
  days: 14   # by law
cameras:
  # By the door.
  gate:
    url: rtsp://192.0.2.1/   # to be replaced
    counting:
      zones:
        # Where they come in.
        - name: door
          polygon: [[0, 0], [1, 0], [1, 1]]   # drawn by hand
        - name: desk
          polygon: [[0, 0], [0.5, 0], [0.5, 0.5]]
"""
PATH = Path("site.yaml")


def changed(*puts, text=TEXT):
    edited = SiteText(text, PATH)
    for put in puts:
        edited.put(*put)
    return str(edited)


def test_nothing_changed_is_nothing_changed():
    assert TEXT == changed()
    assert TEXT == changed((("retention", "days"), 14.0), (("name",), "North hall"))


def test_the_example_stays_as_it_is():
    lines = changed((("retention", "days"), 7), text=EXAMPLE).splitlines()
    assert EXAMPLE.replace("days: 14", "days: 7").splitlines() == lines


def test_one_value():
    assert TEXT.replace("14   #", "7    #") == changed((("retention", "days"), 7))


def test_what_is_new_comes_last():
    assert TEXT.replace("# by law\n", "# by law\n  bytes: 5\n") == changed((("retention", "bytes"), 5))
    assert TEXT + "defaults:\n  quality: 30\n" == changed((("defaults", "quality"), 30))


def test_a_removed_key_is_no_longer_in_the_file():
    assert "days" not in changed((("retention", "days"), REMOVED))
    assert TEXT == changed((("defaults", "quality"), REMOVED))


def test_a_zone_among_others():
    door = {"name": "door", "polygon": [[0.0, 0.0], [1.0, 0.0], [1.0, 0.9]]}
    desk = {"name": "desk", "polygon": [[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]]}
    new = {"name": "window", "polygon": [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1]]}
    at = ("cameras", "gate", "counting")
    assert TEXT == changed((at, {"zones": [{**door, "polygon": [[0, 0], [1, 0], [1, 1]]}, desk]}))
    moved = changed((at, {"zones": [door, desk]}))
    assert TEXT.replace("[1, 1]]   #", "[1, 0.9]] #") == moved
    assert moved + "        - name: window\n          polygon: [[0.0, 0.0], [0.1, 0.0], [0.1, 0.1]]\n" == changed(
        (at, {"zones": [door, desk, new]})
    )
    gone = changed((at, {"zones": [desk]}))
    assert "door\n" not in gone
    assert "name: desk" in gone


def test_a_default_that_is_written_stays():
    text = TEXT + "  yard:\n    url: rtsp://192.0.2.2/\n    counting:\n      picture: [person]   # nobody else\n"
    full = {"picture": ["person"], "zones": []}
    assert text == changed((("cameras", "yard", "counting"), {}, full), text=text)


@pytest.mark.parametrize("text", ["a: [", "- 1\n", ""])
def test_an_invalid_site_is_explained(text):
    with pytest.raises(UsageError, match=r"site\.yaml"):
        SiteText(text, PATH)
