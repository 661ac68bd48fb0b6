import json
from pathlib import Path

import pytest

from passerby.bench.cases import read_cases
from passerby.core.errors import SourceError
from passerby.documents.regression_case import RegressionCase
from passerby.source.fingerprint import fingerprint
from tests.bench.footage import BOX, texture, write_still

PAGE = Path(__file__).parents[2] / "docs" / "ref" / "bench.md"


def case(source, path=None, **more):
    frames = [{"index": 3, "time": 0.3, "boxes": [{"kind": "face", "box": BOX, "track": 1}]}]
    document = {"source": {"path": str(path or source), "sha256": fingerprint(source)[0]}, "frames": frames}
    return json.dumps(document | more)


@pytest.fixture
def source(tmp_path):
    return write_still(tmp_path / "originals" / "gate.png", texture())


def test_a_case_is_a_reference_and_boxes(source, tmp_path):
    (tmp_path / "late.case.json").write_text(case(source, "originals/gate.png"))
    (entry,) = read_cases(tmp_path)
    assert ("late.png", True, False) == (entry.name, entry.still, entry.exhaustive)
    assert source == entry.path
    assert {3: [("face", BOX, True, "1")]} == {
        index: [(box.kind, box.box, box.is_scored, box.track) for box in boxes] for index, boxes in entry.frames.items()
    }


def test_a_file_that_changed_is_not_scored(source, tmp_path):
    (tmp_path / "late.case.json").write_text(case(source))
    write_still(source, texture(seed=5))
    with pytest.raises(SourceError, match="is no longer the file that .* refers to"):
        read_cases(tmp_path)


def test_a_missing_file_is_named(source, tmp_path):
    (tmp_path / "late.case.json").write_text(case(source))
    source.unlink()
    with pytest.raises(SourceError, match="gate.png, which does not exist"):
        read_cases(tmp_path)


@pytest.mark.parametrize("more", [{"pixels": "…"}, {"schema_version": 2}, {"frames": []}])
def test_what_is_no_case_is_refused(more, source, tmp_path):
    (tmp_path / "late.case.json").write_text(case(source, **more))
    with pytest.raises(SourceError, match="is not a readable case"):
        read_cases(tmp_path)


def test_what_is_saved_can_be_read_again(source, tmp_path):
    saved = RegressionCase.model_validate_json(case(source))
    assert saved == RegressionCase.model_validate_json(saved.to_json())


def test_the_example_in_the_page_is_a_case():
    example = PAGE.read_text(encoding="utf-8").partition('```json\n{\n "schema_version": 1,\n "source"')
    text = "".join(example[1:]).removeprefix("```json\n").partition("```")[0]
    assert json.loads(text).keys() == RegressionCase.model_validate_json(text).model_dump().keys()
