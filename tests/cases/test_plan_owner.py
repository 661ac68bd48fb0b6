import json
import shutil

from passerby.cases.plan_owner import is_plan_of, source_of_plan
from passerby.documents.plan import Plan


def test_the_head_of_a_plan_says_what_it_was_made_for(clip):
    plan = clip.with_name("yard.plan.json")
    assert Plan.load(plan).source == source_of_plan(plan)
    assert is_plan_of(plan, clip, whole=True)


def test_a_plan_that_says_nothing_may_be_of_any_file(clip, tmp_path):
    (tmp_path / "a.plan.json").write_text("{}")
    (tmp_path / "b.plan.json").write_text('{"source": {"name":')
    for name in ("a.plan.json", "b.plan.json", "none.plan.json"):
        assert source_of_plan(tmp_path / name) is None
        assert is_plan_of(tmp_path / name, clip, whole=True)


def test_the_size_tells_files_apart_and_the_hash_those_of_one_size(clip, tmp_path):
    plan = tmp_path / "yard.plan.json"
    shutil.copy(clip.with_name("yard.plan.json"), plan)
    other = tmp_path / "yard.mp4"
    content = bytearray(clip.read_bytes())
    content[-1] ^= 1
    other.write_bytes(content)
    assert (True, False) == (is_plan_of(plan, other, whole=False), is_plan_of(plan, other, whole=True))
    other.write_bytes(content + b"x")
    assert not is_plan_of(plan, other, whole=False)
    assert is_plan_of(plan, tmp_path / "gone.mp4", whole=True)  # opening it says what is wrong


def test_a_plan_without_line_ends_is_read_too(clip, tmp_path):
    plan = tmp_path / "yard.plan.json"
    plan.write_text(json.dumps(json.loads(clip.with_name("yard.plan.json").read_text()), separators=(",", ":")))
    assert source_of_plan(plan) is not None
