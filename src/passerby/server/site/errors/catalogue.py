"""The errors of a site's server: a stable code for each, and its text in the language that the page asks for.

An error is raised with its text in English, wherever that is: in the store, in a setting, in a route. `locales/en.toml`
gives each of these texts a code; a text is recognised by it, with the values in it, and told in another language from
`locales/LANGUAGE.toml`. Tests find every text in the source that has no code, and every code without a translation.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

from passerby.config.notice import Language

#: The code of an error that has none of its own: it concerns the machine rather than whoever uses the pages.
OTHER = "other"
#: Longest text that is looked up: what somebody sends may be in it, and the time grows with its square.
_MAX_CHARS = 1000
#: What the values of these names look like; others are any text.
_NUMBERS = frozenset({"line", "seconds", "days", "number", "count", "least", "most", "bound", "own", "all", "found"})
_VALUES = {"field": r"[\w.-]+?"} | dict.fromkeys(_NUMBERS, r"[0-9.,e+-]+?")


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error as it is told."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    code: str
    pattern: re.Pattern[str]


@cache
def texts(language: Language) -> Mapping[str, Mapping[str, str]]:
    """The texts of a language by section: `errors` and `parts` by code, `words` and `fields` by the English word."""
    path = files("passerby.server.site.errors").joinpath("locales", f"{language.value}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def describe(english: str, language: Language) -> ErrorText:
    """The code of an error, and its text in this language; in English where there is no translation."""
    found = _match("errors", english)
    if found is None:
        return ErrorText(OTHER, english)
    code, values = found
    template = texts(language)["errors"].get(code)
    if language is Language.EN or template is None:
        return ErrorText(code, english)
    return ErrorText(code, template.format(**{name: _value(value, language) for name, value in values.items()}))


def in_words(problem: str | None, language: Language) -> str | None:
    """The text of a problem that is there already, in this language; None for none."""
    return None if problem is None else describe(problem, language).text


def describe_field(field: str, english: str, language: Language) -> str:
    """A sentence about a field of a request: `field` is its name, `english` the rest of the sentence."""
    if language is Language.EN:
        return f"{field} {english}."
    return f"{texts(language)['fields'].get(field, field)} {_part(english, language)}."


def language_of(header: str | None) -> Language:
    """The language that is most wanted, by an Accept-Language header (RFC 9110), of those that there are."""
    best, best_weight = Language.EN, 0.0
    for wanted in (header or "")[:500].split(","):
        tag, _, parameter = wanted.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1.0)
        except ValueError:
            continue
        found = next((known for known in Language if known.value == tag.strip().lower().split("-")[0]), None)
        if found is not None and weight > best_weight:
            best, best_weight = found, weight
    return best


def _value(value: str, language: Language) -> str:
    """What is inserted: a word, or a part of a sentence, where it is one that has a translation."""
    return texts(language)["words"].get(value) or _part(value, language)


def _part(english: str, language: Language) -> str:
    found = _match("parts", english)
    template = None if found is None else texts(language)["parts"].get(found[0])
    if found is None or template is None:
        return english
    return template.format(**{name: _value(value, language) for name, value in found[1].items()})


def _match(section: str, english: str) -> tuple[str, Mapping[str, str]] | None:
    if len(english) > _MAX_CHARS:
        return None
    for one in _patterns(section):
        match = one.pattern.fullmatch(english)
        if match is not None:
            return one.code, match.groupdict()
    return None


@cache
def _patterns(section: str) -> tuple[_Pattern, ...]:
    """Those with most fixed letters first: a text that another one begins with is not taken for it."""
    templates = sorted(texts(Language.EN)[section].items(), key=lambda item: -_fixed_letters(item[1]))
    return tuple(_Pattern(code, re.compile(_expression(template), re.DOTALL)) for code, template in templates)


def _fixed_letters(template: str) -> int:
    return sum(len(literal) for literal, *_ in Formatter().parse(template))


def _expression(template: str) -> str:
    parts: list[str] = []
    seen: set[str] = set()
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_VALUES.get(name, '.+?')})")
            seen.add(name)
    return "".join(parts)
