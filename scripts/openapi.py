"""Writes web/openapi.json, which the page's typed client is made from: `make docs`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from passerby.server.auth import Auth
from passerby.server.review.app import review_app
from passerby.server.review.shelf import Shelf

FILE = Path(__file__).parent.parent / "web" / "openapi.json"


def schema() -> str:
    """The HTTP interface of `passerby review`, the version left out: it is not what the page depends on."""
    app = review_app(Shelf([], "nobody"), Auth(token="none"), "127.0.0.1", 8765)
    described: dict[str, Any] = app.openapi()
    described["info"]["version"] = "0"
    return json.dumps(described, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema(), encoding="utf-8")
    print("web/openapi.json")
