"""The pipeline for a still from end to end: what is masked, what is kept, what is stripped, and what is reported."""

from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from passerby import analyse, redact
from passerby.config.regions import Region
from passerby.config.settings import Settings, Style
from passerby.core.box import Box
from passerby.core.errors import OutputError, OutputExists, PlanError, SourceChanged, UsageError
from passerby.core.kinds import Kind
from passerby.demo.portrait import portrait
from passerby.documents.plan import Correction, Keyframe, Plan, Track
from passerby.source.still.file import StillFile
from passerby.source.still.stripped_items import stripped_items
from tests import stills
from tests.fake_detector import FixedFaceInStill, use_fixed_face_in_stills


@pytest.fixture
def fixed_face(monkeypatch):
    use_fixed_face_in_stills(monkeypatch)


def rgb(path, page=0):
    """The picture on black: what alpha hides is not compared."""
    picture = stills.opened(path)
    picture.seek(page)
    if picture.mode.startswith("I;16"):
        return np.repeat(np.asarray(picture).astype(int)[..., None] // 256, 3, axis=2)
    seen = picture.convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", seen.size, "black"), seen)).astype(int)[..., :3]


FILES = {
    "photo.jpg": lambda path: stills.image().save(path, quality=90),
    "grey.jpg": lambda path: stills.image().convert("L").save(path, quality=90),
    "print.jpg": lambda path: stills.image().convert("CMYK").save(path, quality=90),
    "drawing.png": lambda path: stills.image().save(path),
    "palette.png": lambda path: stills.few_colours().save(path),
    "deep.png": lambda path: stills.deep_grey().save(path),
    "alpha.png": lambda path: stills.with_alpha().save(path),
    "photo.webp": lambda path: stills.image().save(path, quality=85),
    "alpha.webp": lambda path: stills.with_alpha().save(path, quality=85),
    "screen.bmp": lambda path: stills.image().save(path),
    "one.gif": lambda path: stills.few_colours().save(path),
    "photo.avif": lambda path: stills.photo(160, 112).save(path, quality=85),
    "photo.heic": lambda path: stills.heic(path, stills.photo(160, 112)),
    "scan.tif": stills.tiff_pages,
    "moving.gif": stills.gif,
    "moving.webp": stills.webp_animation,
    "moving.png": stills.apng,
    "moving.avif": stills.avif_animation,
}


@pytest.mark.usefixtures("fixed_face")
@pytest.mark.parametrize("name", FILES)
def test_what_is_found_is_hidden_on_every_page_and_the_rest_stays(tmp_path, name):
    source, output = tmp_path / name, tmp_path / f"out-{name}"
    FILES[name](source)
    report = redact(source, output)
    assert (True, ()) == (report.check.ran, report.check.findings)
    assert not report.needs_review
    with StillFile.open(source) as still:
        pages = still.info.pages
    assert len(pages) == report.output.frames
    for number, page in enumerate(pages):
        old, new = rgb(source, number), rgb(output, number)
        rows, columns = stills.hidden_part(page.width, page.height)
        assert new[rows, columns].mean() < 3
        assert new[rows, columns].max() < 60
        rest = stills.untouched_part(page.width, page.height)
        limit = 6 if name.endswith(("webp", "avif", "heic", "print.jpg")) else 1.5
        assert np.abs(old[rest] - new[rest]).mean() < limit


@pytest.mark.usefixtures("fixed_face")
@pytest.mark.parametrize("name", stills.EVERYTHING)
def test_nothing_of_the_rest_comes_out(tmp_path, name):
    source, output = stills.EVERYTHING[name](tmp_path / name), tmp_path / f"out-{name}"
    report = redact(source, output)
    written = output.read_bytes()
    assert stills.SECRET in source.read_bytes()
    assert stills.SECRET not in written
    with StillFile.open(source) as still:
        assert () == stripped_items(written, still.info.kind)
        assert still.info.source.dropped == report.dropped
        icc = still.info.pages[0].icc
    assert report.dropped
    assert not dict(stills.opened(output).getexif()) or name.endswith("tif")
    assert icc is None or icc == stills.opened(output).info.get("icc_profile")
    assert report.check.clean


@pytest.mark.usefixtures("fixed_face")
def test_masks_are_opaque(tmp_path):
    for style in Style:
        for name, options in (("a.png", {}), ("a.webp", {"lossless": True})):
            stills.with_alpha().save(tmp_path / name, **options)
            redact(tmp_path / name, tmp_path / f"out-{name}", Settings(style=style), force=True)
            alpha = np.asarray(stills.opened(tmp_path / f"out-{name}"))[..., 3]
            part = stills.hidden_part(stills.WIDTH, stills.HEIGHT)
            assert (alpha[part] == 255).all()
            assert {0, 255} == {*alpha[stills.untouched_part(stills.WIDTH, stills.HEIGHT)].ravel()}


@pytest.mark.usefixtures("fixed_face")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_is_hidden_where_it_is_upright(tmp_path, orientation):
    source, output = stills.jpeg_with_everything(tmp_path / "a.jpg", orientation), tmp_path / "b.jpg"
    redact(source, output)
    new = stills.opened(output)
    assert ((160, 112) if orientation < 5 else (112, 160)) == new.size
    part = stills.hidden_part(*new.size)
    assert np.asarray(new)[part].mean() < 2
    assert np.asarray(new)[stills.untouched_part(*new.size)].mean() > 60


@pytest.mark.usefixtures("fixed_face")
def test_a_photo_is_faithful_and_as_large(tmp_path):
    stills.photo(640, 480).save(tmp_path / "a.jpg", quality=85)
    report = redact(tmp_path / "a.jpg", tmp_path / "b.jpg")
    rest = stills.untouched_part(640, 480)
    error = (rgb(tmp_path / "a.jpg")[rest] - rgb(tmp_path / "b.jpg")[rest]).mean(axis=1)
    assert (error**2).mean() < 2  # 45 dB
    assert report.output.size < 1.05 * report.source.size


@pytest.mark.usefixtures("fixed_face")
def test_the_plan_lists_the_page(tmp_path):
    source = stills.tiff_pages(tmp_path / "a.tif")
    plan = analyse(source)
    (video,) = plan.videos
    assert (4, 160, 200, 1) == (video.frames, video.width, video.height, video.time_base)
    assert [0, 1, 2, 3] == [track.start for track in video.tracks]
    assert [1, 2, 3, 4] == [track.number for track in video.tracks]
    assert plan.source.frames == 4


@pytest.mark.usefixtures("fixed_face")
def test_a_plan_that_was_edited_is_rendered(tmp_path):
    source, output, saved = stills.tiff_pages(tmp_path / "a.tif"), tmp_path / "b.tif", tmp_path / "a.plan.json"
    redact(source, output, save_plan=saved)
    plan = Plan.load(saved)
    box = Keyframe(time=1, box=Box(0, 150, 40, 190), score=1.0, origin="by hand")
    edits = (
        Correction(author="a person", created="2030-01-01T00:00:00Z", video=0, action="remove", number=1),
        Correction(
            author="a person", created="2030-01-01T00:00:00Z", video=0, action="add", number=9,
            track=Track(number=9, kind=Kind.FACE, keyframes=(box,)),
        ),
    )  # fmt: skip
    report = redact(source, output, plan=plan.model_copy(update={"corrections": edits}), force=True)
    assert report.plan_edited
    assert report.check.clean
    assert np.array_equal(rgb(source, 0), rgb(output, 0))
    assert rgb(output, 1)[150:190, 0:40].max() == 0
    assert rgb(output, 3)[stills.hidden_part(160, 112)].max() == 0


@pytest.mark.usefixtures("fixed_face")
def test_a_page_that_was_not_analysed_is_covered_whole(tmp_path):
    source, output = stills.tiff_pages(tmp_path / "a.tif"), tmp_path / "b.tif"
    plan = analyse(source)
    (seen,) = plan.videos[0].analysed
    partly = plan.videos[0].model_copy(
        update={"analysed": (seen.model_copy(update={"last_frame": 2, "last_time": 2}),)}
    )
    report = redact(source, output, plan=plan.model_copy(update={"videos": (partly,)}))
    assert 1 == report.output.covered
    assert report.needs_review
    assert rgb(output, 3).max() == 0
    assert rgb(output, 2).max() > 100


@pytest.mark.usefixtures("fixed_face")
def test_a_plan_of_another_file_is_refused(tmp_path):
    stills.image().save(tmp_path / "a.png")
    stills.image(seed=5).save(tmp_path / "b.png")
    plan = analyse(tmp_path / "a.png")
    with pytest.raises(PlanError, match="made for another file.*--save-plan"):
        redact(tmp_path / "b.png", tmp_path / "c.png", plan=plan)
    assert not (tmp_path / "c.png").exists()


@pytest.mark.usefixtures("fixed_face")
def test_regions(tmp_path):
    source, output = stills.tiff_pages(tmp_path / "a.tif"), tmp_path / "b.tif"
    corner = Region(polygon=((0, 0), (20, 0), (20, 20), (0, 20)), start=1)
    everywhere = Region(polygon=((0, 0), (400, 0), (400, 400), (0, 400)))
    report = redact(source, output, Settings(hide_regions=(corner,), keep_regions=(everywhere,)))
    assert {Kind.FACE: 0, Kind.PLATE: 0, Kind.REGION: 1} == {hidden.kind: hidden.tracks for hidden in report.hidden}
    assert rgb(output, 1)[:20, :20].max() == 0
    assert np.array_equal(rgb(source, 0), rgb(output, 0))
    assert np.array_equal(rgb(source, 1)[20:], rgb(output, 1)[20:])


@pytest.mark.usefixtures("fixed_face")
def test_somebody_in_an_animation_is_hidden_in_the_frame_where_nobody_was_found(tmp_path, monkeypatch):
    class MissesOne(FixedFaceInStill):
        def detect(self, frame, **options):
            return [] if frame.index == 3 else super().detect(frame)

    use_fixed_face_in_stills(monkeypatch, lambda settings, threads: MissesOne())
    source, output = stills.gif(tmp_path / "a.gif"), tmp_path / "b.gif"
    report = redact(source, output)
    assert 1 == next(hidden.tracks for hidden in report.hidden if hidden.kind is Kind.FACE)
    part = stills.hidden_part(stills.WIDTH, stills.HEIGHT)
    assert all(rgb(output, number)[part].max() < 10 for number in range(6))


@pytest.mark.usefixtures("fixed_face")
def test_output_rules(tmp_path):
    source = tmp_path / "a.png"
    stills.image().save(source)
    original = source.read_bytes()
    (tmp_path / "b.png").write_bytes(b"old")
    with pytest.raises(OutputExists, match="--force"):
        redact(source, tmp_path / "b.png")
    assert b"old" == (tmp_path / "b.png").read_bytes()
    with pytest.raises(OutputError, match="is the source itself"):
        redact(source, source, force=True)
    with pytest.raises(UsageError, match=r"PNG, and the output has the same format.*must end in \.png"):
        redact(source, tmp_path / "b.jpg")
    redact(source, tmp_path / "b.png", force=True)
    assert original == source.read_bytes()
    assert ["a.png", "b.png"] == sorted(path.name for path in tmp_path.iterdir())


@pytest.mark.usefixtures("fixed_face")
def test_nothing_is_left_after_an_error(tmp_path, monkeypatch):
    stills.image().save(tmp_path / "a.png")
    original = StillFile.frames
    runs = []

    def once(self):
        runs.append(1)
        return original(self) if len(runs) == 1 else iter(())

    monkeypatch.setattr(StillFile, "frames", once)
    with pytest.raises((SourceChanged, OutputError)):
        redact(tmp_path / "a.png", tmp_path / "b.png")
    assert ["a.png"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.usefixtures("fixed_face")
def test_the_report(tmp_path):
    stills.image().convert("CMYK").save(tmp_path / "a.jpg", quality=90)
    report = redact(tmp_path / "a.jpg", tmp_path / "b.jpg", verify=False)
    assert "jpeg" == report.output.codec
    assert (tmp_path / "b.jpg").stat().st_size == report.output.size
    assert "The image was CMYK (for print) and is written as RGB." in report.warnings
    assert any("--no-verify" in line for line in report.warnings)
    assert not report.check.ran


@pytest.mark.usefixtures("fixed_face")
def test_progress_counts_pages(tmp_path):
    class Told:
        stages: ClassVar[dict[str, list[int]]] = {}

        def start(self, file, stage, total):
            self.now = self.stages.setdefault(stage, [total, 0])

        def advance(self, frames):
            self.now[1] += frames

        def finish(self): ...

    stills.image().save(tmp_path / "a.png")
    redact(tmp_path / "a.png", tmp_path / "b.png", progress=Told())
    assert {"analyse": [1, 1], "render": [1, 1], "check": [1, 1]} == Told.stages


def test_a_real_photo(tmp_path, models):
    source = tmp_path / "portrait.jpg"
    with Image.open(portrait()) as picture:
        picture.convert("RGB").save(source, quality=88, exif=stills.exif())
    report = redact(source, tmp_path / "out.jpg", save_plan=tmp_path / "plan.json")
    (face,) = [track for track in Plan.load(tmp_path / "plan.json").tracks(0) if track.kind is Kind.FACE][:1]
    middle = face.keyframes[0].box.centre
    assert 180 < middle[0] < 270
    assert 60 < middle[1] < 170
    new = rgb(tmp_path / "out.jpg")
    assert new[80:150, 200:250].max() < 12
    assert report.check.clean
    assert {weights.id for weights in report.weights} >= {"centerface", "yolov8n-coco"}
    assert b"Secret" not in (tmp_path / "out.jpg").read_bytes()


@pytest.mark.usefixtures("fixed_face")
def test_the_same_file_gives_the_same_bytes(tmp_path):
    stills.gif(tmp_path / "a.gif")
    for name in ("b.gif", "c.gif"):
        redact(tmp_path / "a.gif", tmp_path / name)
    assert (tmp_path / "b.gif").read_bytes() == (tmp_path / "c.gif").read_bytes()
