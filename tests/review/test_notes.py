import pytest

from passerby.core.errors import PlanError
from passerby.review.notes import Judgement, ReviewNotes, ReviewSample, ReviewSampleFrame


def test_notes_are_read_as_they_were_written(tmp_path):
    frame = ReviewSampleFrame(number=1, video=0, frame=7, time=0.28)
    judgement = Judgement(leak=False, reviewer="J. Doe", time="2027-01-01T00:00:00+00:00")
    sample = ReviewSample(sha256="0" * 64, frames=(frame,), verify_sample="{}", judgements={1: judgement})
    notes = ReviewNotes(reviewed=("track-0-1",), finished=True, sample=sample)
    (tmp_path / "yard.review.json").write_text(notes.to_json())
    assert notes == ReviewNotes.load(tmp_path / "yard.review.json")


def test_without_a_file_they_are_empty(tmp_path):
    assert ReviewNotes() == ReviewNotes.load(tmp_path / "none.review.json")


@pytest.mark.parametrize("text", ["", "[]", '{"reviewed": 3}', '{"done": []}'])
def test_unreadable_notes_say_what_to_do(tmp_path, text):
    (tmp_path / "yard.review.json").write_text(text)
    with pytest.raises(PlanError, match="Move it away"):
        ReviewNotes.load(tmp_path / "yard.review.json")
