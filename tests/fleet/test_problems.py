"""What is wrong with a site."""

from dataclasses import replace

import pytest

from passerby.fleet.problems import SILENT_S, URGENCY, ProblemKind, SiteState, is_behind, problems_of

FINE = SiteState(1000, True, "1.2.0", 8, 8, 0.01, 9.0, 3, "compliant")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"received": None}, ProblemKind.SILENT),
        ({"received": 1000 - SILENT_S - 1}, ProblemKind.SILENT),
        ({"verdict": "violated"}, ProblemKind.RETENTION),
        ({"cameras_up": 7}, ProblemKind.CAMERAS),
        ({"disk_days": 1.5}, ProblemKind.DISK),
        ({"covered": 0.3}, ProblemKind.COVERED),
        ({"clock_trusted": False}, ProblemKind.CLOCK),
        ({"backlog": 301}, ProblemKind.BACKLOG),
        ({"version": "1.1.9"}, ProblemKind.VERSION),
    ],
)
def test_each_problem_is_seen(change, kind):
    assert (kind,) == problems_of(replace(FINE, **change), 1000.0, "1.2.0")


def test_a_site_that_is_fine_has_none():
    assert () == problems_of(FINE, 1000.0, "1.2.0")
    assert () == problems_of(replace(FINE, disk_days=None, verdict=None), 1000.0, "1.2.0")


def test_of_a_silent_site_nothing_else_is_said():
    assert (ProblemKind.SILENT,) == problems_of(replace(FINE, received=None, cameras_up=0), 1000.0, "1.2.0")


def test_a_more_urgent_problem_outweighs_all_others():
    kinds = list(ProblemKind)
    for order, kind in enumerate(kinds):
        assert URGENCY[kind] > sum(URGENCY[other] for other in kinds[order + 1 :])


@pytest.mark.parametrize(
    ("version", "behind"),
    [("1.1.9", True), ("1.2.0", False), ("1.10.0", False), ("1.2", True), ("2.0.dev1", False), ("", True)],
)
def test_versions_are_compared_as_numbers(version, behind):
    assert behind == is_behind(version, "1.2.0")
