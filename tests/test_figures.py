"""Invariant 10: what is said was measured. A figure names the command that gives it, and that command is here."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEXTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.py"), *ROOT.glob("benchmarks/*.py")]
)
NAMED = re.compile(r"\b(?:benchmarks|scripts|tests)/[\w/]+\.(?:py|sh)\b|\bdocs/[\w/-]+\.(?:md|json)\b")

#: A result: speed, size, quality or a share of something. Settings and code points are none.
FIGURE = re.compile(r"\d(?:[\d.,]*\d)? ?(?:dB|%|frames a second|fps|MiB|GiB|times (?:as|the|faster))", re.IGNORECASE)
#: Where such a figure may come from: a command of ours, or somebody's publication.
SOURCE = re.compile(
    r"benchmarks/\w+|passerby bench|make \w+|score\.py|arXiv|et al\.|PoPETs|ITU|EN \d{5}|ISO", re.IGNORECASE
)


def missing(text, root=ROOT):
    """Files of the project that `text` names and that are not there."""
    return sorted({name for name in NAMED.findall(text) if not (root / name).exists()})


def unproven(text):
    """Paragraphs of a page with a figure, on a page that says nowhere what gives it."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    figures = [line for line in prose.splitlines() if FIGURE.search(line)]
    return [] if SOURCE.search(text) else figures


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_is_named_is_there(path):
    assert [] == missing(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/**/*.md")), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_with_figures_says_what_gives_them(page):
    assert [] == unproven(page.read_text(encoding="utf-8"))


def test_what_breaks_this_is_seen():
    assert ["benchmarks/gone.py"] == missing("Found with benchmarks/gone.py and tests/test_figures.py.")
    assert ["It is 5.1 times as fast."] == unproven("It is 5.1 times as fast.")
    assert [] == unproven("It is 5.1 times as fast: benchmarks/write.py prints it.")
