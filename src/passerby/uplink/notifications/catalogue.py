"""The texts of notifications: one file a language in `locales/`, all with the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from passerby.config.notice import Language


@cache
def texts(language: Language) -> Mapping[str, Mapping[str, str]]:
    """All texts of a language, by section and name."""
    path = files("passerby.uplink.notifications").joinpath("locales", f"{language.value}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def text(language: Language, section: str, name: str, **values: object) -> str:
    """One text, with its placeholders filled in."""
    return texts(language)[section][name].format(**values)
