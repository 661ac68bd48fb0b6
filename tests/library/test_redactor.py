import io
import threading

import numpy as np
import pytest

from passerby import Cancellation, Cancelled, Redactor, Settings, UsageError
from passerby.core.errors import OutputExists
from tests import clips, stills
from tests.fake_detector import fixed_box

FACE = Settings(hide={"face"})


def test_models_stay_loaded_from_file_to_file(fixed_face, clip, tmp_path):
    done = []
    with Redactor(FACE, on_file=lambda path, report: done.append((path.name, report.hidden[0].tracks))) as redactor:
        for name in ("a.mp4", "b.mp4"):
            redactor.redact(str(clip), tmp_path / name, save_report=tmp_path / f"{name}.json")
        with pytest.raises(OutputExists):
            redactor.redact(clip, tmp_path / "a.mp4")
        assert 1 == len(fixed_face)
    assert [("a.mp4", 1), ("b.mp4", 1)] == done
    assert (tmp_path / "a.mp4.json").exists()


def test_from_stream_to_stream(fixed_face, clip):
    output = io.BytesIO()
    report = Redactor(FACE).redact(io.BytesIO(clip.read_bytes()), output)
    assert clips.FRAMES == report.output.frames
    assert b"ftyp" == output.getvalue()[4:8]


def test_a_still_goes_to_a_stream_in_its_own_format(fixed_face, tmp_path):
    stills.image().save(tmp_path / "a.png")
    output = io.BytesIO()
    Redactor(FACE).redact(tmp_path / "a.png", output)
    assert output.getvalue().startswith(b"\x89PNG")


def test_a_plan_that_was_edited_is_rendered(fixed_face, clip, tmp_path):
    redactor = Redactor(FACE)
    plan = redactor.analyse(clip)
    without = plan.model_copy(update={"videos": tuple(v.model_copy(update={"tracks": ()}) for v in plan.videos)})
    report = redactor.redact(clip, tmp_path / "a.mp4", plan=without, verify=False)
    assert ([1], [0]) == (
        [len(video.tracks) for video in plan.videos],
        [hidden.tracks for hidden in report.hidden],
    )


def test_progress_is_told_at_each_frame_and_a_run_can_be_cancelled(fixed_face, clip, tmp_path):
    steps, cancel = [], Cancellation()

    def on_frame(progress):
        steps.append(progress)
        if (progress.stage, progress.done) == ("render", 3):
            threading.Thread(target=cancel.cancel).run()

    with pytest.raises(Cancelled):
        Redactor(FACE, on_frame=on_frame).redact(clip, tmp_path / "a.mp4", cancel=cancel)
    assert ["clip.mp4"] == [path.name for path in tmp_path.iterdir()]
    analysed = [step.done for step in steps if step.stage == "analyse"]
    assert [*range(clips.FRAMES + 1)] == analysed
    assert ("clip.mp4", "render", 3, clips.FRAMES) == (
        steps[-1].file,
        steps[-1].stage,
        steps[-1].done,
        steps[-1].total,
    )


def test_a_list_of_frames_is_searched_whole_and_masked(fixed_face, clip):
    pictures = [picture for _, picture in clips.decoded(clip)]
    before = [picture.copy() for picture in pictures]
    masked = list(Redactor(FACE).mask_frames(pictures, fps=25))
    assert len(pictures) == len(masked)
    x1, y1, x2, y2 = (round(v) for v in fixed_box(*clips.SIZE))
    for one, was in zip(masked, before, strict=True):
        assert 0 == one[y1:y2, x1:x2].max()
        assert (one != 0).any()
        outside = ~(one == 0).all(axis=2)
        assert (one[outside] == was[outside]).all()
    assert all((a == b).all() for a, b in zip(pictures, before, strict=True))
    assert [] == list(Redactor(FACE).mask_frames([], fps=25))


@pytest.mark.parametrize(
    ("settings", "options", "says"),
    [
        (Settings(style="blur"), {"fps": 25}, "Give the frames as a list"),
        (FACE, {"fps": 0}, "not greater than 0"),
        (FACE, {"fps": 25, "array_format": "rgba"}, "Choose from rgb24"),
        (FACE, {"fps": 25, "delay": 9}, "delay: .*2"),
    ],
)
def test_what_a_stream_cannot_have_is_said_before_a_frame_is_taken(settings, options, says):
    def frames():
        yield np.zeros((90, 120, 3), np.uint8)

    with pytest.raises(UsageError, match=says):
        list(Redactor(settings).mask_frames(frames(), **options))


def test_pictures_are_searched_and_masked(fixed_face):
    image = np.full((120, 160, 3), 200, np.uint8)
    redactor = Redactor(FACE)
    (found,) = redactor.detect(image)
    masked = redactor.mask(image)
    x1, y1, x2, y2 = (round(v) for v in fixed_box(160, 120))
    assert 0 == masked[y1:y2, x1:x2].max()
    assert (masked == redactor.mask(image, [found])).all()
    assert 200 == redactor.mask(image, []).min()


def test_the_frames_of_a_list_leave_the_redactor_free(fixed_face):
    """While the caller has one of them it can search a still, and stop early."""
    frames = [clips.drawing(number) for number in range(8)]
    free = threading.Event()

    def use():
        with Redactor() as redactor:
            masked = redactor.mask_frames(frames, fps=25)
            assert frames[0].shape == next(masked).shape
            redactor.detect(frames[0])
        free.set()

    threading.Thread(target=use, daemon=True).start()
    assert free.wait(60)
