"""Every text of the page, the sign and the pack, from one catalogue: a file a language, all with the same keys.

A further language is one more file in `catalogue/` and one more name in `base.notice.Language`; tests hold each file to
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


class Words:
    """The texts of one language. `zone` is where the site is: people read its time."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        self.language, self._zone, self._texts = language, zone, catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, as `page.title`, with its placeholders filled."""
        return self._texts[key].format(**values)

    def moment(self, micros: int) -> str:
        """Microseconds of Unix time, to the minute, with the offset that the site's time has then."""
        try:
            at = datetime.fromtimestamp(micros / 1e6, UTC).astimezone(self._zone)
        except (OverflowError, ValueError, OSError):
            return self("time.beyond")
        return at.strftime("%Y-%m-%d %H:%M ") + (at.tzname() or "")

    def days(self, days: float) -> str:
        """`1 day`, `14 days`, `0.5 days`."""
        return self("time.day") if days == 1 else self("time.days", number=number(days))

    def times(self, count: int) -> str:
        """`once`, `5 times`, `never`."""
        key = {0: "time.never", 1: "time.once"}.get(count, "time.times")
        return self(key, number=count)

    def size(self, size: int) -> str:
        """Bytes in the unit that makes them short."""
        value = float(size)
        units = [self("time.bytes"), "kB", "MB", "GB", "TB"]
        while value >= 1000 and len(units) > 1:
            value, units = value / 1000, units[1:]
        return f"{number(round(value, 1))} {units[0]}"


def number(value: float) -> str:
    """Without a fraction where it has none."""
    return f"{round(value, 3):g}" if abs(value) < 1e6 else f"{value:.0f}"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of a language, by `part.name`."""
    text = files("passerby.notice").joinpath("locales", f"{language.value}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(text), ""))


def _flat(part: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in part.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", " ".join(str(value).split())
