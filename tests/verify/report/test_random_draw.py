"""The random draw_sample, its answer_form, and the bound that answers turn into."""

import cv2
import numpy as np
import pytest

from passerby.core.errors import UsageError, VerificationError
from passerby.verify.report.random_draw import (
    answer_form,
    bound_from_answers,
    draw_sample,
    read_answers,
    sample_images,
    upper_bound,
)
from tests import clips, stills


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return clips.cfr(tmp_path_factory.mktemp("sample") / "yard.redacted.mp4")


@pytest.mark.parametrize(
    ("shows", "drawn", "expected"),
    [(0, 10, 0.2589), (0, 59, 0.0495), (0, 300, 0.0099), (1, 100, 0.0466), (3, 100, 0.0757), (10, 10, 1.0)],
)
def test_the_bound_is_the_one_of_the_tables(shows, drawn, expected):
    """One-sided 95 % limits of Clopper and Pearson; for none of n it is 1 - 0.05^(1/n)."""
    assert expected == pytest.approx(upper_bound(shows, drawn), abs=1e-4)
    if not shows:
        assert 1 - 0.05 ** (1 / drawn) == pytest.approx(upper_bound(0, drawn), abs=1e-9)


def test_the_bound_holds_at_its_confidence():
    """Simulated: a share of 4 % that shows, 200 draws; the bound must lie above it in at least 95 % of cases."""
    rng = np.random.default_rng(3)
    holds = [upper_bound(int(rng.binomial(200, 0.04)), 200) >= 0.04 for _ in range(400)]
    assert np.mean(holds) >= 0.93


def test_the_draw_follows_from_the_file_alone(clip, tmp_path):
    drawn = draw_sample(clip, 8)
    assert drawn == draw_sample(clip, 8)
    assert clips.FRAMES == drawn.population
    assert 8 == len({one.frame for one in drawn.frames})
    assert draw_sample(clip, 3).frames == drawn.frames[:3]
    other = clips.vfr(tmp_path / "other.mp4")
    assert [one.frame for one in draw_sample(other, 8).frames] != [one.frame for one in drawn.frames]


def test_every_frame_is_sampled_equally_often():
    """By the rule of the draw_sample, over many hashes: no place in a film is looked at more than others."""
    from passerby.verify.report.random_draw import _rank

    counts = np.zeros(20)
    for n in range(2000):
        ranks = [_rank(f"{n:064x}", 0, frame) for frame in range(20)]
        counts[int(np.argmin(ranks))] += 1
    assert 30 > ((counts - 100) ** 2 / 100).sum()  # chi-squared, 19 degrees of freedom: 30 is the 95 % point


def test_more_than_there_is_draws_all(clip):
    assert clips.FRAMES == len(draw_sample(clip, 1000).frames)
    with pytest.raises(UsageError, match="1 or more"):
        draw_sample(clip, 0)


def test_the_images_are_the_released_frames(clip):
    drawn = draw_sample(clip, 5)
    shown = {one.number: png for one, png in sample_images(clip, drawn)}
    assert {1, 2, 3, 4, 5} == shown.keys()
    for one in drawn.frames:
        picture = cv2.imdecode(np.frombuffer(shown[one.number], np.uint8), cv2.IMREAD_COLOR)
        expected = clips.drawing(one.frame)[..., ::-1].astype(int)
        assert np.abs(picture.astype(int) - expected).mean() < 12


def test_pages_of_a_still_can_be_sampled(tmp_path):
    path = stills.tiff_pages(tmp_path / "scan.tif")
    drawn = draw_sample(path, 2)
    assert 4 == drawn.population
    assert 2 == len(list(sample_images(path, drawn)))


def test_answers_become_a_bound(clip):
    drawn = draw_sample(clip, 6)
    text = (
        answer_form(drawn, clip.name).replace("checked by: ", "checked by: B. Reader").replace("on: ", "on: 2026-03-04")
    )
    lines = [f"{line}shows" if line.startswith("0002") else f"{line}ok" if line[:4].isdigit() else line for line in
             text.splitlines()]  # fmt: skip
    bound = read_answers("\n".join(lines), clip)
    assert ("B. Reader", "2026-03-04", (2,)) == (bound.reviewer, bound.reviewed_on, bound.positives)
    assert bound.percent == pytest.approx(100 * upper_bound(1, 6), abs=0.01)
    assert bound.percent >= 100 * upper_bound(1, 6)
    assert drawn == bound.sample


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: text, "Write ok or shows"),
        (lambda text: text.replace(" s: ", " s: perhaps"), "perhaps"),
        (lambda text: text.replace(" s: ", " s: ok").replace("by: X", "by: "), "reviewer is not named"),
        (lambda text: text.replace(" s: ", " s: ok").replace("on: X", "on: "), "when"),
        (lambda text: text.replace(" s: ", " s: ok").replace("file: ", "file: ff"), "another file"),
        (lambda text: text.replace("0003 0003.png", "0099 0099.png").replace(" s: ", " s: ok"), "not reviewed"),
        (lambda text: "\n".join(line for line in text.splitlines() if not line[:4].isdigit()), "contains no answers"),
        (lambda text: text.replace(" s: ", " s: ok") + "hello\n", "is none"),
    ],
)
def test_answers_that_make_no_sense_are_refused(change, why, clip):
    text = answer_form(draw_sample(clip, 4), clip.name).replace("by: ", "by: X").replace("on: ", "on: X")
    with pytest.raises(VerificationError, match=why):
        read_answers(change(text), clip)


def test_a_frame_removed_from_the_form_is_sampled_again(clip):
    """Whoever takes the frame out that shows something has judged three, and the draw of three is another one."""
    text = (
        answer_form(draw_sample(clip, 4), clip.name)
        .replace("by: ", "by: X")
        .replace("on: ", "on: X")
        .replace(" s: ", " s: ok")
    )
    without = "\n".join(line for line in text.splitlines() if not line.startswith("0001"))
    with pytest.raises(VerificationError, match="not reviewed"):
        read_answers(without, clip)


def test_the_sample_of_another_file_gives_no_images(clip, tmp_path):
    other = clips.vfr(tmp_path / "other.mp4")
    with pytest.raises(VerificationError, match="another file"):
        list(sample_images(other, draw_sample(clip, 2)))


def test_every_frame_must_be_reviewed(clip):
    drawn = draw_sample(clip, 3)
    with pytest.raises(VerificationError, match=r"not reviewed \(2, 3\)"):
        bound_from_answers(drawn, {1: False}, "X", "today")
