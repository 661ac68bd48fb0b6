"""Which of the package's extras brings a library, for the error of a command that needs one which is not installed."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.core.errors import PasserbyError

#: Import name of each library that does not come with the base installation -> the smallest extra that brings it.
#: tests/core/test_extras.py holds it against pyproject.toml and against every import in the source.
EXTRA_OF: Mapping[str, str] = {
    "aiohttp": "watch",
    "aiomqtt": "watch",
    "alembic": "watch",
    "argon2": "review",
    "arro3": "watch",
    "authlib": "watch",
    "c2pa": "c2pa",
    "fastapi": "review",
    "h11": "review",
    "holidays": "watch",
    "httpx2": "review",
    "joserfc": "watch",
    "lxml": "watch",
    "matplotlib": "cluster",
    "obstore": "cluster",
    "onvif": "watch",
    "opendp": "publish",
    "paho": "fleet",
    "prometheus_client": "watch",
    "psycopg": "fleet",
    "py_vapid": "watch",
    "pyotp": "watch",
    "pywebpush": "watch",
    "ray": "cluster",
    "ruamel": "watch",
    "segno": "watch",
    "sqlalchemy": "watch",
    "starlette": "review",
    "typst": "watch",
    "uvicorn": "review",
    "zeep": "watch",
    "zxcvbn": "watch",
}


class MissingExtra(PasserbyError):
    """A library that an extra of the package brings is not installed."""


def missing_extra(error: ModuleNotFoundError) -> MissingExtra | None:
    """The message for a failed import, if an extra provides what was imported; None for any other module."""
    library = (error.name or "").partition(".")[0]
    extra = EXTRA_OF.get(library)
    if extra is None:
        return None
    return MissingExtra(
        f"This needs {library}, which is not installed. Install it with: pip install 'passerby[{extra}]'"
    )
