import io
import re

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from passerby.cluster.manifest import merge_row_settings, read_manifest
from passerby.config.settings import Profile, Settings
from passerby.core.errors import UsageError
from passerby.core.kinds import Kind


def in_parquet():
    table = {
        "path": Array(["a.mp4", "sub/b.mp4"], type=DataType.utf8()),
        "hide": Array(["face,plate", None], type=DataType.utf8()),
        "quality": Array([20, None], type=DataType.int64()),
        "output": Array([None, "c.mp4"], type=DataType.utf8()),
    }
    file = io.BytesIO()
    write_parquet(Table.from_pydict(table), file)
    return file.getvalue()


SAME = {
    "list.csv": b'path,hide,quality,output\na.mp4,"face, plate",20,\nsub/b.mp4,,,c.mp4\n',
    "list.jsonl": b'{"path": "a.mp4", "hide": ["face", "plate"], "quality": 20}\n\n'
    b'{"path": "sub/b.mp4", "output": "c.mp4"}\n',
    "list.parquet": in_parquet(),
}


@pytest.mark.parametrize("name", SAME)
def test_each_row_has_settings_of_its_own(name):
    first, second = read_manifest(name, SAME[name])
    assert ("a.mp4", None, "sub/b.mp4", "c.mp4") == (first.path, first.output, second.path, second.output)
    base = Settings(hide=(Kind.FACE,), profile=Profile.FAST)
    expected = Settings(hide=(Kind.FACE, Kind.PLATE), profile=Profile.FAST, quality=20)
    assert expected == merge_row_settings(base, first.settings)
    assert base == merge_row_settings(base, second.settings)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"path,hid\na.mp4,face\n", "`hid`, which is nearly called like the setting `hide`"),
        ("a.csv", b"path,Hide\na.mp4,face\n", "`Hide`, which is nearly called like the setting `hide`"),
        ("a.csv", b"path,hide_region\na.mp4,face\n", "`hide_region`.* `hide_regions`"),
        ("a.csv", b"path,hide-regions\na.mp4,face\n", "`hide-regions`.* `hide_regions`"),
        ("a.csv", b"file,hide\na.mp4,face\n", "no column `path`"),
        ("a.csv", b"path;hide\na.mp4;face\n", "separated by semicolons"),
        ("a.csv", b"path\thide\na.mp4\tface\n", "separated by tabs"),
        ("a.csv", b"path\na.mp4,b.mp4\n", "more cells than the header"),
        ("a.csv", b"path\n", "has no rows"),
        ("a.csv", b"\xff\xfe", "cannot be read"),
        ("a.jsonl", b'"a.mp4"\n', "line 1 is not a JSON object"),
        ("a.jsonl", b"{", "cannot be read"),
        ("a.parquet", b"PAR1", "not a Parquet file"),
        ("a.parquet", in_parquet()[:-20] + b"\0" * 16 + b"PAR1", "cannot be read"),
    ],
)
def test_a_manifest_of_which_nothing_is_certain_is_refused(name, content, says):
    with pytest.raises(UsageError, match=says):
        read_manifest(name, content)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"path,hide\na.mp4,face\n,plate\n", "Row 2 of a.csv has no path"),
        ("a.csv", b"path,hide\na.mp4,face\nb.mp4,feet\n", "Row 2 of a.csv: hide: choose from face, plate"),
        ("a.csv", b"path,quality\na.mp4,\nb.mp4,99\n", "Row 2 of a.csv: quality"),
        ("a.csv", b"path,hide_regions\na.mp4,\nb.mp4,nowhere\n", "Row 2 of a.csv"),
        ("a.jsonl", b'{"path": "a.mp4"}\n{"path": 3}\n', "has no path"),
        ("a.jsonl", b'{"path": "a.mp4"}\n{"path": "a\\u0000b"}\n', "NUL byte"),
    ],
)
def test_each_row_is_judged_by_itself(name, content, says):
    good, bad = read_manifest(name, content)
    assert ("a.mp4", None) == (good.path, good.fault)
    assert bad.fault is not None
    assert re.search(says, bad.fault)


def test_other_columns_are_carried():
    content = b"path,case_number,Officer,hide\na.mp4,2030-17,Diaz,face\nb.mp4,,Moe,feet\n"
    good, bad = read_manifest("a.csv", content)
    assert ({"case_number": "2030-17", "Officer": "Diaz"}, {"hide": ["face"]}) == (good.carried, good.settings)
    assert {"Officer": "Moe"} == bad.carried
    (row,) = read_manifest("a.jsonl", b'{"path": "a.mp4", "case": {"number": 3}, "ward": 7}\n')
    assert {"case": '{"number": 3}', "ward": "7"} == row.carried
