import json
from types import SimpleNamespace

from passerby.jobs.events.run_event import OverallEvent
from passerby.jobs.file_job import FileJob
from passerby.jobs.progress import RunProgress
from passerby.jobs.task import JobOutcome, JobState


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def outcome(path, state=JobState.DONE, frames=100, seconds=3600.0):
    report = SimpleNamespace(output=SimpleNamespace(frames=frames), source=SimpleNamespace(duration=seconds))
    return JobOutcome(FileJob(path, path), state, report)


def jobs(paths):
    return [FileJob(path, path) for path in paths]


def sources(folder, *sizes):
    paths = [folder / f"{n}.mp4" for n in range(len(sizes))]
    for path, size in zip(paths, sizes, strict=True):
        path.write_bytes(b"x" * size)
    return paths


def test_files_hours_speed_and_remaining_time(tmp_path, capsys):
    clock, paths = Clock(), sources(tmp_path, 100, 200, 300)
    with RunProgress(jobs(paths), json=True, clock=clock) as progress:
        clock.now = 50.0
        progress.record(outcome(paths[0]))
        assert 250.0 == progress.eta_s
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert OverallEvent(files=1, total_files=3, video_hours=1.0, fps=2.0, eta_s=250).model_dump() == first


def test_files_of_an_earlier_run_do_not_count_as_speed(tmp_path):
    clock, paths = Clock(), sources(tmp_path, 100, 100, 100)
    progress = RunProgress(jobs(paths), json=False, clock=clock, quiet=True)
    clock.now = 10.0
    progress.record(outcome(paths[0], JobState.ALREADY_DONE))
    assert progress.eta_s is None
    clock.now = 20.0
    progress.record(outcome(paths[1]))
    assert 20.0 == progress.eta_s


def test_without_a_terminal_a_line_is_printed_every_few_seconds_and_at_the_end(tmp_path, capsys):
    clock, paths = Clock(), sources(tmp_path, 1, 1)
    with RunProgress(jobs(paths), json=False, clock=clock, quiet=True) as progress:
        clock.now = 1.0
        progress.record(outcome(paths[0]))
        assert "" == capsys.readouterr().err
        progress.record(outcome(paths[1], frames=20))
    assert "2 of 2 files, 2.00 hours of video, 120.0 fps, 0 s left\n" == capsys.readouterr().err
