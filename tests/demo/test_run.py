import av
import cv2
import pytest

from passerby.cli.app import main
from passerby.core.box import Box
from passerby.core.errors import WeightsError
from passerby.demo.comparison import FRAME_NUMBERS
from passerby.demo.portrait import portrait
from passerby.demo.sample import FRAMES
from passerby.detect.model import Detector
from passerby.detect.weights import Registry

#: Score above which a detection counts.
MIN_SCORE = 0.3
#: Standard deviation of a uniform fill after encoding, of 255.
MAX_DEVIATION = 6.0


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The output folder of the whole demo."""
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


def detect(id, picture):
    """Boxes in the picture's pixels."""
    # At the input size of the plate model; the face is large enough at it too.
    small = cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA)
    scale = picture.shape[1] / 640
    detections = Detector(Registry.load(), id).detect(small, MIN_SCORE)
    return [Box(*(corner * scale for corner in detection.box)) for detection in detections]


def is_uniform(picture, box):
    """Whether the box has a uniform colour."""
    inner = picture[round(box.y1) : round(box.y2), round(box.x1) : round(box.x2)]
    return inner.size > 0 and inner.std(axis=(0, 1)).max() < MAX_DEVIATION


def test_the_output_files(demo):
    expected = {"sample.mp4", "sample.redacted.mp4", "sample.redacted.report.json", "before-after.png"}
    assert expected == {path.name for path in demo.iterdir()}


@pytest.mark.parametrize("id", ["centerface", "plate-yolov8s"])
def test_faces_and_plates_of_the_sample_are_masked(demo, id):
    before, after = frames(demo / "sample.mp4"), frames(demo / "sample.redacted.mp4")
    assert FRAMES == len(before) == len(after)
    for number in FRAME_NUMBERS:
        (box,) = detect(id, before[number])
        assert not is_uniform(before[number], box)
        assert is_uniform(after[number], box)


def test_a_cached_portrait_is_not_downloaded_again(demo, monkeypatch):
    monkeypatch.setattr("subprocess.run", None)
    assert portrait().is_file()
