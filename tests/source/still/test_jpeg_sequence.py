"""Photos and films both begin with a JPEG."""

import io

import pytest
from PIL import Image

from passerby import redact
from passerby.source.still.jpeg_sequence import is_jpeg_sequence
from passerby.source.still.sniff import is_still
from tests import clips
from tests.fake_detector import use_fixed_face_in_stills


def jpeg(number, size=(128, 96), **options):
    buffer = io.BytesIO()
    Image.fromarray(clips.drawing(number, size)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def written(path, *parts):
    path.write_bytes(b"".join(parts))
    return path


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"exif": b"Exif\0\0" + jpeg(9, (16, 16))}])
@pytest.mark.parametrize("padding", [b"", bytes(20)])
def test_pictures_of_one_size_are_a_film(tmp_path, options, padding):
    path = written(tmp_path / "c.jpg", *(jpeg(n, **options) + padding for n in range(3)))
    assert is_jpeg_sequence(path)
    assert not is_still(path)


@pytest.mark.parametrize("damaged", range(4))
def test_a_film_of_which_a_picture_is_damaged(tmp_path, damaged):
    pictures = [jpeg(n) for n in range(4)]
    pictures[damaged] = pictures[damaged][:400]
    assert is_jpeg_sequence(written(tmp_path / "c.mjpeg", *pictures))


@pytest.mark.parametrize(
    "parts",
    [
        [jpeg(0)],
        [jpeg(0), jpeg(1)],
        [jpeg(0, (320, 240)), jpeg(1, (128, 96)), jpeg(2, (128, 96))],  # with previews
        [jpeg(0), bytes(1000), jpeg(1), jpeg(2)],
        [jpeg(0, (320, 240))[:-900], jpeg(1), jpeg(2)],
        [jpeg(0), b"SEFT" * 20],
        [jpeg(0)[:-40]],
        [jpeg(0, exif=b"Exif\0\0" + jpeg(9, (16, 16)))],
        [b"\xff\xd8\xff"],
        [b"\xff\xd8\xff\xda\0"],
        [b"\xff\xd8\xff\xe0\xff\xff"],
    ],
)
def test_a_photo_stays_one(tmp_path, parts):
    path = written(tmp_path / "c.jpg", *parts)
    assert not is_jpeg_sequence(path)
    assert is_still(path)


def test_a_photo_that_lists_further_pictures_of_its_size_stays_one(tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    first, *others = (Image.fromarray(clips.drawing(n, (128, 96))) for n in range(4))
    first.save(tmp_path / "c.jpg", format="MPO", save_all=True, append_images=others)
    assert not is_jpeg_sequence(tmp_path / "c.jpg")
    report = redact(tmp_path / "c.jpg", tmp_path / "o.jpg")
    with Image.open(tmp_path / "o.jpg") as out:
        assert ("JPEG", 1) == (out.format, getattr(out, "n_frames", 1))
    assert any("after the image" in line for line in report.dropped)
