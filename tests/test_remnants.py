"""Metadata and other remnants: each is put into a file, and must not be in the bytes of the output."""

import av
import pytest
from PIL import Image

from passerby.config.settings import Settings
from passerby.core.exif_dates import CREATION_DATE
from passerby.engine.api import redact
from passerby.source.still.sniff import is_still
from passerby.verify.containers.inspect import inspect_container
from passerby.verify.released_file import ReleasedFile
from tests import remnants, stills
from tests.fake_detector import use_fixed_face, use_fixed_face_in_stills


@pytest.fixture(autouse=True)
def fake_detector(monkeypatch):
    use_fixed_face(monkeypatch)
    use_fixed_face_in_stills(monkeypatch)


def written(file):
    """The name of the output: of the source's kind where it is written, else MP4."""
    return f"out-{file}" if file.endswith((".mp4", ".mov", ".mkv", *remnants.STILL_ENDINGS)) else "out.mp4"


@pytest.mark.parametrize("name", remnants.ALL)
def test_it_is_stripped(tmp_path, name):
    file, make = remnants.ALL[name]
    source, out = tmp_path / file, tmp_path / written(file)
    known = make(source)
    before = source.read_bytes()
    assert [] == [one for one in known if one not in before]  # else the next lines prove nothing
    report = redact(source, out, Settings(audio="keep"))
    after = out.read_bytes()
    assert [] == [one for one in known if one in after]
    assert remnants.SECRET not in after
    assert report.check.clean
    with ReleasedFile.open(out) as opened:  # the walk of `passerby verify` through every box
        assert {} == inspect_container(opened, keep_times=False).remnants
    if not is_still(source):
        with av.open(str(out)) as opened:
            assert {"video"} == {stream.type for stream in opened.streams} - {"audio"}


@pytest.mark.parametrize("name", remnants.REPORTED)
def test_it_is_reported(tmp_path, name):
    """The report names what was stripped, without its content."""
    file, make = remnants.ALL[name]
    make(tmp_path / file)
    report = redact(tmp_path / file, tmp_path / written(file))
    assert remnants.REPORTED[name] in "\n".join(report.dropped)
    assert "Secret" not in report.to_json()


DATED = ["photo.jpg", "drawing.png", "photo.webp", "photo.heic", "photo.avif", "moving.png", "moving.webp"]
DATED += ["scan.tif", "camera.tiff"]


def dated(path):
    """A still with all that EXIF may hold, and a date in it."""
    if path.suffix == ".heic":
        remnants.with_exif("HEIF")(path)
    elif path.name.startswith("moving"):
        first, *rest = stills.moving()
        first.save(path, save_all=True, append_images=rest, duration=stills.DURATIONS, exif=remnants.EXIF)
    elif path.suffix == ".tif":
        stills.tiff_with_everything(path)
    elif path.suffix == ".tiff":
        exif = Image.Exif()
        exif.get_ifd(0x8769).update({36867: remnants.DATE.decode(), 42033: "Secret serial"})
        stills.image().save(path, exif=exif.tobytes())
    else:
        stills.image().save(path, exif=remnants.EXIF)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("name", DATED)
def test_when_a_still_was_made_is_kept_only_on_request_and_alone(tmp_path, name, keep):
    source, out = tmp_path / name, tmp_path / f"out-{name}"
    dated(source)
    assert remnants.DATE in source.read_bytes()
    report = redact(source, out, Settings(keep_times=keep))
    assert keep is (remnants.DATE in out.read_bytes())
    assert remnants.SECRET not in out.read_bytes()
    assert [] == [one for one in remnants.IN_EXIF[:-1] if one in out.read_bytes()]
    assert report.check.clean
    assert any("EXIF" in line or "the tag Make" in line for line in report.dropped)
    assert (CREATION_DATE in report.dropped) is (name == "scan.tif" and not keep)
    with ReleasedFile.open(out) as opened:
        assert {} == inspect_container(opened, keep_times=keep).remnants
        expected = {CREATION_DATE: None} if keep else {}
        assert expected == inspect_container(opened, keep_times=False).remnants


def test_a_still_with_nothing_but_its_date_loses_nothing_with_keep_times(tmp_path):
    source, once, twice = (tmp_path / name for name in ("a.jpg", "b.jpg", "c.jpg"))
    dated(source)
    redact(source, once, Settings(keep_times=True))
    assert () == redact(once, twice, Settings(keep_times=True)).dropped
    assert (CREATION_DATE,) == redact(once, twice, force=True).dropped


def test_a_date_in_exif_that_is_none_is_not_kept(tmp_path):
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({36867: "Secret diary entry!"})
    stills.image().save(tmp_path / "a.jpg", exif=exif)
    redact(tmp_path / "a.jpg", tmp_path / "b.jpg", Settings(keep_times=True))
    assert b"Secret" in (tmp_path / "a.jpg").read_bytes()
    assert b"Secret" not in (tmp_path / "b.jpg").read_bytes()
