"""What must not come out: each thing is put into a file, and looked for in the bytes of the output."""

import av
import pytest

from passerby import dispatch
from passerby.base.settings import Settings
from passerby.source.still_kind import is_still
from passerby.verify.container import audit
from passerby.verify.opened import Opened
from tests import remnants, stills
from tests.planted import plant


@pytest.fixture(autouse=True)
def looker(monkeypatch):
    plant(monkeypatch)
    stills.plant(monkeypatch)


def written(file):
    """The name of the output: of the source's kind where it is written, else MP4."""
    return f"out-{file}" if file.endswith((".mp4", ".mov", ".mkv", *remnants.STILL_ENDINGS)) else "out.mp4"


@pytest.mark.parametrize("name", remnants.ALL)
def test_it_does_not_come_out(tmp_path, name):
    file, make = remnants.ALL[name]
    source, out = tmp_path / file, tmp_path / written(file)
    known = make(source)
    before = source.read_bytes()
    assert [] == [one for one in known if one not in before]  # else the next lines prove nothing
    report = dispatch.redact(source, out, Settings(audio="keep"))
    after = out.read_bytes()
    assert [] == [one for one in known if one in after]
    assert remnants.SECRET not in after
    assert report.check.clean
    with Opened.open(out) as opened:  # the walk of `passerby verify` through every box
        assert {} == audit(opened, keep_times=False).remnants
    if not is_still(source):
        with av.open(str(out)) as opened:
            assert {"video"} == {stream.type for stream in opened.streams} - {"audio"}


@pytest.mark.parametrize("name", remnants.TOLD)
def test_it_is_told(tmp_path, name):
    """The report says what was left out, and not what it says."""
    file, make = remnants.ALL[name]
    make(tmp_path / file)
    report = dispatch.redact(tmp_path / file, tmp_path / written(file))
    assert remnants.TOLD[name] in "\n".join(report.dropped)
    assert "Secret" not in report.to_json()
