"""What is added to a case, and what is left out of it, with the reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from passerby.core.model import FrozenModel

#: Why a file or folder is not added. `not_text`: its name or that of a folder above is no UTF-8; `hidden_characters`:
#: it has control characters, or such that turn the order of its letters; `no_media`: a folder without films and photos.
RefusalReason = Literal["not_text", "hidden_characters", "no_media", "unreadable"]
#: Unicode's directional embeddings, overrides and isolates: `gpj.exe` reads as `exe.jpg` behind one of them. The
#: marks U+200E and U+200F only order what has no direction, and names of messengers have them.
_TURNS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_UNSEEN_CATEGORIES = ("Cc", "Zl", "Zp")
#: What file managers leave in folders, besides what begins with a dot.
_SYSTEM_NAMES = {"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "system volume information"}


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A video or still that was found, and the name that a released copy of it has (its suffix may change)."""

    source: Path
    output_name: str


class RefusedFile(FrozenModel):
    """A file or folder that was not added; its `name` as it can be shown."""

    name: str
    reason: RefusalReason


class LeftOut(FrozenModel):
    """What was not added: the number of `hidden` files, and what was refused."""

    hidden: int = 0
    refused: tuple[RefusedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundMedia:
    """Files to add, and what is left out."""

    files: tuple[MediaFile, ...] = ()
    left_out: LeftOut = field(default_factory=LeftOut)


#: Videos and stills among files and below folders. Raises PasserbyError where there is nothing at all.
FindMedia = Callable[[Sequence[Path]], FoundMedia]


def name_fault(path: Path) -> RefusalReason | None:
    """Why a file cannot be added because of its name; None when it can."""
    text = str(path)
    if not _is_text(text):
        return "not_text"
    return "hidden_characters" if any(_is_unseen(char) for char in text) else None


def shown_name(name: str) -> str:
    """A name that can be sent and read: what is no text, or cannot be seen, is replaced by its code."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(f"<U+{ord(char):04X}>" if _is_unseen(char) else char for char in text)


def is_hidden(path: Path, below: Path) -> bool:
    """Does a file, or a folder between it and `below`, belong to the file manager and not to the request?"""
    inside = path.relative_to(below).parts if path != below and path.is_relative_to(below) else (path.name,)
    return any(part.startswith(".") or part.casefold() in _SYSTEM_NAMES for part in inside)


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_unseen(char: str) -> bool:
    return char in _TURNS or unicodedata.category(char) in _UNSEEN_CATEGORIES
