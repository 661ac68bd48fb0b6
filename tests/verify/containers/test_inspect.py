"""Each remnant that has ever come along in a file is put into one, alone, and must be found; clean files are clean."""

import struct
from fractions import Fraction

import av
import pytest

from passerby import Settings, redact
from passerby.config.settings import Codec
from passerby.verify.containers import codec_payload as bitstream
from passerby.verify.containers.inspect import audit
from passerby.verify.released_file import Opened
from tests import clips, formats, stills
from tests import remnants as laden
from tests.fake_detector import plant
from tests.sink import test_secrets

MS = Fraction(1, 1000)


def audited(path, keep_times=False):
    with Opened.open(path) as opened:
        return audit(opened, keep_times)


def remnants(path, keep_times=False):
    return " / ".join(audited(path, keep_times).remnants)


@pytest.fixture
def clean(tmp_path, monkeypatch):
    """What passerby itself writes."""
    plant(monkeypatch)
    path = tmp_path / "clean.mp4"
    redact(clips.cfr(tmp_path / "source.mp4"), path, verify=False)
    return path


# What we write is clean


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("audio", ["remove", "keep", "disguise"])
def test_what_is_released_has_no_remnant(ending, audio, tmp_path, monkeypatch):
    plant(monkeypatch)
    source, out = test_secrets.laden(tmp_path / "source", "mp4"), tmp_path / f"o{ending}"
    redact(source, out, Settings(audio=audio), verify=False)
    result = audited(out)
    assert ({}, []) == (result.remnants, result.unseen)


@pytest.mark.parametrize("codec", list(Codec))
def test_nor_has_any_codec(codec, tmp_path, monkeypatch):
    plant(monkeypatch)
    out = tmp_path / "o.mp4"
    redact(clips.cfr(tmp_path / "s.mp4"), out, Settings(codec=codec), verify=False)
    assert {} == audited(out).remnants


def test_nor_has_one_with_two_cameras(tmp_path, monkeypatch):
    plant(monkeypatch)
    recipe = next(recipe for recipe in formats.RECIPES if "two cameras" in recipe.name)
    result = formats.run(recipe, tmp_path)
    assert {} == audited(result.output).remnants
    assert "cover pictures: 1" in remnants(result.source)


@pytest.mark.parametrize("name", stills.EVERYTHING)
def test_nor_has_a_still(name, tmp_path, monkeypatch):
    from passerby.engine import still as story

    stills.plant(monkeypatch)
    source, out = stills.EVERYTHING[name](tmp_path / name), tmp_path / f"o-{name}"
    story.redact(source, out, verify=False)
    assert {} == audited(out).remnants


# Everything that is put in is found


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """What is told anyway of files that other programs write: their own signs, by the ending."""
    folder = tmp_path_factory.mktemp("plain")
    told = {".avi": {"tags: software"}, ".flv": set(), ".wmv": set()}
    for ending, container in ((".mp4", "mp4"), (".mov", "mov"), (".mkv", "matroska"), (".ts", "mpegts")):
        base = MS if container == "matroska" else clips.TIME_BASE
        path = clips.write_clip(folder / f"a{ending}", container=container, time_base=base)
        told[ending] = set(audited(path).remnants)
    return told


@pytest.mark.parametrize("name", laden.ALL)
def test_each_remnant_that_must_not_come_out_is_found(name, plain, tmp_path):
    """The list that tests/test_remnants.py puts into sources, here left in a released file."""
    file, make = laden.ALL[name]
    make(tmp_path / file)
    assert set(audited(tmp_path / file).remnants) - plain.get((tmp_path / file).suffix, set())


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("photo.jpg", ["EXIF", "EXIF thumbnail", "position (GPS)", "maker notes", "XMP", "a comment", "a video is"]),
        ("drawing.png", ["text", "XMP", "EXIF", "seCr", "a time", "behind the picture"]),
        ("photo.webp", ["EXIF", "XMP", "SCRT", "behind the picture"]),
        ("moving.gif", ["a comment", "XMP", "behind the picture"]),
        ("scan.tif", ["XMP", "IPTC", "smaller copies", "private tag"]),
        ("screen.bmp", ["behind the picture"]),
        ("photo.avif", ["EXIF", "XMP"]),
        ("photo.heic", ["EXIF", "XMP", "thumbnail", "depth"]),
    ],
)  # fmt: skip
def test_remnants_of_stills(name, wanted, tmp_path):
    told = remnants(stills.EVERYTHING[name](tmp_path / name))
    assert [] == [one for one in wanted if one.lower() not in told.lower()]


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_remnants_of_films(container, tmp_path):
    told = remnants(test_secrets.laden(tmp_path / "source", container))
    wanted = ["subtitle tracks: 1", "chapters", "tags: "]
    wanted += ["uuid", "free", "data tracks"] if container == "mp4" else ["attached files", "cover pictures: 1"]
    assert [] == [one for one in wanted if one not in told]


def box(name, content):
    return struct.pack(">I", 8 + len(content)) + name + content


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        (b"some bytes that are no box", "bytes behind the last box"),
        (box(b"uuid", bytes(16) + b"<x:xmpmeta>"), "a box called uuid"),
        (box(b"free", b"GPS 48.85 2.29"), "something in the empty space called free"),
        (box(b"mdat", b"a film in a film"), "bytes of media that belong to no track"),
        (box(b"moov", box(b"udta", box(b"\xa9xyz", b"+48.85"))), "a box called ?xyz"),
        (box(b"meta", bytes(4) + box(b"xml ", b"<gps/>")), "a box called xml"),
        (box(b"thmb", b"a thumbnail"), "a box called thmb"),
    ],
)
def test_remnants_between_boxes(more, wanted, clean):
    assert "" == remnants(clean)
    clean.write_bytes(clean.read_bytes() + more)
    assert wanted in remnants(clean)


def test_empty_space_is_empty(clean):
    clean.write_bytes(clean.read_bytes() + box(b"free", bytes(500)))
    assert "" == remnants(clean)


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
    told = remnants(path)
    assert "tags: " in told
    assert "Secret" not in told


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
    assert "date at which it was made" in remnants(path)
    assert "date" not in remnants(path, keep_times=True)
    assert "creation" not in remnants(path, keep_times=True)


def test_bytes_at_the_end_of_matroska(tmp_path, monkeypatch):
    plant(monkeypatch)
    out = tmp_path / "o.mkv"
    redact(clips.cfr(tmp_path / "s.mp4"), out, verify=False)
    assert "" == remnants(out)
    content = out.read_bytes()
    for more in (b"Secret bytes behind the end", bytes(30), b"\xec\x84GPS!"):
        out.write_bytes(content + more)
        assert "behind the last element" in remnants(out) or "empty space" in remnants(out)


def unit(kind, payload, codec="libx264"):
    message = bytes([kind, len(payload)]) + payload + b"\x80"
    return (b"\x06" if codec == "libx264" else b"\x4e\x01") + message


def rewritten(source, target, change):
    """The clip with `change(bytes)` in place of each packet."""
    with av.open(str(source)) as opened, av.open(str(target), "w") as output:
        template = opened.streams.video[0]
        stream = output.add_stream_from_template(template)
        for packet in opened.demux(template):
            if packet.size:
                copy = av.Packet(change(bytes(packet)))
                copy.pts, copy.dts, copy.time_base, copy.stream = packet.pts, packet.dts, packet.time_base, stream
                copy.is_keyframe = packet.is_keyframe
                output.mux(copy)
    return target


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize(
    ("kind", "payload", "wanted"),
    [
        (4, b"\xb5\x00\x31GA94\x03secret", "captions"),
        (5, bytes(16) + b"GPS 48.85 2.29", "data of a camera"),
        (5, bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef") + b"x264 - core 1\xffsecret", "data of a camera"),
        (136, b"\x01\x02\x03", "time code"),
    ],
)
def test_messages_between_the_slices(codec, kind, payload, wanted, tmp_path):
    plain = clips.write_clip(tmp_path / "p.mp4", codec=codec)
    assert "SEI" not in remnants(plain)
    more = unit(kind, payload, codec)
    path = rewritten(plain, tmp_path / "s.mp4", lambda data: len(more).to_bytes(4, "big") + more + data)
    assert wanted in remnants(path)


def test_a_unit_that_no_decoder_knows(tmp_path):
    plain = clips.cfr(tmp_path / "p.mp4")
    more = b"\x1e" + b"secret"  # type 30: unspecified
    path = rewritten(plain, tmp_path / "s.mp4", lambda data: len(more).to_bytes(4, "big") + more + data)
    assert "a unit of type 30" in remnants(path)


def test_units_with_start_codes_are_read_as_well():
    packet = b"\x00\x00\x00\x01\x65abc\x00\x00\x01" + unit(4, b"secret")
    assert ["captions, or other data registered with ITU-T T.35 (SEI)"] == list(bitstream.remnants(packet, "h264", 0))


def test_metadata_within_av1():
    packet = bytes([0x12, 0x00, 0x2A, 0x03, 1, 2, 3, 0x7A, 0x02, 0, 9])
    assert ["metadata in the picture's data", "something in the padding of the picture's data"] == list(
        bitstream.remnants(packet, "av1", 0)
    )


def test_pictures_that_no_player_shows(tmp_path):
    """Frames outside the edit list are whole pictures of the source: the walk counts them."""
    path = clips.b_frames_with_edit_list(tmp_path / "s.mp4")
    with Opened.open(path) as opened:
        shown = sum(1 for _ in opened.frames(0))
        assert shown < audit(opened, False).pictures[0]


def test_what_is_not_followed_is_told(tmp_path):
    path = clips.write_clip(tmp_path / "a.flv", codec="flv", container="flv", time_base=MS, times=range(0, 320, 40))
    assert any("are not followed box by box" in line for line in audited(path).unseen)
    assert any("flv1 pictures are not looked for" in line for line in audited(path).unseen)


@pytest.mark.parametrize("recipe", [r for r in formats.RECIPES if r.name.startswith((".avi MPEG-4", ".ts H.264"))],
                         ids=lambda recipe: recipe.name)  # fmt: skip
def test_other_kinds_are_followed_as_well(recipe, tmp_path):
    told = audited(recipe.make(tmp_path))
    assert [] == told.unseen
    assert {} == {line: time for line, time in told.remnants.items() if line != "tags: software"}


def test_names_are_told_never_what_they_say(tmp_path):
    for container in ("mp4", "matroska"):
        assert "ecret" not in remnants(test_secrets.laden(tmp_path / container, container))
