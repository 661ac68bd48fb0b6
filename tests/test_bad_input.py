"""Bad input ends in a message or in a whole and masked output: no crash, no hang, nothing half-done."""

import multiprocessing
import os
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest

from passerby import redact
from passerby.config.settings import Settings
from passerby.core.errors import DamagedSource, OutputError, PasserbyError, SourceError, UnsupportedSource
from passerby.source.video.container_sniff import sniff_container
from passerby.source.video.file import VideoFile
from tests import bad_files, clips
from tests.fake_detector import use_fixed_face

#: Seconds after which a try counts as hanging. The longest takes about two.
BOUND = 120


#: What may come of a broken file.
OUTCOMES = {"done", "needs review", "DamagedSource", "UnsupportedSource"}

#: A film of JPEGs of which one or two are left is a photo, and its output is no .mp4.
ONE_PICTURE = {"UsageError"}


def outcomes(folder, count, seed, make=bad_files.originals):
    """How often each kind of outcome came of `count` broken files; every try in a process that may crash. All the files
    that went wrong are named at the end, and left where they are."""
    wrong = []
    spawn = multiprocessing.get_context("spawn")
    counted = Counter()
    with ProcessPoolExecutor(os.cpu_count(), spawn, initializer=bad_files.prepare, initargs=(sys.path,)) as pool:
        tries = [(path, pool.submit(bad_files.attempt, path)) for path in bad_files.files(folder, count, seed, make)]
        for path, attempt in tries:
            try:
                result = attempt.result(BOUND)
            except Exception as error:  # whatever it was: which file it was of must be seen
                wrong.append(f"{path.name}: {type(error).__name__}: {error}")
                continue
            counted[result.partition(":")[0]] += 1
    print(dict(counted))
    assert [] == wrong
    return counted


def test_broken_files(tmp_path):
    counted = outcomes(tmp_path, 300, seed=1)
    # The dice are good: some files are refused, some are damaged in the middle, and some are not hurt at all.
    assert counted.total() == 300
    assert set(counted) <= OUTCOMES
    assert min(counted.values()) > 10
    assert not list(tmp_path.glob("*.part"))


def test_broken_streams_without_a_container(tmp_path):
    counted = outcomes(tmp_path, 130, 1, bad_files.recorded)
    assert counted.total() == 130
    assert set(counted) <= OUTCOMES | ONE_PICTURE
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.soak
def test_many_broken_streams_without_a_container(tmp_path):
    counted = outcomes(tmp_path, 5000, 2, bad_files.recorded)
    assert counted.total() == 5000
    assert set(counted) <= OUTCOMES | ONE_PICTURE
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 6))
def test_many_broken_files(tmp_path, seed):
    counted = outcomes(tmp_path, 5000, seed)
    assert counted.total() == 5000
    assert set(counted) <= OUTCOMES
    assert not list(tmp_path.glob("*.part"))


@pytest.fixture
def fake_detector(monkeypatch):
    use_fixed_face(monkeypatch)


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """A small file of each kind: its name and its bytes."""
    return bad_files.originals(tmp_path_factory.mktemp("originals"))


@pytest.mark.parametrize("keep", [0.3, 0.8])
@pytest.mark.parametrize("name", ["h264.mkv", "mpeg4.avi", "h264.ts", "mpeg2.mpg", "sorenson.flv", "wmv2.wmv"])
def test_cut_off_in_the_middle(tmp_path, fake_detector, name, keep):
    """What is there is redacted; where the file says how long it should be, a person is told."""
    codec, container, pixel_format, base = bad_files.CLIPS[name]
    ticks = int(1 / (25 * base))
    path = clips.write_clip(
        tmp_path / name, codec=codec, container=container, pixel_format=pixel_format, size=(320, 240),
        time_base=base, times=range(0, 24 * ticks, ticks), options={"g": "4"},
    )  # fmt: skip
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * keep)])
    report = redact(path, tmp_path / "o.mp4", Settings())
    assert 1 <= report.output.frames < 24
    if container in ("matroska", "avi"):
        assert report.needs_review
        assert "is truncated" in report.damage[0]


def test_damage_is_skipped_and_reported(tmp_path, fake_detector):
    path = clips.write_clip(tmp_path / "c.mp4", options={"g": "6"}, size=(320, 240))
    data = bytearray(path.read_bytes())
    start = clips.boxes(bytes(data), b"mdat")[0]
    middle = start + (len(data) - start) // 2
    data[middle : middle + 300] = bytes(300)
    path.write_bytes(data)
    report = redact(path, tmp_path / "o.mp4")
    lost = report.output.covered + report.output.undecodable
    assert 1 <= lost <= 12
    assert report.output.frames + report.output.undecodable == clips.FRAMES
    assert report.needs_review
    assert report.damage
    with VideoFile.open(tmp_path / "o.mp4") as file:
        dark = [frame.av_frame.to_ndarray(format="gray").mean() < 20 for frame in file.frames()]
    assert sum(dark) == report.output.covered
    assert not dark[0]
    assert not dark[-1]


RUBBISH = {
    "empty.mp4": b"",
    "zeros.mp4": bytes(5000),
    "noise.mkv": random.Random(1).randbytes(50_000),
    "text.avi": b"a\n" * 900,
    "page.ts": b"<html>" * 800,
    "G.ts": b"G" * 10_000,
    "list.m3u8": b"#EXTM3U\nfile:///etc/hostname\n",
    "concat.mp4": b"ffconcat version 1.0\nfile other.mp4\n",
    "riff.avi": b"RIFF\xff\xff\xff\xffAVI " + bytes(500),
    "ebml.mkv": b"\x1a\x45\xdf\xa3" + b"\xff" * 500,
    "box.mp4": b"\0\0\0\x20ftypisom" + b"\xff" * 500,
    "pack.mpg": b"\0\0\x01\xba" * 300,
    "flv.flv": b"FLV\x01\x05\0\0\0\x09" + bytes(300),
}


@pytest.mark.parametrize(("name", "content"), RUBBISH.items(), ids=RUBBISH)
def test_not_a_video_at_all(tmp_path, fake_detector, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises((UnsupportedSource, DamagedSource), match="Copy it again|It reads|copy it again|no video"):
        redact(tmp_path / name, tmp_path / "o.mp4")
    assert not (tmp_path / "o.mp4").exists()


@pytest.mark.parametrize("name", ["h264.mkv", "mpeg4.avi", "h264.ts"])
def test_mislabelled(tmp_path, fake_detector, originals, name):
    """What a file is called does not matter."""
    path = tmp_path / "holiday.mp4"
    path.write_bytes(originals[name])
    assert redact(path, tmp_path / "o.mp4").output.frames == bad_files.FRAMES


def test_hostile_sizes(tmp_path, fake_detector):
    """A small file that says its picture is 65535 pixels wide must not take all memory."""
    path = clips.write_clip(
        tmp_path / "c.avi", codec="mjpeg", container="avi", pixel_format="yuvj420p", **bad_files.QUARTER
    )
    data = path.read_bytes()
    head = data.index(b"\xff\xc0")  # the frame's own header: height and width, two bytes each
    path.write_bytes(data.replace(data[head : head + 9], data[head : head + 5] + b"\xff\xff\xff\xff"))
    with pytest.raises(DamagedSource, match="not one frame"):
        redact(path, tmp_path / "o.mp4")


def test_audio_that_claims_to_last_for_years(tmp_path, fake_detector, originals):
    """Its packets are said to lie hours apart: all that silence once was written, and never came to an end."""
    path = tmp_path / "c.avi"
    path.write_bytes(originals["mpeg4.avi"])
    data = bytearray(path.read_bytes())
    head = data.index(b"strh", data.index(b"auds") - 8)  # after its name: type, codec, flags, priority, delay, scale
    data[head + 28 : head + 32] = (1 << 30).to_bytes(4, "little")
    path.write_bytes(data)
    report = redact(path, tmp_path / "o.mp4", Settings(audio="keep"))
    assert report.output.frames == bad_files.FRAMES
    assert (tmp_path / "o.mp4").stat().st_size < 100_000


def test_hostile_counts(tmp_path, fake_detector):
    """An index that lists four thousand million samples."""
    path = clips.cfr(tmp_path / "c.mp4")
    data = bytearray(path.read_bytes())
    for name in (b"stsz", b"stts", b"stsc", b"stco"):
        start = clips.boxes(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", name)[0]
        data[start + (8 if name == b"stsz" else 4) : start + (12 if name == b"stsz" else 8)] = b"\xff\xff\xff\xf0"
    path.write_bytes(data)
    with pytest.raises(PasserbyError):
        redact(path, tmp_path / "o.mp4")


@pytest.mark.parametrize("name", [b"two\nlines.mp4", b"bytes \xff\xfe.mp4", b"-o.mp4", b"%s%n.mp4", b"\x1b[31mred.mp4"])
def test_names(tmp_path, fake_detector, name):
    path, out = tmp_path / os.fsdecode(name), tmp_path / os.fsdecode(b"out " + name)
    clips.cfr(tmp_path / "c.mp4").rename(path)
    report = redact(path, out, save_plan=tmp_path / "p.json")
    assert out.exists()
    assert report.source.name.isprintable()
    assert report.output.name.isprintable()
    assert report.to_json().encode()


def test_pipes_and_devices(tmp_path, fake_detector):
    os.mkfifo(tmp_path / "pipe.mp4")
    for path in (tmp_path / "pipe.mp4", os.devnull):
        with pytest.raises(SourceError, match="not a regular file.*Save it"):
            VideoFile.open(type(tmp_path)(path))


def test_symlink_loop(tmp_path):
    (tmp_path / "a.mp4").symlink_to(tmp_path / "b.mp4")
    (tmp_path / "b.mp4").symlink_to(tmp_path / "a.mp4")
    with pytest.raises(SourceError, match="cannot be read: Too many levels"):
        VideoFile.open(tmp_path / "a.mp4")


@pytest.mark.skipif(os.geteuid() == 0, reason="rights do not stop root")
def test_no_permission(tmp_path):
    path = clips.cfr(tmp_path / "c.mp4")
    path.chmod(0)
    with pytest.raises(SourceError, match="cannot be read: Permission denied. Check"):
        VideoFile.open(path)


def test_output_that_cannot_be_written_is_not_half_written(tmp_path, fake_detector):
    with pytest.raises(OutputError):
        redact(clips.cfr(tmp_path / "c.mp4"), tmp_path / "no" / "such" / "o.mp4")


@pytest.mark.parametrize("name", bad_files.CLIPS)
def test_kind_by_content(originals, name):
    expected = {
        "mp4": "mp4",
        "mov": "mov",
        "mkv": "matroska",
        "webm": "webm",
        "avi": "avi",
        "ts": "mpegts",
        "mpg": "mpeg",
    }
    head = originals[name][:4096]
    assert sniff_container(head) == expected.get(
        name.split(".")[1], {"flv": "flv", "wmv": "asf"}.get(name.split(".")[1])
    )
