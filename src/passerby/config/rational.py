"""A positive fraction, in JSON as text: `1/90000`."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer


def _rational(value: object) -> object:
    try:
        number = Fraction(value) if isinstance(value, str) else value
    except ZeroDivisionError:
        raise ValueError(f"{value} divides by zero") from None
    except ValueError:
        raise ValueError("give a number or a fraction, such as 25 or 30000/1001") from None
    if isinstance(number, Fraction) and number <= 0:
        raise ValueError(f"{value} is not greater than 0")
    return number


Rational = Annotated[
    Fraction,
    BeforeValidator(_rational),
    PlainSerializer(lambda v: f"{v.numerator}/{v.denominator}", return_type=str),
    Field(json_schema_extra={"type": "string", "examples": ["1/90000"]}),
]
