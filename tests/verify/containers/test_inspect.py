"""Each remnant that has ever come along in a file is put into one, alone, and must be found; clean files are clean."""

from fractions import Fraction

import pytest

from passerby import Settings, redact
from passerby.config.settings import Codec
from passerby.verify.containers.inspect import inspect_container
from passerby.verify.released_file import ReleasedFile
from tests import clips, formats, stills
from tests import remnants as laden
from tests.fake_detector import use_fixed_face, use_fixed_face_in_stills
from tests.integration import test_metadata_stripped
from tests.verify.containers.inspection import inspected, remnants

MS = Fraction(1, 1000)


# What passerby writes is clean


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("audio", ["remove", "keep", "unnatural-voice"])
def test_what_is_released_has_no_remnant(ending, audio, tmp_path, monkeypatch):
    use_fixed_face(monkeypatch)
    source, out = test_metadata_stripped.laden(tmp_path / "source", "mp4"), tmp_path / f"o{ending}"
    redact(source, out, Settings(audio=audio), verify=False)
    result = inspected(out)
    assert ({}, []) == (result.remnants, result.not_inspected)


@pytest.mark.parametrize("codec", list(Codec))
def test_nor_has_any_codec(codec, tmp_path, monkeypatch):
    use_fixed_face(monkeypatch)
    out = tmp_path / "o.mp4"
    redact(clips.cfr(tmp_path / "s.mp4"), out, Settings(codec=codec), verify=False)
    assert {} == inspected(out).remnants


def test_nor_has_one_with_two_cameras(tmp_path, monkeypatch):
    use_fixed_face(monkeypatch)
    recipe = next(recipe for recipe in formats.RECIPES if "two cameras" in recipe.name)
    result = formats.run(recipe, tmp_path)
    assert {} == inspected(result.output).remnants
    assert "cover images: 1" in remnants(result.source)


@pytest.mark.parametrize("name", stills.EVERYTHING)
def test_nor_has_a_still(name, tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    source, out = stills.EVERYTHING[name](tmp_path / name), tmp_path / f"o-{name}"
    redact(source, out, verify=False)
    assert {} == inspected(out).remnants


# Every remnant that is put in is found


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """What is told anyway of files that other programs write: their own signs, by the ending."""
    folder = tmp_path_factory.mktemp("plain")
    found = {".avi": {"tags: software"}, ".flv": set(), ".wmv": set()}
    for ending, container in ((".mp4", "mp4"), (".mov", "mov"), (".mkv", "matroska"), (".ts", "mpegts")):
        base = MS if container == "matroska" else clips.TIME_BASE
        path = clips.write_clip(folder / f"a{ending}", container=container, time_base=base)
        found[ending] = set(inspected(path).remnants)
    return found


@pytest.mark.parametrize("name", laden.ALL)
def test_each_remnant_that_must_not_come_out_is_found(name, plain, tmp_path):
    """The list that tests/test_remnants.py puts into sources, here left in a released file."""
    file, make = laden.ALL[name]
    make(tmp_path / file)
    assert set(inspected(tmp_path / file).remnants) - plain.get((tmp_path / file).suffix, set())


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        (
            "photo.jpg",
            ["EXIF", "EXIF thumbnail", "position (GPS)", "maker notes", "XMP", "a comment", "including a video"],
        ),
        ("drawing.png", ["text", "XMP", "EXIF", "seCr", "a time", "after the image"]),
        ("photo.webp", ["EXIF", "XMP", "SCRT", "after the image"]),
        ("moving.gif", ["a comment", "XMP", "after the image"]),
        ("scan.tif", ["XMP", "IPTC", "reduced copies", "private tag"]),
        ("screen.bmp", ["after the image"]),
        ("photo.avif", ["EXIF", "XMP"]),
        ("photo.heic", ["EXIF", "XMP", "thumbnail", "depth"]),
    ],
)  # fmt: skip
def test_remnants_of_stills(name, wanted, tmp_path):
    found = remnants(stills.EVERYTHING[name](tmp_path / name))
    assert [] == [one for one in wanted if one.lower() not in found.lower()]


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_remnants_of_videos(container, tmp_path):
    found = remnants(test_metadata_stripped.laden(tmp_path / "source", container))
    wanted = ["subtitle tracks: 1", "chapters", "tags: "]
    wanted += ["uuid", "free", "data tracks"] if container == "mp4" else ["attached files", "cover images: 1"]
    assert [] == [one for one in wanted if one not in found]


@pytest.mark.parametrize(
    ("tags", "stream_tags"),
    [
        ({"title": "Secret"}, {}),
        ({"location": "+48.85+002.29/"}, {}),
        ({"comment": "x"}, {}),
        ({"com.apple.quicktime.make": "x"}, {}),
        ({}, {"handler_name": "Secret microphone"}),
    ],
)
def test_tags(tags, stream_tags, tmp_path):
    def prepare(output, stream):
        output.metadata.update(tags)
        stream.metadata.update(stream_tags)

    path = clips.write_clip(tmp_path / "s.mp4", container_options={"movflags": "use_metadata_tags"}, prepare=prepare)
    found = remnants(path)
    assert "tags: " in found
    assert "Secret" not in found


@pytest.mark.parametrize("ending", ["mp4", "matroska"])
def test_the_date_unless_it_was_to_be_kept(ending, tmp_path):
    path = clips.write_clip(
        tmp_path / "s",
        container=ending,
        time_base=MS,
        times=range(0, 400, 40),
        container_options={"fflags": "+bitexact"},
        prepare=lambda output, _: output.metadata.update({"creation_time": clips.CREATED}),
    )
    assert "the creation date" in remnants(path)
    assert "date" not in remnants(path, keep_times=True)
    assert "creation" not in remnants(path, keep_times=True)


def test_encoded_frames_that_no_player_shows(tmp_path):
    """Frames outside the edit list are whole pictures of the source: the walk counts them."""
    path = clips.b_frames_with_edit_list(tmp_path / "s.mp4")
    with ReleasedFile.open(path) as opened:
        shown = sum(1 for _ in opened.frames(0))
        assert shown < inspect_container(opened, False).encoded_frames[0]


def test_what_is_not_inspected_is_reported(tmp_path):
    path = clips.write_clip(tmp_path / "a.flv", codec="flv", container="flv", time_base=MS, times=range(0, 320, 40))
    assert any("is not parsed" in line for line in inspected(path).not_inspected)
    assert any("flv1 frames are not searched for" in line for line in inspected(path).not_inspected)


@pytest.mark.parametrize("recipe", [r for r in formats.RECIPES if r.name.startswith((".avi MPEG-4", ".ts H.264"))],
                         ids=lambda recipe: recipe.name)  # fmt: skip
def test_other_kinds_are_followed_as_well(recipe, tmp_path):
    found = inspected(recipe.make(tmp_path))
    assert [] == found.not_inspected
    assert {} == {line: time for line, time in found.remnants.items() if line != "tags: software"}


def test_names_are_reported_never_contents(tmp_path):
    for container in ("mp4", "matroska"):
        assert "ecret" not in remnants(test_metadata_stripped.laden(tmp_path / container, container))
