import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.watch.region_gate import Reference, grow, to_cover, unexplained

ROWS, COLUMNS = 5, 7


def flags(*cells):
    """An array of flags in which only `cells`, (row, column) each, are set."""
    result = np.zeros((ROWS, COLUMNS), bool)
    for cell in cells:
        result[cell] = True
    return result


NOWHERE, EVERYWHERE = flags(), ~flags()


def reference(same=EVERYWHERE, occupied=NOWHERE, confirmed=EVERYWHERE):
    return Reference(same, occupied, confirmed)


def test_what_looks_as_in_a_searched_frame_without_anybody_is_shown():
    assert not to_cover([reference()], NOWHERE, 0).any()


def test_what_changed_since_both_detector_runs_is_covered():
    changed = [reference(same=~flags((2, 3))), reference(same=~flags((2, 3), (0, 0)))]
    assert flags((2, 3)).tolist() == to_cover(changed, NOWHERE, 0).tolist()


def test_what_one_detector_run_saw_alone_is_covered():
    """Somebody blurred may be missed by one run."""
    assert flags((2, 3)).tolist() == to_cover([reference(confirmed=~flags((2, 3)))], NOWHERE, 0).tolist()


def test_what_changed_under_a_mask_needs_no_other_cover():
    assert not to_cover([reference(same=~flags((2, 3)))], flags((2, 3)), 2).any()


def test_where_somebody_was_and_nothing_changed_he_still_is():
    """A mask that drifted away leaves the person behind, in a picture that did not change."""
    assert flags((1, 1)).tolist() == to_cover([reference(occupied=flags((1, 1)))], NOWHERE, 0).tolist()


def test_a_place_that_was_empty_in_one_of_two_runs_and_looks_like_that_is_shown():
    left = reference(same=~flags((1, 1)), occupied=flags((1, 1)))
    assert not to_cover([left, reference()], NOWHERE, 0).any()


def test_without_a_detector_run_everything_is_covered():
    assert to_cover([], NOWHERE, 0).all()


def test_what_is_covered_grows_by_what_can_have_moved():
    covered = to_cover([reference(same=~flags((2, 3)))], NOWHERE, 1)
    assert 9 == covered[1:4, 2:5].sum() == covered.sum()


@pytest.mark.parametrize("reach", [0, -1])
def test_nothing_grows_without_reach(reach):
    assert flags((2, 3)).tolist() == grow(flags((2, 3)), reach).tolist()


arrays = st.lists(st.booleans(), min_size=ROWS * COLUMNS, max_size=ROWS * COLUMNS).map(
    lambda values: np.array(values).reshape(ROWS, COLUMNS)
)


@given(st.lists(st.tuples(arrays, arrays, arrays), max_size=3), arrays, st.integers(0, 2))
def test_a_pixel_is_bare_only_where_the_rule_allows_it(runs, masked, reach):
    """The rule by brute force, pixel by pixel."""
    references = [Reference(*run) for run in runs]
    covered = to_cover(references, masked, reach)

    def seen_empty(cell):
        return any(same[cell] and not occupied[cell] and confirmed[cell] for same, occupied, confirmed in runs)

    for r in range(ROWS):
        for c in range(COLUMNS):
            assert seen_empty((r, c)) != unexplained(references, (ROWS, COLUMNS))[r, c]
            near = [
                (y, x)
                for y in range(max(0, r - reach), min(ROWS, r + reach + 1))
                for x in range(max(0, c - reach), min(COLUMNS, c + reach + 1))
            ]
            needs = any(not seen_empty(cell) and not masked[cell] for cell in near)
            assert (needs and not masked[r, c]) == covered[r, c]
