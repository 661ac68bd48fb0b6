"""A film that is done in pieces, step by step, as a cluster is given them: in this process, without a cluster."""

import json
from collections import deque
from dataclasses import replace

import pytest

from passerby.cluster.scheduler import Ran
from passerby.config.settings import Settings
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.engine import video as pipeline
from passerby.jobs.distributed_video import Films
from passerby.jobs.film_steps import Join, Look, Paint, piece_of
from passerby.jobs.inputs import Job, is_ours
from passerby.jobs.job import Kept, Outcome, State, Work
from passerby.jobs.progress import Overall
from passerby.jobs.remote_io import do
from passerby.track.segments import VARIABLE
from tests.clips import cfr, constant, write_clip
from tests.plans import told

FRAMES = 90


@pytest.fixture(autouse=True)
def stretches(monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")
    told(monkeypatch)


@pytest.fixture
def film(tmp_path):
    return write_clip(tmp_path / "film.mp4", times=constant(FRAMES))


def work(film, **options):
    job = Job(film, film.parent / "out" / "film.mp4")
    return Work(job, Settings(), quiet=True, threads=1, cut=1, **options)


def run(first, instead=lambda work: None):
    """All that comes of one file: what is told of it, and every work that was done for it. `instead` gives the outcome
    of a work that is not to be done."""
    tasks = deque([first])
    films = Films(tasks)
    said, works = [], []
    while tasks:
        task = tasks.popleft()
        works.append(task)
        ran = Ran(f"node{len(works)}", 100.0 + len(works), 1.0)
        outcome = instead(task) or do(task, Kept())
        if outcome == "lost":
            outcome, ran = Outcome(task.job, State.FAILED, error="its process died", exit_code=1), Ran()
        found = films.take(task, outcome, ran)
        if found is not None:
            said.append(found)
    assert not films._films
    ((outcome, ran),) = said
    return outcome, ran, works


def kinds(works):
    return [type(work.step).__name__ for work in works]


def test_a_film_is_cut_looked_at_painted_and_joined(film):
    outcome, ran, works = run(work(film, save_plan=True))
    assert (State.DONE, None) == (outcome.state, outcome.error)
    assert ["NoneType", *["Look"] * 3, *["Paint"] * 3, "Join"] == kinds(works)
    out = film.parent / "out"
    assert {"film.mp4", "film.report.json", "film.plan.json"} == {path.name for path in out.iterdir()}
    assert outcome.report == Report.model_validate_json((out / "film.report.json").read_bytes())
    assert FRAMES == outcome.report.output.frames == outcome.report.check.frames_compared
    assert pipeline.analyse(film, threads=1) == Plan.load(out / "film.plan.json")
    assert ("node1, node2", 101.0, 8.0) == (ran.node[:12], ran.began, ran.seconds)
    again, _, works = run(work(film, resume=True))
    assert (State.ALREADY, 1) == (again.state, len(works))


def test_nothing_of_a_film_is_begun_where_something_stands_in_its_place(film):
    out = film.parent / "out"
    out.mkdir()
    (out / "film.mp4").write_bytes(b"mine")
    outcome, _, works = run(work(film))
    assert (State.FAILED, 1) == (outcome.state, len(works))
    assert "--force" in outcome.error
    outcome, _, works = run(work(film, force=True))
    assert (State.DONE, 8) == (outcome.state, len(works))


def test_a_short_film_is_done_in_one_piece(tmp_path):
    outcome, _, works = run(work(cfr(tmp_path / "film.mp4")))
    assert (State.DONE, 1) == (outcome.state, len(works))


@pytest.mark.parametrize("step", [Look, Paint, Join])
def test_a_step_that_is_lost_each_time_fails_the_film_and_leaves_nothing(film, step):
    def lose(task):
        last = isinstance(task.step, step) and getattr(task.step, "number", 1) == 1
        return "lost" if last else None

    outcome, _, works = run(work(film), lose)
    assert (State.FAILED, "its process died") == (outcome.state, outcome.error)
    assert [] == list((film.parent / "out").iterdir())
    # What nobody had begun was left.
    assert {Look: 2, Paint: 6, Join: 8}[step] == len(works)


def test_a_span_that_cannot_be_decoded_makes_it_one_piece(film):
    def damaged(task):
        if isinstance(task.step, Look) and task.step.span.first == 1:
            return Outcome(task.job, State.FAILED, error="damaged", exit_code=1)
        return None

    outcome, _, works = run(work(film), damaged)
    assert (State.DONE, FRAMES) == (outcome.state, outcome.report.output.frames)
    assert (None, 0) == (works[-1].step, works[-1].cut)


def test_spans_that_do_not_fit_make_it_one_piece(film):
    def other(task):
        if not isinstance(task.step, Look):
            return None
        outcome = do(task, Kept())
        outcome.gave.looked.hashes[-1] ^= 1
        return outcome

    outcome, _, works = run(work(film), other)
    assert (State.DONE, FRAMES) == (outcome.state, outcome.report.output.frames)
    assert ["NoneType", *["Look"] * 3, "NoneType"] == kinds(works)


def test_pieces_that_came_out_too_large_are_written_again(film, monkeypatch):
    monkeypatch.setattr("passerby.engine.distributed.too_large", lambda *_: True)
    outcome, _, works = run(work(film))
    assert State.DONE is outcome.state
    assert ["NoneType", *["Look"] * 3, *["Paint"] * 6, "Join"] == kinds(works)
    assert [False] * 3 + [True] * 3 == [one.step.within for one in works if isinstance(one.step, Paint)]


def test_a_fault_of_ours_between_two_steps_costs_that_film_alone(film, monkeypatch):
    monkeypatch.setattr("passerby.engine.distributed.too_large", lambda *_: 1 / 0)
    outcome, _, works = run(work(film))
    assert (State.FAILED, 7) == (outcome.state, len(works))
    assert "fault of passerby" in outcome.error
    assert [] == list((film.parent / "out").iterdir())


def test_a_piece_is_never_taken_for_an_input(film):
    assert is_ours(piece_of(work(film).job, 3))
    assert (piece_of(work(film).job, 3),) == replace(work(film), step=Paint(3, None, None)).writes


def test_how_far_a_film_has_come_is_told_as_it_goes(film, capsys):
    clock = iter(range(0, 10000, 20))
    first = work(film)
    tasks = deque([first])
    films, told_of = Films(tasks), []
    with Overall([first.job], json=True, clock=lambda: next(clock)) as overall:
        while tasks:
            task = tasks.popleft()
            outcome = do(task, Kept())
            found = films.take(task, outcome, Ran("here", 1.0, 1.0))
            if found is not None:
                overall.done(found[0])
            elif task.step is not None:
                overall.step(task, films.share(task))
                told_of.append(films.share(task))
    assert sorted(told_of) == told_of
    assert 0 < told_of[0] < told_of[-1] < 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [0] * (len(lines) - 2) + [1, 1] == [line["files"] for line in lines]
    assert lines[0]["left"] > 0
    assert 0 == lines[-1]["left"]
    assert round(3 / 3600, 3) == lines[-1]["hours"] == lines[-3]["hours"]
