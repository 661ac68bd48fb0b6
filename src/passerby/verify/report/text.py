"""Formatting of numbers and times for reports."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 track`, `2 tracks`, `0 tracks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def format_time(iso: str) -> str:
    """An ISO 8601 time in readable form: `2026-03-04 05:06:07 UTC`."""
    return iso.replace("T", " ").replace("+00:00", " UTC")


def clock(seconds: float, digits: int = 1) -> str:
    """A time on the clock of the file: `0:12.4`, `1:02:03.5`."""
    whole = round(max(0.0, seconds) * 10**digits)
    minutes, rest = divmod(whole, 60 * 10**digits)
    hours, minutes = divmod(minutes, 60)
    shown = f"{rest / 10**digits:0{digits + 3}.{digits}f}"
    return f"{hours}:{minutes:02d}:{shown}" if hours else f"{minutes}:{shown}"


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def quoted(name: str) -> str:
    """A file name as a shell takes it."""
    return name if all(c.isalnum() or c in "._-" for c in name) else "'" + name.replace("'", "'\\''") + "'"
