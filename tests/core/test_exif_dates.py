import io

import pytest
from PIL import Image

from passerby.core.exif_dates import date_exif, dates_of


def test_only_dates_are_taken():
    tags = {36867: "2021:02:03 04:05:06\0", 36881: "+01:00", 42033: "Secret serial"}
    assert ((36867, "2021:02:03 04:05:06"), (36881, "+01:00")) == dates_of(tags)


@pytest.mark.parametrize(
    "text", ["Secret", "2021:02:03", "2021:02:03 04:05:06 Secret", b"2021:02:03 04:05:06", None, 7]
)
def test_what_is_no_date_is_not(text):
    assert () == dates_of({36867: text})


def test_others_read_what_is_written():
    dates = ((36867, "2021:02:03 04:05:06"), (36881, "+01:00"))
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "JPEG", exif=b"Exif\0\0" + date_exif(dates))
    read = Image.open(file).getexif()
    assert [0x8769] == list(read)
    assert dict(dates) == dict(read.get_ifd(0x8769))
