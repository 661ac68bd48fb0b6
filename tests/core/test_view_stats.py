import pytest

from passerby.core.view_stats import ViewStats


@pytest.mark.parametrize(
    ("stats", "expected"),
    [
        (ViewStats(brightness=0.5, detail=0.7, similarity=0.9), (False, False, False)),
        (ViewStats(brightness=0.05, detail=0.0, similarity=0.0), (True, False, False)),
        (ViewStats(brightness=0.5, detail=0.05, similarity=0.0), (False, True, False)),
        (ViewStats(brightness=0.5, detail=0.7, similarity=0.1), (False, False, True)),
    ],
)
def test_a_view_has_one_problem_at_a_time(stats, expected):
    """A dark frame has no detail and no edges, and a covered one no edges: the first cause is reported."""
    assert expected == (stats.dark, stats.covered, stats.moved)
