"""Names that people give to cameras, zones, lines and rules: they become folders, file names, topics and columns. And
names that others give, as a terminal may show them."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field

MAX_NAME = 40
#: As a part of other patterns.
NAME_PATTERN: Final = rf"[a-z0-9][a-z0-9_-]{{0,{MAX_NAME - 1}}}"
#: For people.
NAME_RULE: Final = f"small letters, digits, - and _, at most {MAX_NAME}"
_NAME = re.compile(NAME_PATTERN)

Name = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$", description="small letters, digits, - and _")]


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def printable(text: str, keep: str = "") -> str:
    """The text as a terminal may show it: what is not printable becomes ?, but for the characters in `keep`.

    Names of files, accounts, cameras and cities come from others. Escape sequences in them move the cursor, rewrite
    lines that were shown before, or answer as if somebody had typed.
    """
    return "".join(letter if letter.isprintable() or letter in keep else "?" for letter in text)
