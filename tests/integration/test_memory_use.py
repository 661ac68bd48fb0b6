"""Memory use does not grow with the length of a file."""

import os
import subprocess
import sys
from fractions import Fraction
from itertools import count

import av
import pytest

from passerby.demo.portrait import portrait
from passerby.demo.sample import HEIGHT, RATE, WIDTH, make_sample

RUN = "from passerby.__main__ import main; main()"


def repeated(sample, path, times):
    """Write the sample `times` times in a row."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        number = count()
        for _ in range(times):
            with av.open(str(sample)) as source:
                for frame in source.decode(video=0):
                    frame.pts, frame.time_base = next(number), Fraction(1, RATE)
                    output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def peak_memory(path):
    """Peak memory of redacting `path`, in KiB."""
    process = subprocess.Popen([sys.executable, "-c", RUN, "redact", str(path), "--force"], stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert 0 == process.returncode
    return usage.ru_maxrss


@pytest.mark.soak
def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path):
    sample, long = tmp_path / "sample.mp4", tmp_path / "long.mp4"
    make_sample(sample, portrait())
    repeated(sample, long, 10)
    # Some grows with the length by design: a hash and a time for each frame, and the tracks. It is little.
    assert peak_memory(long) < 1.15 * peak_memory(sample)
