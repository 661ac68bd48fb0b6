import inspect

import numpy as np
import pytest

from passerby.library import functions
from passerby.library.redactor import Redactor


@pytest.mark.parametrize(
    ("function", "method"),
    [("verify_file", "verify"), ("mask_frames", "mask_frames"), ("detect_image", "detect"), ("mask_image", "mask")],
)
def test_a_function_takes_what_the_method_takes(function, method):
    own = {"settings", "threads"}
    taken = set(inspect.signature(getattr(functions, function)).parameters) - own
    assert set(inspect.signature(getattr(Redactor, method)).parameters) - {"self", "cancel"} == taken


def test_they_do_the_same(fixed_face):
    image = np.full((120, 160, 3), 200, np.uint8)
    (found,) = functions.detect_image(image)
    assert (functions.mask_image(image) == functions.mask_image(image, [found])).all()
    (masked,) = functions.mask_frames([image], fps=25)
    assert 0 == masked.min()
