"""Formatting of numbers and times for reports."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """`1 track`, `2 tracks`, `0 tracks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def format_time(iso: str) -> str:
    """An ISO 8601 time in readable form: `2026-03-04 05:06:07 UTC`."""
    return iso.replace("T", " ").replace("+00:00", " UTC")
