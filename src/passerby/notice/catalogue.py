"""The texts of the page, the sign and the pack, from one catalogue: one file per language, all with the same keys.

To add a language, add a file in `locales/` and a member to `config.notice.Language`; a test checks that each file has
the keys and the placeholders of the English one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from passerby.config.notice import Language


class Translator:
    """The texts of one language. Times are shown in `zone`, the time zone of the site."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self.language, self._zone, self._texts = language, zone, load_texts(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key such as `page.title`, with its placeholders filled in."""
        return self._texts[key].format(**values)

    def format_time(self, micros: int) -> str:
        """Microseconds of Unix time, to the minute, in the time zone of the site."""
        try:
            at = datetime.fromtimestamp(micros / 1e6, UTC).astimezone(self._zone)
        except (OverflowError, ValueError, OSError):
            return self("time.out_of_range")
        return at.strftime("%Y-%m-%d %H:%M ") + (at.tzname() or "")

    def format_days(self, days: float) -> str:
        """`1 day`, `14 days`, `0.5 days`."""
        return self("time.day") if days == 1 else self("time.days", number=format_number(days))

    def format_count(self, count: int) -> str:
        """`once`, `5 times`, `never`."""
        key = {0: "time.never", 1: "time.once"}.get(count, "time.times")
        return self(key, number=count)

    def format_bytes(self, size: int) -> str:
        """Bytes, in the largest unit that keeps the number at 1 or more."""
        value = float(size)
        units = [self("time.bytes"), "kB", "MB", "GB", "TB"]
        while value >= 1000 and len(units) > 1:
            value, units = value / 1000, units[1:]
        return f"{format_number(round(value, 1))} {units[0]}"


def format_number(value: float) -> str:
    """Without trailing zeros."""
    return f"{round(value, 3):g}" if abs(value) < 1e6 else f"{value:.0f}"


@cache
def load_texts(language: Language) -> Mapping[str, str]:
    """All texts of a language, by `section.name`."""
    text = files("passerby.notice").joinpath("locales", f"{language.value}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(text), ""))


def _flatten(section: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in section.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", " ".join(str(value).split())
