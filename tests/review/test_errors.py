"""Every reason to refuse has a sentence in the catalogue of the page, with what belongs in it."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from passerby.core import errors
from passerby.core.errors import DiskFull, FolderGone, PasserbyError
from passerby.review.errors import Code, Refused, Wrong, said_of

ROOT = Path(__file__).parents[2]
REVIEW = ROOT / "src" / "passerby" / "server" / "review"


def catalogue():
    text = (ROOT / "web" / "src" / "messages.ts").read_text(encoding="utf-8")
    return dict(re.findall(r"^  (\w+): '(.*)',$", text, re.MULTILINE))


def refusals():
    """(code, names of its values) wherever something is refused."""
    for path in REVIEW.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused":
                assert isinstance(node.args[0], ast.Constant), path
                yield node.args[0].value, {word.arg for word in node.keywords} - {"status"}


def test_every_word_has_a_sentence():
    sentences = {name.removeprefix("no_") for name in catalogue() if re.match("no_", name)}
    assert {*get_args(Code), *get_args(Wrong)} == sentences
    assert all(catalogue()[f"no_{code}"].endswith((".", "?")) for code in sentences)


def test_every_sentence_gets_what_belongs_in_it():
    found = list(refusals())
    # The one that is not raised by its name is what NotReady says.
    assert set(get_args(Code)) - {"not_open"} == {code for code, _ in found}
    for code, values in found:
        assert set(re.findall(r"\{(\w+)\}", catalogue()[f"no_{code}"])) == values, code


def test_nothing_else_is_worded_here():
    """An HTTPException would carry words of its own."""
    assert [] == [path.name for path in REVIEW.glob("*.py") if "HTTPException" in path.read_text(encoding="utf-8")]


def test_an_error_of_the_program_says_its_own_words_as_well():
    said = said_of(DiskFull("There is no room in /data."))
    assert ("DiskFull", "There is no room in /data.") == (said.code, said.words)
    assert said.words == said.plain


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FolderGone("gone"), "PasserbyError"),
        (PermissionError("no"), "OSError"),
        (ZeroDivisionError("x"), "Fault"),
        (Refused("no_track", number=7), "no_track"),
    ],
)
def test_every_error_has_a_word(error, code):
    assert code == said_of(error).code


def test_the_whole_tree_of_errors_is_known():
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, PasserbyError):
            assert said_of(error("why")).code in get_args(Wrong)


def test_without_the_page_it_can_be_read():
    assert "no track: number 7" == str(Refused("no_track", number=7))
