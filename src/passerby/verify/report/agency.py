"""The agency's name and logo on reports: agency.toml in the folder of the signing key."""

from __future__ import annotations

import base64
import io
import tomllib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from pydantic import Field, ValidationError

from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel

AGENCY_FILE = "agency.toml"
#: Longer side of a logo as it is kept, px; and the largest file that is read, bytes.
LOGO_SIDE, MAX_LOGO_BYTES = 640, 10_000_000
_FORM = 'It holds two lines: name = "..." and logo = "...".'


class AgencySettings(FrozenModel):
    """The content of agency.toml: `name`, and `logo`, a PNG or JPEG file beside it."""

    name: str = Field(min_length=1, max_length=200)
    logo: str | None = None


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that was encoded anew, so that nothing but its pixels goes into a report."""

    content: bytes
    format: str = "png"

    @property
    def data_url(self) -> str:
        return f"data:image/{self.format};base64,{base64.b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Agency:
    """Who answers for a report."""

    name: str
    logo: Logo | None = None


def load_agency(folder: Path) -> Agency | None:
    """The agency of this user; None where there is no agency.toml. Raises UsageError when it is not valid."""
    path = folder / AGENCY_FILE
    try:
        settings = AgencySettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}. {_FORM}") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{path} is not valid: {name}: {first['msg']}. {_FORM}") from error
    return Agency(settings.name, None if settings.logo is None else _logo(folder / settings.logo, path))


def _logo(path: Path, settings: Path) -> Logo:
    try:
        if path.stat().st_size > MAX_LOGO_BYTES:
            raise UsageError(f"The logo {path} is larger than {MAX_LOGO_BYTES // 10**6} MB. Choose a smaller one.")
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            picture = image.convert("RGBA")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise UsageError(f"{settings} names the logo {path}, which is no PNG or JPEG: {error}.") from error
    picture.thumbnail((LOGO_SIDE, LOGO_SIDE))
    encoded = io.BytesIO()
    picture.save(encoded, "PNG", optimize=True)
    return Logo(encoded.getvalue())
