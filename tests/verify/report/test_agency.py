"""The agency's name and logo."""

import io

import pytest
from PIL import Image

from passerby.core.errors import UsageError
from passerby.verify.report.agency import load_agency


def settings(folder, text):
    (folder / "agency.toml").write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_there_is_none(tmp_path):
    assert load_agency(tmp_path) is None


def test_name_and_logo(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "a secret"
    Image.new("RGB", (2000, 500), "navy").save(tmp_path / "logo.jpg", exif=exif)
    agency = load_agency(settings(tmp_path, 'name = "Polizei Köln"\nlogo = "logo.jpg"'))
    assert "Polizei Köln" == agency.name
    with Image.open(io.BytesIO(agency.logo.content)) as logo:
        assert ("PNG", (640, 160)) == (logo.format, logo.size)
    assert b"secret" not in agency.logo.content
    assert agency.logo.data_url.startswith("data:image/png;base64,")


def test_a_logo_is_optional(tmp_path):
    assert load_agency(settings(tmp_path, 'name = "Records"')).logo is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name =", "cannot be read"),
        ('logo = "a.png"', "name: Field required"),
        ('name = ""', "name: String should have at least 1"),
        ('name = "x"\nlogo = "gone.png"', "no PNG or JPEG"),
        ('name = "x"\nlogo = "agency.toml"', "no PNG or JPEG"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, why):
    with pytest.raises(UsageError, match=why):
        load_agency(settings(tmp_path, text))
