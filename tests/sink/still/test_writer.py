"""Stills as they are written: in the source's kind, mode, depth and quality, and with nothing else in them."""

import errno

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin, TiffImagePlugin

from passerby.core.errors import DiskFull, OutputError, UsageError
from passerby.core.still_info import SUFFIXES, StillKind
from passerby.mask.painter import Painter
from passerby.sink.still import writer
from passerby.sink.still.writer import check_suffix, write_still
from passerby.source.still.file import StillFile
from passerby.source.still.stripped_items import stripped_items
from tests import stills


def again(source, target):
    """`source` read and written to `target` with nothing painted; both as Pillow opens them."""
    with StillFile.open(source) as still:
        painters = {}

        def frames():
            for frame in still.frames():
                form = frame.av_frame.format.name
                painter = painters.setdefault(form, Painter(still.info.source.videos[0], form))
                yield painter.paint(frame, [])

        write_still(target, frames(), still.info)
    return stills.opened(source), stills.opened(target)


def rgb(picture):
    return np.asarray(picture.convert("RGB")).astype(int)


LOSSLESS = {
    "rgb.png": lambda path: stills.image().save(path),
    "rgba.png": lambda path: stills.with_alpha().save(path),
    "grey.png": lambda path: stills.image().convert("L").save(path),
    "grey-alpha.png": lambda path: stills.with_alpha().convert("LA").save(path),
    "palette.png": lambda path: stills.few_colours().save(path),
    "palette-alpha.png": lambda path: stills.few_colours().save(path, transparency=3),
    "deep.png": lambda path: stills.deep_grey().save(path),
    "bilevel.png": lambda path: stills.bilevel().save(path),
    "rgb.webp": lambda path: stills.image().save(path, lossless=True),
    "rgba.webp": lambda path: stills.with_alpha().save(path, lossless=True),
    "rgb.bmp": lambda path: stills.image().save(path),
    "palette.bmp": lambda path: stills.few_colours().save(path),
    "bilevel.bmp": lambda path: stills.bilevel().save(path),
    "lzw.tif": lambda path: stills.image().save(path, compression="tiff_lzw"),
    "deep.tif": lambda path: stills.deep_grey().save(path, compression="tiff_adobe_deflate"),
    "fax.tif": lambda path: stills.bilevel().save(path, compression="group4"),
    "palette.gif": lambda path: stills.few_colours().save(path),
}


@pytest.mark.parametrize("name", LOSSLESS)
def test_nothing_is_lost(tmp_path, name):
    LOSSLESS[name](tmp_path / name)
    old, new = again(tmp_path / name, tmp_path / f"new-{name}")
    assert (old.format, old.mode, old.size) == (new.format, new.mode, new.size)
    if old.mode.startswith("I;16"):
        assert np.array_equal(np.asarray(old), np.asarray(new))
    else:
        a, b = (np.array(picture.convert("RGBA")) for picture in (old, new))
        assert np.array_equal(a[..., 3], b[..., 3])
        assert np.array_equal(a[a[..., 3] > 0], b[a[..., 3] > 0])
    if name.endswith(".tif"):
        assert old.info["compression"] == new.info["compression"]


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("quality", [30, 75, 95])
def test_a_jpeg_keeps_its_tables_and_so_its_blocks(tmp_path, subsampling, quality):
    stills.image().save(tmp_path / "a.jpg", quality=quality, subsampling=subsampling, icc_profile=stills.profile())
    old, new = again(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert old.quantization == new.quantization
    assert subsampling == JpegImagePlugin.get_sampling(new)
    assert stills.profile() == new.info["icc_profile"]
    error = np.asarray(old.convert("L")).astype(float) - np.asarray(new.convert("L"))
    assert (error**2).mean() < 1.0  # 48 dB
    sizes = [(tmp_path / name).stat().st_size for name in ("a.jpg", "b.jpg")]
    assert 0.6 * sizes[0] < sizes[1] < 1.1 * sizes[0]


def test_progressive_and_grey_jpegs_stay_so(tmp_path):
    stills.image().convert("L").save(tmp_path / "a.jpg", quality=80, progressive=True)
    old, new = again(tmp_path / "a.jpg", tmp_path / "b.jpg")
    assert "L" == new.mode
    assert new.info["progressive"]
    assert old.quantization == new.quantization


@pytest.mark.parametrize("name", ["a.webp", "a.avif", "a.heic"])
@pytest.mark.parametrize("quality", [60, 85])
def test_lossy_kinds_come_out_about_as_large_and_as_good(tmp_path, name, quality):
    source = tmp_path / name
    picture = stills.photo(320, 240)
    stills.heic(source, picture) if name.endswith("heic") else picture.save(source, quality=quality)
    old, new = again(source, tmp_path / f"new-{name}")
    error = np.asarray(old.convert("L")).astype(float) - np.asarray(new.convert("L"))
    assert 10 * np.log10(255**2 / (error**2).mean()) > 36
    assert (tmp_path / f"new-{name}").stat().st_size < 1.6 * source.stat().st_size


@pytest.mark.parametrize("name", ["a.webp", "a.avif", "a.heic"])
def test_alpha_is_kept_by_lossy_kinds(tmp_path, name):
    source = tmp_path / name
    stills.heic(source, stills.with_alpha()) if name.endswith("heic") else stills.with_alpha().save(source, quality=90)
    old, new = again(source, tmp_path / f"new-{name}")
    assert "RGBA" == new.mode
    error = np.asarray(old)[..., 3].astype(int) - np.asarray(new)[..., 3]
    assert np.abs(error).mean() < 2


@pytest.mark.parametrize("make", [stills.gif, stills.webp_animation, stills.apng, stills.avif_animation])
def test_animations_keep_frames_durations_and_loop(tmp_path, make):
    source = make(tmp_path / "a")
    old, new = again(source, tmp_path / "b")
    assert 6 == old.n_frames == new.n_frames
    with StillFile.open(tmp_path / "b") as written:
        assert stills.DURATIONS == [page.duration for page in written.info.pages]
    assert old.info.get("loop") == new.info.get("loop")
    for number in range(6):
        old.seek(number)
        new.seek(number)
        assert np.abs(rgb(old) - rgb(new)).mean() < 5


def test_a_gif_with_holes_keeps_them(tmp_path):
    frames = [Image.new("P", (40, 30), 0) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame.putpalette([0, 0, 0, 200, 60, 60, 60, 200, 60])
        frame.paste(1 + number % 2, (5 + 10 * number, 5, 15 + 10 * number, 25))
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], transparency=0, disposal=2, duration=50)
    old, new = again(tmp_path / "a.gif", tmp_path / "b.gif")
    for number in range(3):
        old.seek(number)
        new.seek(number)
        a, b = (np.array(picture.convert("RGBA")) for picture in (old, new))
        assert np.array_equal(a[..., 3], b[..., 3])
        assert np.array_equal(a[a[..., 3] > 0], b[a[..., 3] > 0])


def test_a_frame_of_more_colours_than_a_palette_holds_is_drawn_with_the_nearest(tmp_path):
    stills.image().save(tmp_path / "a.gif")
    with StillFile.open(tmp_path / "a.gif") as still:
        frame = next(still.frames())
        noise = np.random.default_rng(3).integers(0, 255, (stills.HEIGHT, stills.WIDTH, 4), np.uint8)
        noise[..., 3] = 255
        noise[:40] = (0, 0, 0, 255)
        picture = frame.av_frame.from_ndarray(noise, format="rgba").reformat(format="gbrap")
        picture.time_base = frame.av_frame.time_base
        changed = type(frame)(picture, 0, 0)
        safe = Painter(still.info.source.videos[0], "gbrap").paint(changed, [])
        write_still(tmp_path / "b.gif", iter([safe]), still.info)
    new = rgb(stills.opened(tmp_path / "b.gif"))
    assert np.abs(new - noise[..., :3]).mean() < 30
    assert new[:40].max() <= 8


def test_pages_keep_their_sizes_modes_and_compression(tmp_path):
    source = stills.tiff_pages(tmp_path / "a.tif")
    old, new = again(source, tmp_path / "b.tif")
    for number in range(4):
        old.seek(number)
        new.seek(number)
        assert (old.size, old.mode, old.info["compression"]) == (new.size, new.mode, new.info["compression"])
        assert np.array_equal(np.asarray(old), np.asarray(new))


def test_colour_chunks_of_a_png_and_nothing_else_are_kept(tmp_path):
    old, new = again(stills.png_with_everything(tmp_path / "a.png"), tmp_path / "b.png")
    assert old.info["gamma"] == new.info["gamma"] == 0.45455
    assert {"gamma"} == set(new.info)


def test_the_colours_of_a_heic_are_described_as_they_were(tmp_path):
    source = stills.heic(tmp_path / "a.heic", color_primaries=12, transfer_characteristics=13)
    again(source, tmp_path / "b.heic")
    with StillFile.open(tmp_path / "b.heic") as still:
        assert {"color_primaries": 12, "transfer_characteristics": 13}.items() <= dict(still.info.nclx).items()


@pytest.mark.parametrize("name", stills.EVERYTHING)
def test_nothing_but_the_picture_is_written(tmp_path, name):
    source = stills.EVERYTHING[name](tmp_path / name)
    again(source, tmp_path / f"new-{name}")
    written = (tmp_path / f"new-{name}").read_bytes()
    with StillFile.open(source) as still:
        assert () == stripped_items(written, still.info.kind)
        icc = still.info.pages[0].icc
    assert stills.SECRET in source.read_bytes()
    assert stills.SECRET not in written
    assert icc == (stills.opened(tmp_path / f"new-{name}").info.get("icc_profile") if icc else None)


def test_a_large_heic_is_coded_in_tiles(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "_HEIC_TILING_PIXELS", 1000)
    source = stills.heic(tmp_path / "a.heic", stills.photo(1100, 700))
    old, new = again(source, tmp_path / "b.heic")
    assert (512, 512) == (new.info["tiling"]["tile_width"], new.info["tiling"]["tile_height"])
    assert "tiling" not in old.info
    assert np.abs(rgb(old) - rgb(new)).mean() < 2
    assert () == stripped_items((tmp_path / "b.heic").read_bytes(), StillKind.HEIC)


@pytest.mark.parametrize("kind", StillKind)
def test_the_extension_must_match(tmp_path, kind):
    for suffix in SUFFIXES[kind]:
        check_suffix(tmp_path / f"a{suffix.upper()}", kind)
    wrong = ".png" if kind is not StillKind.PNG else ".jpg"
    with pytest.raises(UsageError, match=f"must end in {SUFFIXES[kind][0]}.*with -o"):
        check_suffix(tmp_path / f"a{wrong}", kind)


def test_a_full_disk_is_reported(tmp_path, monkeypatch):
    stills.image().save(tmp_path / "a.png")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "_write_single", full)
    with pytest.raises(DiskFull, match="No room left"):
        again(tmp_path / "a.png", tmp_path / "b.png")


def test_encoder_errors_are_reported(tmp_path):
    Image.new("RGB", (17_000, 2)).save(tmp_path / "a.png")
    with StillFile.open(tmp_path / "a.png") as still:
        frame = next(still.frames())
        safe = Painter(still.info.source.videos[0], "gbrp").paint(frame, [])
        kinds = {field: getattr(still.info, field) for field in still.info.__dataclass_fields__}
        info = type(still.info)(**{**kinds, "kind": StillKind.WEBP})
        with pytest.raises(OutputError, match="cannot be encoded as WEBP.*in another format"):
            write_still(tmp_path / "a.webp", iter([safe]), info)


def test_lossy_pages_of_a_tiff_stay_lossy(tmp_path):
    stills.image().save(tmp_path / "a.tif", compression="jpeg")
    old, new = again(tmp_path / "a.tif", tmp_path / "b.tif")
    assert "jpeg" == new.info["compression"]
    assert np.abs(rgb(old) - rgb(new)).mean() < 2
    assert isinstance(new, TiffImagePlugin.TiffImageFile)
