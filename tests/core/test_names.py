import pytest
from pydantic import TypeAdapter, ValidationError

from passerby.core.names import MAX_NAME, Name, is_name, name_from


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Höfe, Süd (2. Stock)", "hoefe-sued-2-stock"),
        ("Café", "cafe"),
        ("Main gate", "main-gate-2"),
        ("日本", "camera"),
        ("x" * 100, "x" * 36),
        ("_-a", "a"),
    ],
)
def test_a_name_is_made_from_what_people_say(text, name):
    made = name_from(text, {"main-gate"})
    assert (name, True) == (made, is_name(made))
