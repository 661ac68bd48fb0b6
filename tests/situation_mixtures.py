"""More situations: containers, codecs, timing and tracks that are seldom seen together."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import av
from PIL import Image

from passerby import Settings
from passerby.config.settings import Audio
from tests import clips
from tests.situation_makers import TS, Make, changed, clip, turned, with_sound
from tests.situations import REVIEW, WHOLE, Situation


def in_packets_of_204(data: bytes) -> bytes:
    """A transport stream as broadcasts are recorded: error correction follows each packet."""
    return b"".join(data[at : at + 188] + bytes(16) for at in range(0, len(data), 188))


def lost_sync_byte(data: bytes) -> bytes:
    return data[: 188 * 4] + b"\0" + data[188 * 4 + 1 :]


def with_dropped_frames(path: Path, at_the_end: int = 0) -> None:
    """AVI in which every third chunk is empty: the frame before is shown on. As many as `at_the_end` are the last."""
    clip("avi", codec="mpeg4", options={"bf": "0", "g": "5"})(path)
    raw = path.read_bytes()
    with av.open(str(path)) as container:
        packets = [(bytes(packet), packet.is_keyframe) for packet in container.demux(video=0) if packet.size]
    chunks = [part for n, packet in enumerate(packets) for part in ([packet, (b"", False)] if n % 2 else [packet])][:-1]
    chunks += [(b"", False)] * at_the_end
    body, index = b"movi", b""
    for data, is_keyframe in chunks:
        index += b"00dc" + struct.pack("<III", 0x10 if is_keyframe else 0, len(body), len(data))
        body += b"00dc" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    head = bytearray(raw[: raw.index(b"movi") - 8])
    for at in (head.index(b"avih") + 24, head.index(b"strh") + 40):
        head[at : at + 4] = struct.pack("<I", len(chunks))
    data = bytes(head) + b"LIST" + struct.pack("<I", len(body)) + body + b"idx1" + struct.pack("<I", len(index)) + index
    path.write_bytes(b"RIFF" + struct.pack("<I", len(data) - 8) + data[8:])


def trimmed(path: Path) -> None:
    """MP4 from which an editor cut the first 0.4 s, by an edit list: pictures and packets of sound before are there."""
    whole = path.with_name("whole.mp4")
    with_sound(size=(320, 240), times=range(25), seconds=1.0, options={"g": "50", "bf": "2", "preset": "medium"})(whole)
    command = ["ffmpeg", "-v", "error", "-y", "-ss", "0.4", "-i", str(whole), "-c", "copy", str(path)]
    subprocess.run(command, check=True)


def high_dynamic_range(path: Path) -> None:
    """As a phone records in the dark, held upside down: HEVC with 10 bits and HDR10's metadata, frames of any length,
    turned by 270 degrees."""
    display = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    params = f"log-level=none:bframes=0:master-display={display}:max-cll=1000,400:hdr10=1"
    turned(
        270,
        codec="libx265",
        pixel_format="yuv420p10le",
        time_base=TS,
        times=(0, 3000, 6010, 12000, 21000, 24000),
        options={"x265-params": params},
    )(path)


def transparent(path: Path) -> None:
    """WebM of half-transparent VP9: its second picture is the transparency."""
    picture = "testsrc2=size=128x96:rate=25:duration=0.48,format=yuva420p,colorchannelmixer=aa=0.5"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-c:v", "libvpx-vp9", "-auto-alt-ref", "0"]
    subprocess.run([*command, str(path)], check=True)


def cut_in_a_fragment(data: bytes) -> bytes:
    """MP4 in fragments, as a recorder writes it until its battery is empty: cut off in the header of a fragment."""
    return data[: data.rindex(b"moof") + 30]


def stereo_picture(path: Path) -> None:
    """A photo that lists further ones of its size (Multi-Picture Format)."""
    first, *others = (Image.fromarray(clips.drawing(number, (128, 96))) for number in range(4))
    first.save(path, format="MPO", save_all=True, append_images=others)


def two_programs(path: Path) -> None:
    """A transport stream with two pictures, each with its sound."""
    with av.open(path, "w", format="mpegts") as output:
        videos = [output.add_stream("libx264", rate=25, width=width, height=96, time_base=TS) for width in (128, 64)]
        sounds = [output.add_stream("aac", rate=48000, layout="mono") for _ in videos]
        for video in videos:
            video.pix_fmt = "yuv420p"
        for number in range(12):
            for video in videos:
                frame = clips.video_frame(number, (video.width, 96))
                frame.pts, frame.time_base = 3600 * number, TS
                output.mux(video.encode(frame))
        for video in videos:
            output.mux(video.encode(None))
        for sound in sounds:
            clips.tone(output, sound, 0.48)


def toned(container: str, video: str, sound: str, layout: str = "stereo", **options: object) -> Make:
    """A film in one codec with half a second of sound in another."""
    return clip(
        container,
        codec=video,
        prepare=lambda output, _: output.add_stream(sound, rate=48000, layout=layout),
        finish=lambda output: clips.tone(output, output.streams.audio[0], 0.48),
        **options,
    )


MIXTURES = (
    Situation(
        "TS with packets of 204 bytes, as broadcasts are recorded",
        WHOLE,
        changed(with_sound("mpegts"), in_packets_of_204),
        suffix=".ts",
        tolerance=0.022,
    ),
    Situation(
        "TS that lost a sync byte", WHOLE, changed(clip("mpegts", size=(320, 240)), lost_sync_byte), suffix=".ts"
    ),
    Situation("TS of two programs, each with sound", WHOLE, two_programs, suffix=".ts", tolerance=0.022),
    Situation("TS, HEVC and AC-3", WHOLE, toned("mpegts", "libx265", "ac3"), suffix=".ts", tolerance=0.033),
    Situation("TS whose picture the codec crops to 130x98", WHOLE, clip("mpegts", size=(130, 98)), suffix=".ts"),
    Situation(
        "MP4 in fragments that begin at 10 hours, cut out of a recorder",
        WHOLE,
        clip(
            times=range(900_000, 900_012), container_options={"movflags": "frag_keyframe+empty_moov+default_base_moof"}
        ),
    ),
    Situation("Two MP4 files in one, of which players show the first", WHOLE, changed(clip(), lambda data: data * 2)),
    Situation("MP4, Opus", WHOLE, with_sound("mp4", "libopus")),
    Situation(
        "MP4, MP3 of 44,100 samples a second, to MKV",
        WHOLE,
        with_sound("mp4", "libmp3lame", rate=44100, seconds=0.4),
        becomes=".mkv",
    ),
    Situation(
        "MOV, 5.1 channels of PCM, to MP4",
        WHOLE,
        with_sound("mov", "pcm_s16le", layout="5.1", seconds=0.4),
        suffix=".mov",
        says="its 6 channels were mixed to 2",
        sound_differs=True,
    ),
    Situation("MP4, 5.1 channels of AC-3", WHOLE, with_sound("mp4", "ac3", layout="5.1", seconds=0.4)),
    Situation(
        "MOV, DV and PCM",
        WHOLE,
        toned("mov", "dvvideo", "pcm_s16le", size=(720, 576)),
        suffix=".mov",
        becomes=".mov",
    ),
    Situation(
        "MOV, MJPEG and PCM of 8 bits", WHOLE, toned("mov", "mjpeg", "pcm_u8", pixel_format="yuvj420p"), suffix=".mov"
    ),
    Situation(
        "MKV, MPEG-4 with B-frames, FLAC",
        WHOLE,
        toned("matroska", "mpeg4", "flac", options={"bf": "2"}),
        suffix=".mkv",
        becomes=".mkv",
    ),
    Situation("MKV, VP8 and AAC", WHOLE, toned("matroska", "libvpx", "aac"), suffix=".mkv"),
    Situation(
        "MKV, AAC that begins 0.1 s after the picture and ends last",
        WHOLE,
        with_sound("matroska", begins=0.1, seconds=0.77),
        suffix=".mkv",
        becomes=".mkv",
    ),
    Situation(
        "MKV, ALAC, whose last packet does not say how long it is",
        WHOLE,
        with_sound("matroska", "alac", rate=44100, seconds=0.77),
        suffix=".mkv",
        becomes=".mkv",
    ),
    Situation(
        "MOV, PCM, to an unnatural voice in MKV",
        WHOLE,
        with_sound("mov", "pcm_s16le", seconds=0.77),
        suffix=".mov",
        becomes=".mkv",
        settings=Settings(audio=Audio.UNNATURAL_VOICE),
    ),
    Situation("MKV, Opus, to MP4", WHOLE, with_sound("matroska", "libopus", seconds=0.4), suffix=".mkv"),
    Situation(
        "WebM as a browser's recorder writes it, without a length",
        WHOLE,
        toned("webm", "libvpx", "libopus", container_options={"live": "1"}, times=(0, 33, 66, 133, 400)),
        suffix=".webm",
    ),
    Situation("AVI with empty chunks for dropped frames", WHOLE, with_dropped_frames, suffix=".avi"),
    Situation(
        "AVI that ends in empty chunks", WHOLE, lambda path: with_dropped_frames(path, at_the_end=3), suffix=".avi"
    ),
    Situation("AVI, MPEG-4 and AC-3", WHOLE, toned("avi", "mpeg4", "ac3"), suffix=".avi", tolerance=0.033),
    Situation("VOB, MPEG-2 and AC-3", WHOLE, toned("vob", "mpeg2video", "ac3"), suffix=".vob", tolerance=0.1),
    Situation("FLV, H.264 with B-frames", WHOLE, clip("flv", options={"bf": "2", "preset": "medium"}), suffix=".flv"),
    Situation(
        "MP4 from which the first 0.4 s were cut by an edit list, with sound",
        WHOLE,
        trimmed,
        sound_tolerance=0.0214,  # a packet that begins before the edit is left out whole: its sound was cut
    ),
    Situation(
        "MP4, HEVC with HDR10's metadata, frames of any length, turned by 270 degrees",
        WHOLE,
        high_dynamic_range,
        says="mastering display colours",
    ),
    Situation("WebM, half-transparent VP9", WHOLE, transparent, suffix=".webm"),
    Situation(
        "MP4 in fragments, cut off in the header of one",
        REVIEW,
        changed(
            clip(times=range(30), options={"g": "10"}, container_options={"movflags": "frag_keyframe+empty_moov"}),
            cut_in_a_fragment,
        ),
        says="truncated",
    ),
    Situation(
        "TS whose sound begins an hour after the picture",
        WHOLE,
        with_sound("mpegts", begins=3600, seconds=0.48),
        suffix=".ts",
        tolerance=0.05,
    ),
    Situation("JPEG that lists further pictures of its size", WHOLE, stereo_picture, suffix=".jpg", becomes=".jpg"),
    Situation(
        "MP4 of 4 frames a second at a clock of 90,000",
        WHOLE,
        clip(time_base=TS, times=range(0, 225_000, 22_500)),
    ),
)
