"""No validator's text reaches a person."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator

from passerby.config.invalid_value import invalid_text
from passerby.core.kinds import Kind
from passerby.core.names import Name


class Everything(BaseModel, extra="forbid"):
    name: Name = "a"
    title: Annotated[str, Field(min_length=2, max_length=4)] = "ab"
    rate: Annotated[float, Field(gt=0, le=60)] = 1
    count: int = 1
    on: bool = True
    kind: Kind = Kind.FACE
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = (Kind.FACE,)
    own: str = ""

    @field_validator("own")
    @classmethod
    def _check(cls, text):
        if text:
            raise ValueError("there is no such thing, as far as I know")
        return text


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "Front Gate"}, "has characters that cannot be used here"),
        ({"title": "a"}, "needs at least 2 characters"),
        ({"title": "abcde"}, "can have 4 characters at most"),
        ({"title": 7}, "must be text"),
        ({"rate": 0}, "must be more than 0"),
        ({"rate": 61}, "must be 60 or less"),
        ({"rate": "fast"}, "must be a number"),
        ({"count": "1.5"}, "must be a whole number"),
        ({"on": "perhaps"}, "must be yes or no"),
        ({"kind": "nose"}, "must be one of 'face', 'plate', "),
        ({"kinds": ()}, "needs at least 1 entries"),
        ({"kinds": 3}, "is not valid"),
        ({"own": "x"}, "there is no such thing, as far as I know"),
        ({"other": 1}, "is not known here"),
    ],
)
def test_what_is_wrong_is_said_in_words(given, says):
    with pytest.raises(ValidationError) as caught:
        Everything(**given)
    (error,) = caught.value.errors()
    text = invalid_text(error["type"], error["msg"], error.get("ctx"))
    assert text.startswith(says)
    assert "should" not in text
    assert "nput" not in text
