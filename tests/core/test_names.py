import pytest
from pydantic import TypeAdapter, ValidationError

from passerby.core.names import MAX_NAME, Name, is_name


@pytest.mark.parametrize("name", ["a", "gate-2", "0_yard", "x" * MAX_NAME])
def test_a_valid_name(name):
    assert is_name(name)
    assert name == TypeAdapter(Name).validate_python(name)


@pytest.mark.parametrize(
    "name", ["", "Gate", "-gate", "../gate", "gate 2", "gate\n", "tor\u00fc", "x" * (MAX_NAME + 1)]
)
def test_an_invalid_name(name):
    assert not is_name(name)
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(name)
