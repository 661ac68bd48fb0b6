"""Every error code has a message in the catalogue of the page, with its parameters."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from passerby.core import errors
from passerby.core.errors import DataFolderMissing, DiskFull, PasserbyError
from passerby.review.errors import ErrorCode, FailureCode, ReviewError, error_info

ROOT = Path(__file__).parents[2]
PASSERBY = ROOT / "src" / "passerby"
FOLDERS = ("review", "cases", "server/review")
MODULES = tuple(path for folder in FOLDERS for path in (PASSERBY / folder).rglob("*.py"))
#: What is raised with a code.
ERROR_CLASSES = ("ReviewError", "NotFoundError", "ForbiddenError")


def catalogue():
    text = (ROOT / "web" / "src" / "review" / "messages.ts").read_text(encoding="utf-8")
    return dict(re.findall(r"^  (\w+):\s+'(.*)',$", text, re.MULTILINE))


def raised_errors():
    """(code, names of its parameters) wherever one is raised."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERROR_CLASSES:
                assert isinstance(node.args[0], ast.Constant), path
                yield node.args[0].value, {keyword.arg for keyword in node.keywords}


def test_every_code_has_a_message():
    messages = {name.removeprefix("error_") for name in catalogue() if re.match("error_", name)}
    assert {*get_args(ErrorCode), *get_args(FailureCode)} == messages
    assert all(catalogue()[f"error_{code}"].endswith((".", "?")) for code in messages)


def test_every_message_gets_its_parameters():
    found = list(raised_errors())
    # `not_open` is raised by FileNotReady.
    assert set(get_args(ErrorCode)) - {"not_open"} == {code for code, _ in found}
    for code, params in found:
        assert set(re.findall(r"\{(\w+)\}", catalogue()[f"error_{code}"])) == params, code


def test_no_other_messages_are_sent():
    """An HTTPException would carry text of its own."""
    assert [] == [path.name for path in MODULES if "HTTPException" in path.read_text(encoding="utf-8")]


def test_an_error_of_the_program_has_its_message_too():
    info = error_info(DiskFull("There is no room in /data."))
    assert ("DiskFull", "There is no room in /data.") == (info.code, info.message)
    assert info.message == info.as_text


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DataFolderMissing("gone"), "PasserbyError"),
        (PermissionError("no"), "OSError"),
        (ZeroDivisionError("x"), "Fault"),
        (ReviewError("no_track", number=7), "no_track"),
    ],
)
def test_every_error_has_a_code(error, code):
    assert code == error_info(error).code


def test_all_error_classes_are_known():
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, PasserbyError):
            assert error_info(error("why")).code in get_args(FailureCode)


def test_an_error_is_readable_without_the_page():
    assert "no track: number 7" == str(ReviewError("no_track", number=7))
