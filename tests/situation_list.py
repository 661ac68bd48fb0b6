"""The situations of tests/situations.py: what was made, what is expected, and which public threads tell of it."""

from __future__ import annotations

from fractions import Fraction

from passerby import Settings
from passerby.config.settings import Codec
from tests import clips, fault_files, recorder_files
from tests.situation_makers import (
    AV1,
    HEVC,
    JUNK,
    MS,
    anamorphic,
    animation,
    another_pid,
    appended,
    changed,
    clip,
    cropped,
    damaged_middle,
    in_the_middle,
    laden,
    lasting,
    late_sound,
    photo,
    resized,
    stream,
    timed,
    turned,
    with_sound,
    without,
)
from tests.situation_mixtures import MIXTURES
from tests.situations import REFUSED, REVIEW, WHOLE, Situation

SITUATIONS = (
    # Timing
    Situation(
        "MP4, screen recording: the last of 3 frames is shown for 2.9 s",
        WHOLE,
        lasting("mp4", (0, 100, 1200), 2900),
        thread=(1, 2),
    ),
    Situation("MOV, the same", WHOLE, lasting("mov", (0, 100, 1200), 2900), suffix=".mov", becomes=".mov"),
    Situation("MKV, the same", WHOLE, lasting("matroska", (0, 100, 1200), 2900), suffix=".mkv", becomes=".mkv"),
    Situation("FLV, the same", WHOLE, lasting("flv", (0, 100, 1200), 2900), suffix=".flv"),
    Situation("MP4, sound for 2 s after the last frame", WHOLE, with_sound(seconds=2.5)),
    Situation("MP4, sound that ends before the picture", WHOLE, with_sound(seconds=0.2)),
    Situation(
        "MP4, frames 1 to 700 ms apart, as phones record in the dark",
        WHOLE,
        lambda p: timed(p, (0, 1, 41, 741, 757, 1400, 1440), MS),
        thread=(3, 4),
    ),
    Situation(
        "MKV, frames 1 to 700 ms apart",
        WHOLE,
        clip("matroska", times=(0, 1, 41, 741, 757, 1400, 1440)),
        suffix=".mkv",
        becomes=".mkv",
        thread=(5,),
    ),
    Situation("MP4, 240 frames a second", WHOLE, lambda p: timed(p, tuple(range(24)), Fraction(1, 240))),
    Situation("MP4, time lapse: a frame every 10 s", WHOLE, lambda p: timed(p, (0, 10, 20, 30), Fraction(1))),
    Situation(
        "MP4, a clock of 10,000,000 ticks a second",
        WHOLE,
        lambda p: timed(p, tuple(range(0, 4_800_000, 400_000)), Fraction(1, 10_000_000)),
    ),
    Situation("MP4, 29.97 frames a second, 1001/30000", WHOLE, clips.cfr, thread=(6,)),
    Situation("MP4, one frame", WHOLE, clip(times=(0,))),
    Situation(
        "MP4, picture that begins 0.4 s after the sound",
        WHOLE,
        with_sound(times=range(10, 22), seconds=0.88),
    ),
    Situation(
        "MP4, sound that begins 0.3 s after the picture",
        WHOLE,
        with_sound(begins=0.3, seconds=0.5),
        thread=(7,),
    ),
    Situation("MP4 with B-frames, trimmed by an edit list", WHOLE, clips.b_frames_with_edit_list),
    Situation(
        "MKV, two frames with one timestamp, as NVRs write",
        WHOLE,
        clip("matroska", times=(0, 40, 40, 120, 160)),
        suffix=".mkv",
        becomes=".mkv",
        says="repaired",
        thread=(8,),
    ),
    Situation(
        "TS, a camera that was away for 3 s", WHOLE, clip("mpegts", times=(0, 3600, 7200, 277200, 280800)), suffix=".ts"
    ),
    Situation(
        "TS, two recordings appended, each of whose clocks begins at 0", REVIEW, appended, suffix=".ts", says="damaged"
    ),
    # Containers
    Situation(
        "MP4 in fragments, as recorders write",
        WHOLE,
        clip(container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    ),
    Situation(
        "MP4 in fragments of a frame each, frames of any length",
        WHOLE,
        lambda p: clips.write_clip(
            p, times=clips.VARIABLE, container_options={"movflags": "frag_every_frame+empty_moov"}
        ),
    ),
    Situation("MP4 with its index first", WHOLE, with_sound(container_options={"movflags": "faststart"})),
    Situation("MP4 with a box that holds nothing after its end", WHOLE, changed(clip(), lambda d: d + JUNK)),
    Situation(
        "MKV without sizes and index, as a stream is saved",
        WHOLE,
        clip("matroska", container_options={"live": "1"}),
        suffix=".mkv",
        becomes=".mkv",
    ),
    Situation(
        "TS with packets of 192 bytes, as camcorders write",
        WHOLE,
        with_sound("mpegts"),
        suffix=".m2ts",
        tolerance=0.022,
        thread=(9,),
    ),
    Situation(
        "TS that begins in the middle of a packet",
        WHOLE,
        changed(clip("mpegts"), lambda d: bytes(range(1, 101)) + d),
        suffix=".ts",
    ),
    Situation(
        "AVI without its index",
        WHOLE,
        changed(clip("avi", codec="mjpeg", pixel_format="yuvj420p"), without(b"idx1", b"JUNK")),
        suffix=".avi",
    ),
    Situation(
        "FLV without a stated length",
        WHOLE,
        changed(
            clip("flv"),
            lambda d: d.replace(
                b"duration\0" + d[d.index(b"duration") + 9 : d.index(b"duration") + 17], b"duration\0" + bytes(8)
            ),
        ),
        suffix=".flv",
        tolerance=0.05,
    ),
    Situation("WMV", WHOLE, clip("asf", codec="wmv2"), suffix=".wmv"),
    Situation("WebM, VP9", WHOLE, clip("webm", codec="libvpx-vp9"), suffix=".webm"),
    # Codecs
    Situation("MP4, H.264 with 10 bits", WHOLE, clip(pixel_format="yuv420p10le")),
    Situation("MP4, H.264 4:4:4", WHOLE, clip(pixel_format="yuv444p"), says="4:4:4 chroma"),
    Situation("MP4, HEVC", WHOLE, clip(**HEVC)),
    Situation("MP4, AV1", WHOLE, clip(**AV1)),
    Situation(
        "MKV, HEVC coded in fields",
        WHOLE,
        clip("matroska", codec="libx265", options={"x265-params": "interlace=tff:log-level=none"}),
        suffix=".mkv",
        becomes=".mkv",
        thread=(10, 11),
    ),
    Situation(
        "TS, HEVC coded in fields, the bottom one first",
        WHOLE,
        clip("mpegts", codec="libx265", options={"x265-params": "interlace=bff:log-level=none"}),
        suffix=".ts",
    ),
    # Without a container
    Situation(
        "H.264 without a container, with B-frames",
        WHOLE,
        stream("h264"),
        suffix=".264",
        says="25 frames a second, as the stream states",
        thread=(12, 13, 14, 15),
    ),
    Situation(
        "H.264 without a container, at a rate that is given",
        WHOLE,
        stream("open.h264"),
        suffix=".h264",
        settings=Settings(frame_rate=Fraction(30000, 1001)),
        says="29.970 frames a second, as given",
    ),
    Situation("H.264 behind a header of the recorder", WHOLE, recorder_files.behind_a_header, suffix=".bvr"),
    Situation("H.265 without a container, open groups of pictures", WHOLE, stream("open.h265"), suffix=".h265"),
    Situation("H.265 without a container, coded in fields", WHOLE, stream("fields.h265"), suffix=".hevc"),
    Situation(
        "H.264 without a container, of which pictures were lost",
        REVIEW,
        lambda path: recorder_files.with_pictures_lost(path, "h264", range(27, 29)),
        suffix=".264",
        says="2 frames are missing in the stream",
    ),
    Situation(
        "H.265 without a container, of which pictures were lost",
        REVIEW,
        lambda path: recorder_files.with_pictures_lost(path, "h265", range(27, 30)),
        suffix=".h265",
        says="3 frames are missing in the stream",
    ),
    Situation("MPEG-2 without a container", WHOLE, stream("m2v"), suffix=".m2v"),
    Situation("MPEG-4 without a container", WHOLE, stream("m4v"), suffix=".m4e"),
    Situation("MJPEG without a container", WHOLE, stream("mjpeg"), suffix=".mjpeg", says="--frame-rate"),
    Situation("MJPEG of a camera's web page, saved with its headers", WHOLE, stream("multipart"), suffix=".mjpg"),
    Situation("AV1 without a container", WHOLE, stream("obu"), suffix=".obu"),
    Situation("IVF, VP8", WHOLE, stream("ivf"), suffix=".ivf"),
    Situation("Y4M, uncompressed", WHOLE, stream("y4m"), suffix=".y4m"),
    Situation("DV of a camcorder without a container", WHOLE, recorder_files.dv, suffix=".dv"),
    Situation(
        "DAV of a Dahua recorder, with sound",
        WHOLE,
        lambda path: recorder_files.dahua(path, 2.4),
        suffix=".dav",
        tolerance=0.5,  # it states whole seconds
        thread=(16,),
    ),
    Situation(
        "Program stream of a Hikvision recorder, behind its header",
        WHOLE,
        recorder_files.hikvision,
        suffix=".mp4",
        tolerance=0.3,
    ),
    Situation("MXF", REFUSED, clip("mxf", codec="mpeg2video"), suffix=".mxf", says="ffmpeg -i IN"),
    Situation("TS whose picture shrinks in the middle", REVIEW, resized, suffix=".ts", says="resolution changes"),
    Situation(
        "AVI of 34x64, with --codec hevc",
        REFUSED,
        clip("avi", codec="rawvideo", pixel_format="bgr24", size=(34, 64)),
        suffix=".avi",
        settings=Settings(codec=Codec.HEVC),
        says="--codec h264",
    ),
    Situation(
        "AVI of 33x17",
        WHOLE,
        clip("avi", codec="rawvideo", pixel_format="bgr24", size=(33, 17)),
        suffix=".avi",
        says="padded",
    ),
    # Sound and other tracks
    Situation("TS, sound from 10 s on", WHOLE, late_sound("ts"), suffix=".ts", tolerance=0.05, thread=(17, 18, 19)),
    Situation("FLV, sound from 10 s on", WHOLE, late_sound("flv"), suffix=".flv"),
    Situation(
        "MPEG program stream, sound from 10 s on",
        WHOLE,
        late_sound("mpg"),
        suffix=".mpg",
        says="re-encoded",
        tolerance=0.6,
        sound_tolerance=10.1,  # it is encoded anew, with silence before it
    ),
    Situation(
        "TS, sound on another PID in the middle",
        REVIEW,
        another_pid,
        suffix=".ts",
        says="audio tracks that cannot be read",
    ),
    Situation("MP4, four languages", WHOLE, with_sound(sounds=4)),
    Situation(
        "MKV, MP2",
        WHOLE,
        with_sound("matroska", "mp2"),
        suffix=".mkv",
        becomes=".mkv",
    ),
    Situation("MOV, 24 bit PCM", WHOLE, with_sound("mov", "pcm_s24le"), suffix=".mov", becomes=".mov"),
    Situation("MP4 with tags, a subtitle, a chapter and a place", WHOLE, laden, says="subtitle tracks: 1"),
    # Orientation, crop, aspect
    Situation("MP4, turned by 90 degrees", WHOLE, turned(90), thread=(21, 22, 23)),
    Situation("MP4, turned by 270 degrees and mirrored", WHOLE, turned(270, True)),
    Situation(
        "MP4, cropped (clap) to 96x80",
        WHOLE,
        cropped(fault_files.clap(96, 80, Fraction(16), Fraction(8))),
        says="players show 96x80",
        thread=(24,),
    ),
    Situation(
        "MP4, cropped to an odd size at an odd column",
        WHOLE,
        cropped(fault_files.clap(95, 79, Fraction(1, 2), Fraction(1, 2))),
        says="players show 95x79",
        thread=(25,),
    ),
    Situation(
        "MKV, cropped (PixelCrop)",
        WHOLE,
        lambda p: fault_files.cropped_matroska(p, 32, 16),
        suffix=".mkv",
        becomes=".mkv",
        says="players show 96x80",
        thread=(26,),
    ),
    Situation("MP4, pixels of 16:11", WHOLE, anamorphic("mp4")),
    Situation(
        "MP4, pixels of 16:11, to HEVC in MKV",
        WHOLE,
        anamorphic("mp4"),
        becomes=".mkv",
        settings=Settings(codec=Codec.HEVC),
    ),
    Situation(
        "MP4, pixels of 16:11, to AV1 in MKV",
        REFUSED,
        anamorphic("mp4"),
        says="ends in .mp4",
        becomes=".mkv",
        settings=Settings(codec=Codec.AV1),
    ),
    Situation("MP4, turned by 90 degrees, to MKV", WHOLE, turned(90), becomes=".mkv"),
    # Damage and disks
    Situation(
        "TS that begins in an open group of pictures", REVIEW, in_the_middle, suffix=".ts", says="frames at the start"
    ),
    Situation(
        "TS with 400 bytes of noise in the middle",
        REVIEW,
        changed(clip("mpegts", size=(320, 240)), damaged_middle),
        suffix=".ts",
        says="damaged",
    ),
    Situation(
        "MP4 that was cut off, its index first",
        REVIEW,
        changed(clip(size=(320, 240), container_options={"movflags": "faststart"}), lambda d: d[: len(d) * 3 // 4]),
        says="truncated",
    ),
    Situation(
        "MP4 that was cut off before its index",
        REFUSED,
        changed(clip(size=(320, 240)), lambda d: d[: len(d) // 2]),
        says="truncated",
    ),
    Situation(
        "MKV that was cut off",
        REVIEW,
        changed(clip("matroska", size=(320, 240)), lambda d: d[: len(d) * 3 // 4]),
        suffix=".mkv",
        becomes=".mkv",
        says="truncated",
    ),
    Situation(
        "JPEG that was cut off",
        REFUSED,
        changed(photo, lambda d: d[: len(d) // 2]),
        suffix=".jpg",
        becomes=".jpg",
        says="",
        thread=(27, 28),
    ),
    Situation(
        "An output whose name has 258 letters",
        REFUSED,
        clip(),
        becomes="x" * 248 + ".mp4",
        says="too long",
        thread=(20, 29, 30),
    ),
    Situation("An empty file", REFUSED, lambda p: p.touch(), says="is empty"),
    # Stills
    Situation("GIF of 200x100, animated", WHOLE, animation(200, 100, duration=100), suffix=".gif", becomes=".gif"),
    Situation("WebP of 344x20, animated", WHOLE, animation(344, 20, duration=100), suffix=".webp", becomes=".webp"),
    Situation("PNG of 301x201, animated", WHOLE, animation(301, 201, duration=100), suffix=".png", becomes=".png"),
    Situation(
        "GIF whose frames have no duration", WHOLE, animation(250, 77, duration=0), suffix=".gif", becomes=".gif"
    ),
    # Mixtures
    *MIXTURES,
)
