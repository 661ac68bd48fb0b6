import json
from types import SimpleNamespace

from passerby.jobs.inputs import Job
from passerby.jobs.job import Outcome, State
from passerby.jobs.progress import Overall


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def outcome(path, state=State.DONE, frames=100, seconds=3600.0):
    report = SimpleNamespace(output=SimpleNamespace(frames=frames), source=SimpleNamespace(duration=seconds))
    return Outcome(Job(path, path), state, report)


def jobs(paths):
    return [Job(path, path) for path in paths]


def sources(folder, *sizes):
    paths = [folder / f"{n}.mp4" for n in range(len(sizes))]
    for path, size in zip(paths, sizes, strict=True):
        path.write_bytes(b"x" * size)
    return paths


def test_files_hours_speed_and_time_left_are_told(tmp_path, capsys):
    clock, paths = Clock(), sources(tmp_path, 100, 200, 300)
    with Overall(jobs(paths), json=True, clock=clock) as overall:
        clock.now = 50.0
        overall.done(outcome(paths[0]))
        assert 250.0 == overall.left
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert {"event": "overall", "files": 1, "of": 3, "hours": 1.0, "fps": 2.0, "left": 250} == first


def test_what_was_done_before_is_no_speed(tmp_path):
    clock, paths = Clock(), sources(tmp_path, 100, 100, 100)
    overall = Overall(jobs(paths), json=False, clock=clock, quiet=True)
    clock.now = 10.0
    overall.done(outcome(paths[0], State.ALREADY))
    assert overall.left is None
    clock.now = 20.0
    overall.done(outcome(paths[1]))
    assert 20.0 == overall.left


def test_without_a_terminal_it_is_a_line_now_and_then_and_at_the_end(tmp_path, capsys):
    clock, paths = Clock(), sources(tmp_path, 1, 1)
    with Overall(jobs(paths), json=False, clock=clock, quiet=True) as overall:
        clock.now = 1.0
        overall.done(outcome(paths[0]))
        assert "" == capsys.readouterr().err
        overall.done(outcome(paths[1], frames=20))
    assert "2 of 2 files, 2.00 hours of video, 120.0 frames a second, 0 s left\n" == capsys.readouterr().err
