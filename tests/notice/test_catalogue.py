"""The catalogue: all languages have the same keys and placeholders, and no text is unused."""

import re
import string
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import passerby.notice
from passerby.config.notice import Language
from passerby.notice.catalogue import Translator, load_texts
from passerby.notice.dpia import RISKS

SOURCES = "".join(path.read_text() for path in Path(passerby.notice.__file__).parent.glob("*.py"))
#: Keys that the source composes from parts.
COMPOSED = r"(kind|class|basis|measure|page\.language)\..*|dpia\.(column_|necessity_).*"
COMPOSED += rf"|dpia\.({'|'.join(RISKS)})(_mitigation|_residual)?(_some|_all)?"
COMPOSED += r"|retention\.(column_|why_|reason_|compliant|undetermined|violated).*|measures\.column_.*"


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", Language)
def test_every_language_has_every_text(language):
    english = load_texts(Language.EN)
    texts = load_texts(language)
    assert set(english) == set(texts)
    assert [] == [key for key in english if placeholders(english[key]) != placeholders(texts[key])]
    assert [] == [key for key, text in texts.items() if not text.strip()]


def test_no_text_is_unused():
    used = set(re.findall(r"""["']([\w.]+)["']""", SOURCES))
    unused = [key for key in load_texts(Language.EN) if key not in used and not re.fullmatch(COMPOSED, key)]
    assert [] == unused


def test_numbers_and_times_are_formatted():
    tr = Translator(Language.EN, ZoneInfo("Europe/Berlin"))
    assert "2027-01-15 09:00 CET" == tr.format_time(1_800_000_000_000_000)
    assert "date out of range" == tr.format_time(10**18)
    assert ("1 day", "14 days", "0.5 days") == (tr.format_days(1), tr.format_days(14.0), tr.format_days(0.5))
    assert ("never", "once", "1234 times") == (tr.format_count(0), tr.format_count(1), tr.format_count(1234))
    assert ("0 bytes", "1.5 kB", "200 GB", "3000 TB") == tuple(
        tr.format_bytes(n) for n in (0, 1500, 200 * 10**9, 3 * 10**15)
    )
