import pytest
from pydantic import ValidationError

from passerby.core.model import FrozenModel


class Value(FrozenModel):
    number: int = 1


def test_a_value_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Value().number = 2  # type: ignore[misc]


def test_an_unknown_field_is_an_error():
    with pytest.raises(ValidationError, match="nubmer"):
        Value.model_validate({"nubmer": 2})
