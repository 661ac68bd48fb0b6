"""What is wrong with a value, in words: validators' own texts ("String should match pattern") are for programmers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: By pydantic's type of error; the values in braces are its context.
_TEXTS: Final = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "string_pattern_mismatch": "has characters that cannot be used here",
    "string_too_short": "needs at least {min_length} characters",
    "string_too_long": "can have {max_length} characters at most",
    "too_short": "needs at least {min_length} entries",
    "too_long": "can have {max_length} entries at most",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
}
#: Beginnings of types of errors.
_GROUPS: Final = {
    "int": "must be a whole number",
    "float": "must be a number",
    "finite": "must be a number",
    "bool": "must be yes or no",
    "string": "must be text",
}


def invalid_text(kind: str, message: str, context: Mapping[str, Any] | None = None) -> str:
    """The end of a sentence that begins with the name of the field; `message` is the validator's own text, which
    is used where it is a sentence of passerby's own."""
    if kind in ("value_error", "assertion_error"):
        return message.partition(", ")[2] or message
    if kind in _TEXTS:
        try:
            return _TEXTS[kind].format_map(dict(context or {}))
        except (KeyError, ValueError):
            return "is not valid"
    return next((text for beginning, text in _GROUPS.items() if kind.startswith(beginning)), "is not valid")
