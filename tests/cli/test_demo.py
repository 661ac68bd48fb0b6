from itertools import islice

import av
import cv2
import numpy as np
import pytest

from passerby.cli.app import main
from passerby.core.box import Box
from passerby.core.errors import OutputError, WeightsError
from passerby.demo.comparison import MOMENTS, SHOWN, TITLE, make_strip
from passerby.demo.portrait import portrait
from passerby.demo.sample import FRAMES, HEIGHT, WIDTH, make_sample, pictures
from passerby.detect.model import Detector
from passerby.detect.weights import Registry

#: Where something is seen by a model that looks for it.
SEEN = 0.3
#: Standard deviation of what is painted in one colour and encoded, in steps of 255.
FLAT = 6.0


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)


@pytest.fixture(scope="module")
def sample(noise, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    cv2.imwrite(str(folder / "noise.png"), noise)
    make_sample(folder / "sample.mp4", folder / "noise.png")
    return folder / "sample.mp4"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder that the whole demo has filled."""
    try:
        registry = Registry.load()
        for id in registry:
            registry.load_bytes(id)
    except WeightsError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("demo")
    with pytest.raises(SystemExit) as end:
        main(["demo", "--out-dir", str(folder)])
    assert not end.value.code
    return folder


def frames(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def found(id, picture):
    """Boxes in the picture's pixels."""
    # At the size that the plate model was made for; the face is large enough at it too.
    small = cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA)
    scale = picture.shape[1] / 640
    detections = Detector(Registry.load(), id).find(small, SEEN)
    return [Box(*(corner * scale for corner in detection.box)) for detection in detections]


def flat(picture, box):
    """Is there one colour there, and nothing else?"""
    inner = picture[round(box.y1) : round(box.y2), round(box.x1) : round(box.x2)]
    return inner.size > 0 and inner.std(axis=(0, 1)).max() < FLAT


def test_the_sample_is_the_same_every_time(noise):
    once, again = ([*islice(pictures(noise), 3)] for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once[0], once[1])


def test_the_sample_is_the_clip_it_says(sample):
    with av.open(str(sample)) as container:
        stream = container.streams.video[0]
        assert ("h264", WIDTH, HEIGHT, FRAMES) == (stream.codec.name, stream.width, stream.height, stream.frames)
        assert 6 == stream.duration * stream.time_base


def test_a_portrait_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError, match=r"missing\.png"):
        make_sample(tmp_path / "sample.mp4", tmp_path / "missing.png")


def test_the_strip_shows_both_halves_of_three_moments(sample, tmp_path):
    strip = tmp_path / "strip.png"
    make_strip(strip, sample, sample)
    shown = cv2.imread(str(strip))
    width, height = SHOWN
    assert (TITLE + len(MOMENTS) * height, 2 * width, 3) == shown.shape
    assert np.array_equal(shown[TITLE:, :width], shown[TITLE:, width:])
    assert not np.array_equal(shown[TITLE : TITLE + height], shown[TITLE + height : TITLE + 2 * height])


def test_a_strip_of_too_short_a_clip_is_an_error(sample, tmp_path):
    short = tmp_path / "short.mp4"
    with av.open(str(short), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height = 64, 64
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    with pytest.raises(OutputError, match="too few frames"):
        make_strip(tmp_path / "strip.png", sample, short)


def test_the_demo_leaves_what_it_says(demo):
    expected = {"sample.mp4", "sample.redacted.mp4", "sample.redacted.report.json", "before-after.png"}
    assert expected == {path.name for path in demo.iterdir()}


@pytest.mark.parametrize("id", ["centerface", "plate-yolov8s"])
def test_where_the_sample_shows_a_face_or_a_plate_the_result_is_blank(demo, id):
    before, after = frames(demo / "sample.mp4"), frames(demo / "sample.redacted.mp4")
    assert FRAMES == len(before) == len(after)
    for moment in MOMENTS:
        (box,) = found(id, before[moment])
        assert not flat(before[moment], box)
        assert flat(after[moment], box)


def test_a_portrait_that_is_already_here_is_not_fetched_again(demo, monkeypatch):
    monkeypatch.setattr("subprocess.run", None)
    assert portrait().is_file()
