"""Texts of the program for people who see a page: without what is said to users of the command line, and, where other
machines can reach the page, without the folders of this one."""

from __future__ import annotations

import os
import re

_OPTION = r"(?<![\w-])--?[a-z][\w-]*"
_IN_BRACKETS = re.compile(rf"\s*\({_OPTION}\)")
_COMMAND = re.compile(rf"{_OPTION}(?!\w|\.\w)|\bpasserby (?:redact|verify|review|models|doctor|watch)\b")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
#: The beginning of an absolute path, and its folders where they are not on this disk.
_ROOT = re.compile(r"(?<![\w.~/)])/(?=[^\s/])")
_FOLDERS = re.compile(r"(?:/[^\s/:\"'<>|]+)*/")
#: A path in a message has no more folders.
_MAX_FOLDERS = 64


def without_commands(text: str) -> str:
    """A message without the sentences that name options or commands; the page says itself what to do next."""
    sentences = _BETWEEN_SENTENCES.split(_IN_BRACKETS.sub("", text))
    return " ".join(sentence for sentence in sentences if not _COMMAND.search(sentence))


def without_folders(text: str) -> str:
    """A message that names files by their names, and not by where they lie on this machine."""
    parts = []
    at = 0
    while (found := _ROOT.search(text, at)) is not None:
        parts.append(text[at : found.start()])
        at = _end_of_folders(text, found.start())
    return "".join([*parts, text[at:]])


def _end_of_folders(text: str, start: int) -> int:
    """Where the name of the file begins. Folders that exist may have any name; others have no spaces."""
    end = start
    for _ in range(_MAX_FOLDERS):
        after = text.find("/", end + 1)
        if after < 0 or "\n" in text[start:after] or not os.path.isdir(text[start:after]):
            break
        end = after
    more = _FOLDERS.match(text, end)
    return max(end, more.end() - 1 if more is not None else end) + 1
