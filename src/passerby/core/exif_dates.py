"""The date at which a still was made: all of its EXIF that `keep_times` keeps, and an EXIF of nothing else."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

#: What is said of a file that has nothing in its EXIF but the date.
DATE = "the date at which it was made"
#: EXIF 2.32: DateTimeOriginal and OffsetTimeOriginal, and what they may say; somebody may have written anything there.
ORIGINAL = 36867
_TAGS = {ORIGINAL: r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", 36881: r"[+-]\d\d:\d\d"}

#: Tag and text, by tag.
Dates = tuple[tuple[int, str], ...]


def dates_of(tags: Mapping[int, object]) -> Dates:
    """Those of the tags of an EXIF directory that say when it was made."""
    found = []
    for tag, form in _TAGS.items():
        text = tags.get(tag)
        if isinstance(text, str) and re.fullmatch(form, text.rstrip("\0")):
            found.append((tag, text.rstrip("\0")))
    return tuple(found)


def date_exif(dates: Dates) -> bytes:
    """EXIF with these tags alone, without the mark in front that JPEG wants: a directory that leads to a second one."""
    first = struct.pack("<2sHIHHHIII", b"II", 42, 8, 1, 0x8769, 4, 1, 26, 0)
    entries, texts = b"", b""
    begin = len(first) + 2 + 12 * len(dates) + 4
    for tag, text in dates:
        coded = text.encode("ascii") + b"\0"
        entries += struct.pack("<HHII", tag, 2, len(coded), begin + len(texts))
        texts += coded
    return first + struct.pack("<H", len(dates)) + entries + bytes(4) + texts
