"""An encoder that takes real-time priority would let nothing else run: not another program, not even its own end."""

import os
import threading

import pytest

from passerby.config.settings import Codec, Settings
from passerby.sink.video.codec_choice import choose_encoding
from passerby.sink.video.thread_priority import preserved_thread_priority
from passerby.sink.video.writer import VideoWriter
from tests import clips


def urgencies():
    """How the threads of this process are scheduled."""
    return {os.sched_getscheduler(int(thread)) for thread in os.listdir("/proc/self/task")}


def test_an_encoder_leaves_every_thread_as_it_was(tmp_path):
    before = urgencies()
    video = clips.video_info()
    encoding = choose_encoding(video, Settings(codec=Codec.AV1), "mp4")
    with VideoWriter(tmp_path / "o.mp4", [(video, encoding)], "mp4") as writer:
        for n, time in enumerate(clips.constant(3)):
            writer.write(clips.safe_frame(n, time))
            assert before == urgencies()
    assert before == urgencies()


def test_threads_that_became_urgent_are_calmed():
    end = threading.Event()
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    except PermissionError:
        pytest.skip("this user may not make a thread urgent, so no encoder may either")
    with preserved_thread_priority():
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
        other = threading.Thread(target=end.wait)
        other.start()
    calm = urgencies()
    end.set()
    other.join()
    assert {os.SCHED_OTHER} == calm
