import threading

from passerby.core.errors import DiskFull
from passerby.sink.recording.state import WriterState
from passerby.watch.recorder_thread import MAX_QUEUED_FRAMES, RecorderThread
from tests.watch.simulated import video


class FakeWriter:
    """Records what is written, one list per writer; `errors` are raised for the frames in it."""

    def __init__(self):
        self.files, self.errors = [], {}
        self.ready = threading.Event()
        self.ready.set()

    def open(self, info):
        self.files.append([info.geometry.width])
        return self

    def write(self, frame, at):
        self.ready.wait(10)
        if frame in self.errors:
            raise self.errors[frame]
        self.files[-1].append(frame)

    def flush(self):
        self.files[-1].append("flush")

    def close(self):
        self.files[-1].append("end")


def test_frames_of_another_size_get_another_writer():
    writer, small, large = FakeWriter(), video(320), video(640)
    recorder = RecorderThread(writer.open)
    for info, frame in ((small, 1), (small, 2), (large, 3)):
        recorder.write(info, frame, None)
    recorder.close()
    assert [[320, 1, 2, "end"], [640, 3, "end"]] == writer.files


def test_recording_continues_after_a_full_disk():
    writer, info = FakeWriter(), video()
    writer.errors = {2: DiskFull("no room")}
    recorder = RecorderThread(writer.open)
    for frame in (1, 2, 3):
        recorder.write(info, frame, None)
    recorder.close()
    assert [[320, 1, 3, "end"]] == writer.files
    assert (1, None) == (recorder.dropped, recorder.problem)


def test_a_disk_that_stalls_blocks_nothing():
    writer, info = FakeWriter(), video()
    writer.ready.clear()
    recorder = RecorderThread(writer.open)
    for frame in range(MAX_QUEUED_FRAMES + 11):
        recorder.write(info, frame, None)
    assert recorder.dropped in (10, 11)
    writer.ready.set()
    recorder.close()
    assert MAX_QUEUED_FRAMES + 11 == len(writer.files[0]) - 2 + recorder.dropped


def test_what_is_not_stored_is_a_problem_of_the_camera():
    class Full:
        state = WriterState().with_lost("full", "No space left.")

        def write(self, frame, at):
            pass

        def flush(self):
            pass

        close = flush

    recorder = RecorderThread(lambda video: Full())
    assert recorder.problem is None
    recorder.write("video", "frame", "at")
    recorder.close()
    recorder._writer = Full()
    assert "Not recorded: No space left." == recorder.problem
