"""Which detector runs are left out where nothing has changed, and that none is where something has."""

import numpy as np
import pytest

from passerby.detect.schedule import FULL_SCOPE, QUICK_SCOPE, Scope
from passerby.detect.still_scene import MAX_DIFFERENCE, MAX_STILL_S, StillScene

EMPTY = np.full((45, 80), 120, np.uint8)
SMALL = Scope(full_res_faces=False, full_frame_plates=False)
FOUND = ("what was found",)


def changed(by, before=EMPTY):
    """One cell of the picture is brighter or darker."""
    cells = before.copy()
    cells[20, 30] = int(cells[20, 30]) + by
    return cells


def after(scope, cells=EMPTY):
    still = StillScene()
    still.ran(scope, 0.0, cells, FOUND)
    return still


def test_the_results_of_a_run_are_taken_over_while_nothing_changes():
    assert FOUND == after(FULL_SCOPE).earlier(SMALL, 0.5, EMPTY)
    assert FOUND == after(FULL_SCOPE).earlier(FULL_SCOPE, 0.5, changed(MAX_DIFFERENCE))


@pytest.mark.parametrize("by", [MAX_DIFFERENCE + 1, -MAX_DIFFERENCE - 1])
def test_one_cell_that_changed_is_enough_to_run(by):
    assert after(FULL_SCOPE).earlier(SMALL, 0.5, changed(by)) is None


def test_what_comes_slowly_is_noticed():
    still, cells, taken_over = after(FULL_SCOPE), EMPTY, 0
    for n in range(1, MAX_DIFFERENCE + 3):
        cells = changed(1, cells)
        taken_over += still.earlier(SMALL, n / 10, cells) is not None
    assert MAX_DIFFERENCE == taken_over


def test_models_run_again_after_a_while():
    assert after(FULL_SCOPE).earlier(SMALL, MAX_STILL_S, EMPTY) is None


@pytest.mark.parametrize(
    ("ran", "due", "is_covered"),
    [
        (FULL_SCOPE, FULL_SCOPE, True),
        (SMALL, SMALL, True),
        (SMALL, FULL_SCOPE, False),
        (Scope(full_frame_plates=False), Scope(full_res_faces=False), False),
        (QUICK_SCOPE, QUICK_SCOPE, True),
        (QUICK_SCOPE, SMALL, False),
        (FULL_SCOPE, QUICK_SCOPE, False),
    ],
)
def test_only_a_run_that_searched_for_as_much_counts(ran, due, is_covered):
    assert is_covered == (after(ran).earlier(due, 0.5, EMPTY) is not None)


def test_a_new_scene_is_searched_though_it_looks_the_same():
    still = after(FULL_SCOPE)
    assert still.earlier(FULL_SCOPE, 0.5, EMPTY, cut=True) is None
    assert still.earlier(FULL_SCOPE, 0.6, EMPTY) is None


def test_a_picture_that_is_not_known_is_searched():
    assert after(FULL_SCOPE).earlier(FULL_SCOPE, 0.5, None) is None
