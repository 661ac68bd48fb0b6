"""`import passerby` offers exactly the public library, typed and documented."""

import ast
import subprocess
import sys
from importlib.metadata import version
from inspect import getdoc, signature
from pathlib import Path

import pytest

import passerby

PUBLIC = {
    "AsyncRedactor",
    "Audio",
    "Box",
    "Cancellation",
    "Cancelled",
    "Codec",
    "Family",
    "Found",
    "FrameProgress",
    "Kind",
    "PasserbyError",
    "Plan",
    "Profile",
    "Redactor",
    "Region",
    "Report",
    "Settings",
    "Style",
    "UsageError",
    "VerificationReport",
    "VoiceFill",
    "WeightsEntry",
    "__version__",
    "analyse",
    "detect_image",
    "mask_frames",
    "mask_image",
    "redact",
    "verify_file",
}


def test_exactly_this_is_exported():
    assert set(passerby.__all__) == PUBLIC
    assert len(passerby.__all__) == len(PUBLIC)


def test_type_checkers_see_what_is_exported():
    """The lazy names are declared for type checkers under the same names."""
    tree = ast.parse(Path(passerby.__file__).read_text())
    (declared,) = [node for node in tree.body if isinstance(node, ast.If)]
    names = {alias.asname or alias.name for imported in declared.body for alias in imported.names}
    assert names == PUBLIC
    assert Path(passerby.__file__).with_name("py.typed").is_file()


@pytest.mark.parametrize("name", sorted(PUBLIC - {"__version__"}))
def test_each_is_documented(name):
    assert getdoc(getattr(passerby, name))


def test_the_version_is_that_of_the_package():
    assert passerby.__version__ == version("passerby")


@pytest.mark.parametrize("function", [passerby.redact, passerby.analyse])
def test_functions_are_typed_and_take_options_by_name(function):
    parameters = signature(function).parameters.values()
    assert all(parameter.annotation is not parameter.empty for parameter in parameters)
    positional = {p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD}
    assert positional <= {"source", "output", "settings"}


def test_what_is_not_exported_is_an_attribute_error():
    with pytest.raises(AttributeError, match="recall"):
        passerby.recall  # noqa: B018


def test_settings_and_plans_load_without_decoders_and_models():
    """A program that only reads plans need not wait for them."""
    code = "import sys, passerby; passerby.Plan; print({'av', 'cv2', 'openvino'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "set()" == done.stdout.strip()
