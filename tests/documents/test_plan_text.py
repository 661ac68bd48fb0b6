from passerby.config.settings import Audio
from passerby.documents import plan_text
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.journal import PlanMark, edits_line, journal_path, mark_line
from passerby.documents.plan_parts.speech import AudioMode
from passerby.review.history import Change, History
from tests.documents.test_plan import correction, plan, track


def test_the_parts_are_the_plan(monkeypatch):
    one = plan(track(1), corrections=(correction("remove", 1),))
    lines = [made.model_dump_json(exclude_none=True) for made in one.corrections]
    for limit in (0, 10_000_000):
        monkeypatch.setattr(plan_text, "MAX_INDENTED_CHARS", limit)
        text = plan_text.analysis_part(one) + plan_text.edited_part(one, lines)
        assert one == Plan.model_validate_json(text)
        assert (limit == 0) == (b"\n" not in plan_text.analysis_part(one))


def test_the_choice_of_sound_is_among_what_people_change():
    one = plan(track(1)).model_copy(update={"audio_mode": AudioMode(audio=Audio.KEEP)})
    assert b"audio_mode" not in plan_text.analysis_part(one)
    assert one == Plan.model_validate_json(plan_text.analysis_part(one) + plan_text.edited_part(one, []))


def test_the_content_of_a_plan_with_a_journal_is_what_will_be_written(tmp_path):
    path = tmp_path / "a.plan.json"
    path.write_text(plan(track(1)).to_json())
    assert path.read_bytes() == plan_text.current_content(path)
    text = correction("remove", 1).model_dump_json(exclude_none=True)
    journal_path(path).write_bytes(mark_line(PlanMark.of_file(path)) + edits_line([(text, False)]))
    history = History(Plan.load(path), "J. Doe")
    assert history.to_json().encode() == plan_text.current_content(path) != path.read_bytes()
    history.apply([Change(0, 2, track(2))])
    assert history.to_json().encode() != plan_text.current_content(path)
