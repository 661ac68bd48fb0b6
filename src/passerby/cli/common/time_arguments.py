"""Times as people type and read them: in the time zone of this machine, unless they have an offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from passerby.core.errors import UsageError

_AGO = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_time(text: str, now: datetime) -> float:
    """Unix time in seconds. `text` is ISO 8601, a time of today, a time ago (20m), or `now`. Raises UsageError."""
    if text == "now":
        return now.timestamp()
    ago = _AGO.fullmatch(text)
    try:
        if ago is not None:
            return (now - timedelta(**{_UNITS[ago[2]]: float(ago[1])})).timestamp()
        if re.match(r"\d\d?:", text):
            today = now.astimezone().date()
            return datetime.combine(today, time.fromisoformat(text.zfill(5) if len(text) < 5 else text)).timestamp()
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"{text!r} is not a valid time. Write 2026-05-04T17:30 (with seconds or an offset like +02:00), "
            "17:30 for today, 20m for twenty minutes ago (s, m, h, d), or now."
        ) from None


def format_time(micros: int) -> str:
    """Unix time in microseconds, for people."""
    try:
        return datetime.fromtimestamp(micros / 1e6, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (OverflowError, ValueError, OSError):
        return "out of range"
