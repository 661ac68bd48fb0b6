"""One catalogue: each language says the same, and nothing stands there that nobody reads."""

import re
import string
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import passerby.notice
from passerby.config.notice import Language
from passerby.notice.catalogue import Words, catalogue

SOURCES = "".join(path.read_text() for path in Path(passerby.notice.__file__).parent.glob("*.py"))
#: Keys that are put together: part of them stands in the source.
MADE = r"(kind|sort|basis|measure|page\.language)\..*|dpia\.(column_|need_|miss|context|watching|creep|theft|late).*"
MADE += r"|retention\.(column_|why_|older|perhaps|files|vanished|log$|bytes|kept|unsure|broken).*|measures\.column_.*"


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", Language)
def test_every_language_has_every_text(language):
    english = catalogue(Language.EN)
    there = catalogue(language)
    assert set(english) == set(there)
    assert [] == [key for key in english if placeholders(english[key]) != placeholders(there[key])]
    assert [] == [key for key, text in there.items() if not text.strip()]


def test_no_text_is_there_for_nothing():
    named = set(re.findall(r"""["']([\w.]+)["']""", SOURCES))
    unused = [key for key in catalogue(Language.EN) if key not in named and not re.fullmatch(MADE, key)]
    assert [] == unused


def test_numbers_and_times_as_people_write_them():
    words = Words(Language.EN, ZoneInfo("Europe/Berlin"))
    assert "2027-01-15 09:00 CET" == words.moment(1_800_000_000_000_000)
    assert "beyond the calendar" == words.moment(10**18)
    assert ("1 day", "14 days", "0.5 days") == (words.days(1), words.days(14.0), words.days(0.5))
    assert ("never", "once", "1234 times") == (words.times(0), words.times(1), words.times(1234))
    assert ("0 bytes", "1.5 kB", "200 GB", "3000 TB") == tuple(
        words.size(n) for n in (0, 1500, 200 * 10**9, 3 * 10**15)
    )
