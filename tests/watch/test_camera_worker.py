"""A camera's worker between its threads: frames go through the pipeline to the recorder, whatever their size."""

from passerby.documents.status import CameraState, CoverReason
from passerby.watch.camera_worker import CameraWorker
from tests.watch.simulated import FakeDetectorQueue, captured_frame, settings, textured, video


class FakeCapture:
    """Gives the frames of a list, one at each call."""

    state, problem, connections, dropped = CameraState.LIVE, None, 1, 2

    def __init__(self, frames):
        self.frames, self.stopped = list(frames), False

    def next_frame(self, timeout):
        return self.frames.pop(0) if self.frames else None

    def stop(self):
        self.stopped = True


class FakeDetectorThread(FakeDetectorQueue):
    detections, mean_duration, closed = 3, 0.25, False

    def close(self):
        self.closed = True


class FakeRecorder:
    problem, dropped, state = None, 1, None

    def __init__(self):
        self.written, self.closed = [], False

    def write(self, video, frame, at):
        self.written.append((video.geometry.width, frame.index))

    def close(self):
        self.closed = True


class SimulatedTime:
    """A clock that advances with every step of the worker."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def run_worker(frames, until, **parts):
    time, detector, recorder = SimulatedTime(), FakeDetectorThread(duration_s=0.1), FakeRecorder()
    outputs = []
    worker = CameraWorker(
        settings(),
        FakeCapture(frames),
        detector,
        recorder,
        now=time,
        on_output=lambda video, output: outputs.append(output),
        **parts,
    )
    while time.now < until:
        time.now += 0.1
        detector.advance_to(time.now)
        worker.step()
    return worker, detector, recorder, outputs


def test_every_frame_is_recorded_once_in_order():
    info = video()
    worker, _, recorder, outputs = run_worker((captured_frame(n, textured(1), info) for n in range(30)), until=8)
    assert [(320, n) for n in range(30)] == recorder.written
    assert None in {output.reason for output in outputs}
    assert (30, 30) == (worker.stats.frames, worker.stats.written)


def test_frames_of_another_size_start_another_pipeline():
    small, large = video(), video(640, 360)
    frames = [captured_frame(n, textured(1), small) for n in range(20)]
    frames += [captured_frame(n, textured(1, 640, 360), large) for n in range(20, 40)]
    _, _, recorder, _ = run_worker(frames, until=9)
    assert [(320, n) for n in range(20)] + [(640, n) for n in range(20, 40)] == recorder.written


def test_drain_releases_what_is_buffered_and_closes_everything():
    info = video()
    worker, detector, recorder, _ = run_worker((captured_frame(n, textured(1), info) for n in range(30)), until=3)
    assert len(recorder.written) < 30
    detector.duration_s = 0.0
    time = worker._now

    def advance():
        time.now += 0.1
        detector.advance_to(time.now)
        return time.now

    worker._now = advance
    worker.drain(10)
    assert 30 == len(recorder.written)
    assert (True, True, True) == (worker._capture.stopped, detector.closed, recorder.closed)


def test_the_status_adds_up_its_threads():
    info = video()
    worker, _, _, outputs = run_worker((captured_frame(n, textured(1), info) for n in range(30)), until=8)
    status = worker.status()
    assert (CameraState.LIVE, 320, 180) == (status.state, status.width, status.height)
    assert (30, 30, 3, 3) == (status.frames, status.output_frames, status.dropped, status.detector_runs)
    assert status.memory > 1 << 20
    covered = [output.reason for output in outputs if output.reason is not None]
    assert len(covered) == sum(status.covered.values())
    assert set(status.covered) <= set(CoverReason)
