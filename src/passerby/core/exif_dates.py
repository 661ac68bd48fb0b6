"""Creation date of a still: the only EXIF that `keep_times` keeps, and an EXIF block that holds nothing else."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

#: How reports name an EXIF block that holds the date only.
CREATION_DATE = "the creation date"
#: EXIF 2.32: DateTimeOriginal and OffsetTimeOriginal, and their valid form, since files may hold any text there.
ORIGINAL = 36867
_TAGS = {ORIGINAL: r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", 36881: r"[+-]\d\d:\d\d"}

#: Tag and text, by tag.
Dates = tuple[tuple[int, str], ...]


def dates_of(tags: Mapping[int, object]) -> Dates:
    """The tags of an EXIF directory that state the creation date."""
    found = []
    for tag, form in _TAGS.items():
        text = tags.get(tag)
        if isinstance(text, str) and re.fullmatch(form, text.rstrip("\0")):
            found.append((tag, text.rstrip("\0")))
    return tuple(found)


def date_exif(dates: Dates) -> bytes:
    """EXIF with these tags only, without the prefix that JPEG requires: a directory that points to a second one."""
    first = struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, 0x8769, 4, 1, 26, 0)
    entries, texts = b"", b""
    begin = len(first) + 2 + 12 * len(dates) + 4
    for tag, text in dates:
        coded = text.encode("ascii") + b"\0"
        entries += struct.pack("<HHII", tag, 2, len(coded), begin + len(texts))
        texts += coded
    return first + struct.pack("<H", len(dates)) + entries + bytes(4) + texts
