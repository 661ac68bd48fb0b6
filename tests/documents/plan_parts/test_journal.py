import json

import pytest

from passerby.config.settings import Audio
from passerby.core.errors import PlanError
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.journal import PlanMark, edits_line, journal_path, mark_line
from tests.documents.test_plan import correction, plan, track


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "a.plan.json"
    path.write_text(plan(track(1), track(2)).to_json())
    return path


def text_of(*args):
    return correction(*args).model_dump_json(exclude_none=True)


def numbers(path):
    return [one.number for one in Plan.load(path).tracks(0)]


def test_edits_in_the_journal_are_part_of_the_plan(saved):
    line = edits_line([(text_of("remove", 1), False), (text_of("add", 3, track(3)), False)])
    journal_path(saved).write_bytes(mark_line(PlanMark.of_file(saved)) + line)
    assert [2, 3] == numbers(saved)


def test_an_edit_may_take_the_place_of_the_last_one(saved):
    mark = mark_line(PlanMark.of_file(saved))
    journal_path(saved).write_bytes(
        mark + edits_line([(text_of("remove", 1), False)]) + edits_line([(text_of("remove", 2), True)])
    )
    assert [1] == numbers(saved)


def test_audio_and_trim_are_those_of_the_last_edit(saved):
    before = {"author": "J. Doe", "created": "2026-03-01T10:30:00+00:00", "video": 0}
    edits = [
        before | {"action": "audio", "audio_before": [], "audio_after": [{"start": 1, "end": 2}]},
        before | {"action": "trim", "trim_before": [], "trim_after": []},
        before | {"action": "audio_mode", "mode_after": {"audio": "keep"}},
    ]
    journal_path(saved).write_bytes(
        mark_line(PlanMark.of_file(saved)) + edits_line((json.dumps(one), False) for one in edits)
    )
    found = Plan.load(saved)
    assert ([(1.0, 2.0)], ()) == ([(span.start, span.end) for span in found.audio], found.trim)
    assert Audio.KEEP is found.run_settings.audio


@pytest.mark.parametrize("cut", range(1, 40))
def test_what_a_power_cut_left_unfinished_was_not_confirmed(saved, cut):
    whole = mark_line(PlanMark.of_file(saved)) + edits_line([(text_of("remove", 1), False)])
    journal_path(saved).write_bytes(whole + edits_line([(text_of("remove", 2), False)])[:-cut])
    assert [2] == numbers(saved)


def test_edits_that_the_plan_holds_already_do_not_apply_twice(saved):
    """The program ended after the plan was written, and before the journal was removed."""
    old = mark_line(PlanMark.of_file(saved)) + edits_line([(text_of("remove", 1), False)])
    content = plan(track(1), track(2), corrections=(correction("remove", 1),)).to_json().encode()
    journal_path(saved).write_bytes(old + mark_line(PlanMark.of([content])))
    assert [2] == numbers(saved)  # written, and not renamed yet
    saved.write_bytes(content)
    assert [2] == numbers(saved)


def test_a_journal_of_another_plan_is_refused(saved):
    journal_path(saved).write_bytes(mark_line(PlanMark.of_file(saved)) + edits_line([(text_of("remove", 1), False)]))
    saved.write_text(plan(track(1), track(2), track(3)).to_json())
    with pytest.raises(PlanError, match="delete the journal"):
        Plan.load(saved)


@pytest.mark.parametrize("bad", [b"\0\0\0\n", b'{"edits": [{"correction": {}}]}\n', b"{}x\n"])
def test_a_damaged_journal_is_refused(saved, bad):
    journal_path(saved).write_bytes(
        mark_line(PlanMark.of_file(saved)) + bad + edits_line([(text_of("remove", 1), False)])
    )
    with pytest.raises(PlanError, match="elete it"):
        Plan.load(saved)


def test_a_plan_that_is_replaced_while_it_is_read_is_read_again(saved, monkeypatch):
    """Else edits that went from the journal into the plan would be in neither."""
    before = journal_path(saved)
    before.write_bytes(mark_line(PlanMark.of_file(saved)) + edits_line([(text_of("remove", 1), False)]))
    content = plan(track(1), track(2), corrections=(correction("remove", 1),)).to_json()
    read = type(saved).read_bytes

    def read_and_replace(path):
        found = read(path)
        if path == saved and before.exists():
            other = saved.with_name("other")
            other.write_text(content)
            other.replace(saved)
            before.unlink()
        return found

    monkeypatch.setattr(type(saved), "read_bytes", read_and_replace)
    assert [2] == numbers(saved)


@pytest.mark.parametrize("parts", [[b""], [b"x" * 10], [b"a" * 100_000, b"b" * 10], [b"a", b"b" * 70_000, b"", b"c"]])
def test_a_mark_does_not_depend_on_the_parts(tmp_path, parts):
    path = tmp_path / "file"
    path.write_bytes(b"".join(parts))
    assert PlanMark.of(parts) == PlanMark.of([b"".join(parts)]) == PlanMark.of_file(path)
