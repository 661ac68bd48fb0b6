import ast
import inspect

import pytest
from pydantic import ValidationError

from passerby.config import settings as module
from passerby.config.settings import ALWAYS_SOLID, MOSAIC_CELLS, Settings, Style
from passerby.core.errors import UsageError
from passerby.core.kinds import HIDEABLE, Kind


def test_faces_and_plates_are_solid_by_default():
    settings = Settings()
    assert ((Kind.FACE, Kind.PLATE), Style.SOLID) == (settings.hide, settings.style)


def test_kinds_come_in_one_order_and_once():
    assert Settings(hide=("plate", "face")) == Settings(hide=("face", "plate", "face"))


@pytest.mark.parametrize("hide", [(), ("vehicle",), ("nose",)])
def test_kinds_that_are_not_hidden_are_refused(hide):
    with pytest.raises(UsageError, match="hide: "):
        Settings(hide=hide)


def test_an_invalid_value_lists_the_valid_ones():
    for wrong in ("vehicle", "faces", "region"):
        with pytest.raises(UsageError, match=f"hide: .*{', '.join(HIDEABLE)}"):
            Settings(hide=(wrong,))
        with pytest.raises(ValidationError):  # which a document that holds it translates
            Settings.model_validate({"hide": [wrong]})


@pytest.mark.parametrize("wrong", [{"stile": "solid"}, {"quality": 0}, {"quality": 52}, {"audio": "sing"}])
def test_what_is_not_known_is_refused(wrong):
    with pytest.raises(
        UsageError,
        match=r"audio: Input should be 'remove', 'remove-voices', 'keep' or|quality: .*51|quality: .*1|style, ",
    ):
        Settings(**wrong)


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().style = Style.BLUR


def test_what_is_read_is_always_solid():
    assert {Kind.PLATE, Kind.TEXT, Kind.SCREEN} <= ALWAYS_SOLID
    assert MOSAIC_CELLS <= 4


def test_the_types_that_a_program_sees_are_those_of_the_fields():
    """Checkers of types see a signature of its own, which accepts text too."""
    stated = ast.parse(inspect.getsource(module))
    (made,) = (node for node in ast.walk(stated) if isinstance(node, ast.FunctionDef) and node.name == "__init__")
    assert list(Settings.model_fields) == [argument.arg for argument in made.args.kwonlyargs]


def test_kinds_may_be_given_as_any_collection_of_names():
    assert (Kind.FACE, Kind.PLATE) == Settings(hide={"plate", "face"}).hide == Settings(hide=["face", "plate"]).hide
    for wrong in ("face", [], 3):
        with pytest.raises(UsageError, match="hide: choose from face, plate, person, text, screen"):
            Settings(hide=wrong)
