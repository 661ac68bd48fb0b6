"""Numbers and moments as a person writes them, for reports."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """`1 track`, `2 tracks`, `0 tracks`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def moment(iso: str) -> str:
    """A time in ISO 8601 as it is read: `2026-03-04 05:06:07 UTC`."""
    return iso.replace("T", " ").replace("+00:00", " UTC")
