"""What `import passerby` offers is what `__all__` says, and each of it says what it is."""

import subprocess
import sys

import pytest

import passerby

PUBLIC = ["PasserbyError", "Plan", "Report", "Settings", "analyse", "redact"]


def test_this_and_no_more_is_offered():
    assert set() == set(PUBLIC) - set(passerby.__all__)
    assert sorted(passerby.__all__, key=str.casefold) == sorted(passerby.__all__, key=str.casefold)


@pytest.mark.parametrize("name", passerby.__all__)
def test_each_is_there_and_documented(name):
    assert getattr(passerby, name).__doc__


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="recall"):
        passerby.recall  # noqa: B018


def test_settings_and_plans_come_without_decoders_and_models():
    """A program that only reads plans need not wait for them."""
    heavy = "import sys, passerby; passerby.Plan; print({'av', 'cv2', 'openvino'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True, check=True)
    assert "set()" == done.stdout.strip()
