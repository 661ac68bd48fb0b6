"""The quick check of a still sees a mask that is missing, and whatever else is in the file."""

import numpy as np
import pytest
from PIL import Image

from passerby import analyse, redact
from passerby.config.settings import Settings, Style
from passerby.core.progress import NullProgress
from passerby.source.still.file import StillFile
from passerby.verify.still_self_check import check_still
from tests import stills
from tests.fake_detector import use_fixed_face_in_stills


@pytest.fixture(autouse=True)
def planted(monkeypatch):
    use_fixed_face_in_stills(monkeypatch)


def checked(source, output, settings=None):
    settings = settings or Settings()
    plan = analyse(source, settings)
    with StillFile.open(source) as still:
        return check_still(output, output.name, plan, still.info, settings, NullProgress())


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_what_was_redacted_passes(tmp_path, name, style):
    source, output, settings = tmp_path / name, tmp_path / f"out-{name}", Settings(style=style)
    stills.image().save(source)
    redact(source, output, settings, verify=False)
    check = checked(source, output, settings)
    assert (True, 1, ()) == (check.ran, check.frames_compared, check.findings)


@pytest.mark.parametrize("quality", [1, 3, 5, 8, 12, 30])
def test_a_coarse_jpeg_has_its_masks(tmp_path, quality):
    """Its steps are so coarse that black comes out as dark grey. A picture without masks is still told from it."""
    source, output = tmp_path / "a.jpg", tmp_path / "b.jpg"
    stills.photo(320, 240).save(source, quality=quality)
    redact(source, output, verify=False)
    assert () == checked(source, output).findings
    assert ["the mask of track 1 (face) is missing"] == [
        found.description for found in checked(source, source).findings
    ]


def test_a_missing_mask_is_found(tmp_path):
    stills.image().save(tmp_path / "a.png")
    check = checked(tmp_path / "a.png", tmp_path / "a.png")
    assert ["the mask of track 1 (face) is missing"] == [finding.description for finding in check.findings]
    assert check.findings[0].box is not None


def test_a_mask_of_which_a_strip_is_missing_is_found(tmp_path):
    source, output = tmp_path / "a.png", tmp_path / "b.png"
    stills.image().save(source)
    redact(source, output)
    spoilt = np.array(stills.opened(output))
    rows, columns = stills.hidden_part(stills.WIDTH, stills.HEIGHT)
    eyes = slice(rows.start + 10, rows.start + 18)
    spoilt[eyes, columns] = stills.drawing()[eyes, columns]
    Image.fromarray(spoilt).save(output)
    assert checked(source, output).findings


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
def test_a_weak_fill_shows_nothing(tmp_path, style):
    source, settings = tmp_path / "a.png", Settings(style=style)
    rows, columns = np.mgrid[0 : stills.HEIGHT, 0 : stills.WIDTH]
    Image.fromarray(((rows // 4 + columns // 4) % 2 * 200 + 40).astype(np.uint8)).save(source)
    assert checked(source, source, settings).findings


@pytest.mark.parametrize("name", stills.EVERYTHING)
def test_additional_contents_of_the_file_are_found(tmp_path, name):
    source = stills.EVERYTHING[name](tmp_path / name)
    found = [finding.description for finding in checked(source, source).findings]
    assert any("more than the image" in description for description in found)


def test_another_kind_another_size_another_count(tmp_path):
    stills.image().save(tmp_path / "a.png")
    stills.image(80, 60).save(tmp_path / "b.jpg")
    found = [finding.description for finding in checked(tmp_path / "a.png", tmp_path / "b.jpg").findings]
    assert "the output is jpeg, the source png" in found
    assert "a page of 160x112 has become 80x60" in found
    pages = stills.tiff_pages(tmp_path / "a.tif")
    stills.image().save(tmp_path / "b.tif")
    found = [finding.description for finding in checked(pages, tmp_path / "b.tif").findings]
    assert "the output has 1 pages or frames, the source 4" in found


def test_frames_that_are_alike_may_become_one(tmp_path):
    """Pillow writes them as one that lasts as long; the frames behind it are still compared with their own masks."""
    frames = stills.moving()
    frames[2:2] = [frames[1].copy()] * 2
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], duration=[50] * 8, lossless=True)
    with StillFile.open(tmp_path / "a.webp") as still:
        counted = len(still.info.pages)
    report = redact(tmp_path / "a.webp", tmp_path / "b.webp")
    assert report.check.clean
    assert counted >= report.check.frames_compared > 1
