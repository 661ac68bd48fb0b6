"""Masks what a camera or a file shows, as it comes: python mask_stream.py INPUT OUTPUT"""

import sys

import av

from passerby import Redactor, Settings

with av.open(sys.argv[1]) as camera, av.open(sys.argv[2], "w") as output:
    stream = camera.streams.video[0]
    rate = stream.average_rate or 10
    out = output.add_stream("libx264", rate=rate, options={"preset": "veryfast"})
    out.width, out.height, out.pix_fmt = stream.width, stream.height, "yuv420p"
    out.thread_count = 1
    with Redactor(Settings(hide={"face", "plate"}, profile="fast"), threads=1) as redactor:
        for frame in redactor.mask_frames(camera.decode(stream), fps=rate):
            output.mux(out.encode(frame))
    output.mux(out.encode(None))
