"""The first pass: on which frames detectors run, and what is recorded of each frame."""

import av
import numpy as np
import pytest

from passerby import Settings
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.images.pyramid import ImagePyramid
from passerby.detect.searchable_frame import SearchableFrame
from passerby.detect.still_scene import MAX_STILL_S
from passerby.engine import analyse as module
from passerby.engine.analyse import FrameBuffer, analyse_file, analyse_track
from passerby.engine.options import RunOptions
from passerby.source.video.file import VideoFile
from passerby.track.segments import SegmentLengths, SegmentRange
from tests import clips
from tests.fake_detector import FakeDetector, FakeDetectorFactory, fake_detectors
from tests.white_patch import PATCH


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")


def analysed(clip, detect, segments=None, every_frame=True, **options):
    detectors = fake_detectors(detect, every_frame=every_frame)
    with VideoFile.open(clip) as video:
        return analyse_track(video, 0, segments or SegmentRange(), RunOptions(**options), detectors)


def nothing(frame, scope):
    return []


def test_every_frame_is_recorded_with_its_time_and_hash(clip):
    result = analysed(clip, nothing)
    assert [n * clips.STEP for n in range(clips.FRAMES)] == list(result.times)
    assert clips.FRAMES == len(result.hashes) == sum(result.intact)
    assert [0] == result.cuts


def test_detectors_run_on_the_scheduled_frames_only(clip):
    frames = []
    analysed(clip, lambda frame, scope: [] if scope.quick else frames.append(frame.index) or [], every_frame=False)
    assert 0 == min(frames)
    assert 0 < len(frames) < clips.FRAMES / 4


def test_the_result_does_not_depend_on_which_task_finishes_first(clip):
    def detect(frame, scope):
        return [Detection(Kind.FACE, PATCH, 0.9, "test")] if frame.index % 2 else []

    first, second = (analysed(clip, detect, threads=threads) for threads in (1, 2))
    assert first.candidates == second.candidates
    assert first.candidates[0]


def test_weak_tracks_are_kept_only_where_another_segment_may_confirm_them(clip):
    def detect(frame, scope):
        return [Detection(Kind.FACE, PATCH, 0.2, "test")] if frame.index == 2 else []

    assert [] == analysed(clip, detect).candidates[0]


def test_a_range_beyond_the_first_begins_with_the_frames_before_it(tmp_path):
    clip = clips.write_clip(tmp_path / "long.mp4", times=clips.constant(100))
    lengths = SegmentLengths(1.0, 0.5)
    first, second = (analysed(clip, nothing, SegmentRange(n, n), segment_lengths=lengths) for n in (0, 1))
    assert second.frame_before == first.frames()[-1]
    assert first.frames_after == second.frames()[: len(first.frames_after)]


def test_settings_decide_what_is_tracked(clip):
    def detect(frame, scope):
        return [Detection(Kind.FACE, PATCH, 0.9, "test"), Detection(Kind.PLATE, PATCH, 0.9, "test")]

    for hide in ((Kind.FACE,), (Kind.PLATE,)):
        result = analysed(clip, detect, settings=Settings(hide=hide))
        assert set(hide) == {candidate.track.kind for candidate in result.candidates[0]}


def test_a_file_gives_a_plan_and_the_hashes_of_each_track(clip):
    with VideoFile.open(clip) as video:
        plan, hashes = analyse_file(video, RunOptions(), fake_detectors())
    assert [clips.FRAMES] == [len(of_track) for of_track in hashes] == [planned.frames for planned in plan.videos]


def test_models_are_tested_at_intervals(clip, monkeypatch):
    tests = []
    monkeypatch.setattr(module, "TEST_INTERVAL", 5)
    detectors = fake_detectors(known_answer_test=lambda: tests.append(1), every_frame=True)
    with VideoFile.open(clip) as video:
        analyse_track(video, 0, SegmentRange(), RunOptions(), detectors)
    assert clips.FRAMES // 5 == len(tests)


def analysed_frames(clip):
    """The frames on which detectors ran, with the usual schedule."""
    frames = []
    analysed(clip, lambda frame, scope: [] if scope.quick else frames.append(frame.index) or [], every_frame=False)
    return sorted(frames)


@pytest.mark.parametrize("length", [7, 11, 23])
def test_detectors_run_on_the_last_frame_of_a_file(tmp_path, length):
    """Whoever comes in after the last scheduled run would be shown in all frames until the end."""
    clip = clips.write_clip(tmp_path / "clip.mp4", times=clips.constant(length))
    assert length - 1 == analysed_frames(clip)[-1]


def test_detectors_run_on_the_last_frame_before_a_cut(tmp_path):
    rng = np.random.default_rng(3)
    scenes = [np.repeat(rng.integers(0, 255, (9, 16, 3), np.uint8), 20, 0).repeat(20, 1) for _ in range(2)]
    with av.open(str(tmp_path / "cut.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(scenes[number >= 8]), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert {0, 7, 8, 19} <= set(analysed_frames(tmp_path / "cut.mp4"))


def test_detectors_do_not_run_again_where_nothing_changed(tmp_path):
    """Ten seconds of an empty hall; in the seventh a spot of light that is a thousandth of the picture."""
    times, frames = clips.constant(250), []

    def still(index, size, pixel_format):
        image = clips.drawing(0, size)
        if index >= 160:
            image[30:36, 30:36] += 60
        return av.VideoFrame.from_ndarray(image).reformat(format=pixel_format, threads=1)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clips, "video_frame", lambda index, size=clips.SIZE, format="yuv420p": still(index, size, format))
        clip = clips.write_clip(tmp_path / "hall.mp4", times=times)

    def detect(frame, scope):
        if not scope.quick:
            frames.append(frame.index)
        return []

    factory = FakeDetectorFactory(lambda geometry: FakeDetector(detect))
    with VideoFile.open(clip) as video:
        rate = float(video.info.videos[0].frame_rate)
        analyse_track(video, 0, SegmentRange(), RunOptions(), factory)
    gaps = np.diff(frames) / rate
    assert {0, 249} <= set(frames)
    assert any(160 <= frame <= 160 + 0.7 * rate for frame in frames)
    assert 8 > sum(gap < 1.9 for gap in gaps)
    assert max(gaps) < MAX_STILL_S + 0.7


def test_crops_of_buffered_frames_are_searched_for_what_was_just_detected(clip):
    """The detector finds a face in frame 10 only; crops of the frames before and after are searched for it."""
    searched = set()

    class Detector(FakeDetector):
        def open_frame(self, frame):
            return Crops(frame.index)

    class Crops:
        def __init__(self, index):
            self.index = index

        def search(self, kind, box):
            searched.add(self.index)
            return [Detection(kind, PATCH, 0.9, "crop")]

        def luma(self): ...

    def detect(frame, scope):
        return [Detection(Kind.FACE, PATCH, 0.9, "test")] if frame.index == 10 else []

    factory = FakeDetectorFactory(lambda geometry: Detector(detect), every_frame=True)
    with VideoFile.open(clip) as video:
        result = analyse_track(video, 0, SegmentRange(), RunOptions(), factory)
    (candidate,) = result.candidates[0]
    assert set(range(2, 10)) <= searched
    assert len(searched & set(range(11, 20))) >= 4  # every second frame of what stays where motion has it
    assert candidate.track.start <= 2 * clips.STEP


def test_a_frame_that_left_the_buffer_is_not_searched():
    buffer = FrameBuffer(3)
    for index in range(5):
        buffer.add(index, FakeDetector())
    assert [False, False, True, True, True] == [index in buffer for index in range(5)]


class PlateOnce(FakeDetector):
    """Detects the plate of `standing_plate` in one frame, and opens frames as they are opened for real."""

    def __init__(self, geometry, frame):
        super().__init__(lambda seen, scope: [Detection(Kind.PLATE, PLATE, 0.9, "test")] if seen.index == frame else [])
        self.geometry = geometry

    def open_frame(self, frame):
        return SearchableFrame(ImagePyramid(frame, self.geometry, 1280), {})


PLATE = Box(120.0, 100.0, 184.0, 116.0)


def standing_plate(path, begin, end, seconds):
    """A film of a wall with a plate on it, which is there from one second to the other, and a curtain that moves."""
    noise = np.random.default_rng(5)
    wall = noise.integers(60, 160, (30, 40)).repeat(8, 0).repeat(8, 1).astype(np.uint8)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for number in range(round(25 * seconds)):
            picture = wall.copy()
            if begin <= number / 25 < end:
                picture[100:116, 120:184] = 220
                for stroke in (126, 133, 146, 150, 161, 172):
                    picture[103:113, stroke : stroke + 4] = 20
            picture[:40] = np.roll(picture[:40], 3 * number, 1)
            grey = av.VideoFrame.from_ndarray(picture, format="gray8").reformat(format="yuv420p")
            out.mux(stream.encode(grey))
        out.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("found", "begin", "end"), [(5, 0.0, 3.0), (70, 1.0, 4.0)], ids=["and then no longer", "two seconds late"]
)
def test_a_plate_is_hidden_while_it_can_be_seen_though_it_is_found_once(tmp_path, found, begin, end):
    film = standing_plate(tmp_path / "film.mp4", begin, end, 4.0)
    factory = FakeDetectorFactory(lambda geometry: PlateOnce(geometry, found), every_frame=True)
    with VideoFile.open(film) as video:
        result = analyse_track(video, 0, SegmentRange(), RunOptions(settings=Settings(hide=(Kind.PLATE,))), factory)
        step = 1 / (25 * video.info.videos[0].time_base)
    (candidate,) = result.candidates[0]
    hidden = [candidate.track.masked_at(round(number * step)) for number in range(100)]
    there = [number for number in range(100) if begin <= number / 25 < end]
    assert [] == [n for n in there if hidden[n] is None or PLATE.containment(hidden[n].box) < 0.95]
    assert all(mask is None for mask in hidden[round(25 * (end + 1.6)) :])
