"""Names that people give to cameras, zones, lines and rules: they become folders, file names, topics and columns. And
names that others give, as a terminal may show them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import count
from typing import Annotated, Final

from pydantic import Field

MAX_NAME = 40
#: As a part of other patterns.
NAME_PATTERN: Final = rf"[a-z0-9][a-z0-9_-]{{0,{MAX_NAME - 1}}}"
#: For people.
NAME_RULE: Final = f"small letters, digits, - and _, at most {MAX_NAME}"
_NAME = re.compile(NAME_PATTERN)

#: Letters that have a usual spelling without their marks.
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a", "œ": "oe"})

#: What people call a camera, a zone or a line, in whatever words.
DisplayName = Annotated[str, Field(min_length=1, max_length=60)]
Name = Annotated[str, Field(pattern=f"^{NAME_PATTERN}$", description="small letters, digits, - and _")]


def is_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def name_from(text: str, taken: Collection[str] = (), otherwise: str = "camera") -> str:
    """A valid name made from what a person calls something, and not one of those that are `taken`: `Höfe, Süd` is
    hoefe-sued."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED)).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[: MAX_NAME - 4].rstrip("-_") or otherwise
    numbered = (f"{base}-{number}" for number in count(2))
    return base if base not in taken else next(name for name in numbered if name not in taken)


def printable(text: str, keep: str = "") -> str:
    """The text as a terminal may show it: what is not printable becomes ?, but for the characters in `keep`.

    Names of files, accounts, cameras and cities come from others. Escape sequences in them move the cursor, rewrite
    lines that were shown before, or answer as if somebody had typed.
    """
    return "".join(letter if letter.isprintable() or letter in keep else "?" for letter in text)
