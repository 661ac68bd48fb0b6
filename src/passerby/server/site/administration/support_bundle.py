"""What helps somebody else to find a fault: versions, the state of the site, its settings. Without pictures, names,
addresses and secrets.

Nothing is removed from a full copy: what is in the bundle is listed here, and only numbers, yes or no, and words of the
program's own (`live`, `starttls`, `face`) come into it. Cameras are numbered. A text that anybody has written, or that
another machine has sent, is left out whatever it says.
"""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from collections.abc import Mapping
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from sqlalchemy import func, select

from passerby.config.site import Site
from passerby.core.version import __version__
from passerby.documents.status import CameraHealth
from passerby.server.site.context import SiteContext
from passerby.store.administration.disk_history import DiskHistory
from passerby.store.notifications.queue import NotificationQueue
from passerby.store.outbox import Outbox
from passerby.store.recordings.tables import metadata

#: Libraries whose versions matter.
LIBRARIES = ("av", "numpy", "opencv-python-headless", "openvino", "pydantic", "fastapi", "uvicorn", "sqlalchemy")
#: Seconds of the history of the disk.
HISTORY_S = 30 * 86400
#: Names of settings whose texts are words of the program, by the last part of their place.
_WORDS = frozenset(
    {
        *("profile", "transport", "hide", "kind", "anchor", "count", "direction", "security", "language", "send", "by"),
        *("confirm", "days", "basis", "languages"),
    }
)
README = """\
Made by the page Administration of passerby. It holds versions, the state of the site, its settings and numbers, and no
picture, no name, no address and no secret. Cameras are numbered. Look through it before you pass it on.
"""


def support_bundle(context: SiteContext) -> bytes:
    """A ZIP file."""
    status = context.status()
    cameras = {name: f"camera-{number}" for number, name in enumerate(context.site.cameras, 1)}
    parts: dict[str, object] = {
        "versions.json": _versions(),
        "status.json": {
            "uptime_s": round(status.now - status.started),
            "clock_trusted": status.clock_trusted,
            "disk": _plain(status.disk),
            "cameras": {cameras[name]: _camera(health) for name, health in status.cameras.items() if name in cameras},
        },
        "settings.json": _settings(context.site, cameras),
        "disk.json": _disk(context),
        "database.json": _database(context),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("README.txt", README)
        for name, part in parts.items():
            file.writestr(name, json.dumps(part, indent=1, sort_keys=True) + "\n")
    return out.getvalue()


def _versions() -> dict[str, str | None]:
    found: dict[str, str | None] = {"passerby": __version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = None
    return found | {"machine": platform.machine(), "system": sys.platform, "kernel": platform.release()}


def _camera(health: CameraHealth) -> dict[str, object]:
    values = health.model_dump(mode="json", exclude={"problem", "recording", "occupancy", "restream"})
    return {
        **_plain(values),
        "state": health.state.value,
        "covered_now": None if health.covered_now is None else health.covered_now.value,
        "covered": {reason.value: count for reason, count in health.covered.items()},
        "has_problem": health.problem is not None,
        "recording_fails": bool(health.recording.get("message")),
        "restream": None if health.restream is None else health.restream.state.value,
    }


def _plain(values: Mapping[str, Any]) -> dict[str, object]:
    """The numbers, and yes or no, of a flat mapping whose keys are the program's own."""
    return {key: value for key, value in values.items() if isinstance(value, bool | int | float)}


def _settings(site: Site, cameras: Mapping[str, str]) -> dict[str, object]:
    """The settings, each camera under its number; of lists and named things, how many there are."""
    whole = _model(site.model_copy(update={"cameras": {}}))
    whole["cameras"] = {cameras[name]: _model(camera) for name, camera in site.cameras.items()}
    whole["timezone_offset_known"] = site.timezone != "UTC"
    return whole


def _model(model: BaseModel, last: str = "") -> dict[str, object]:
    return {name: _setting(getattr(model, name), name) for name in type(model).model_fields if name != "cameras"}


def _setting(value: object, name: str) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, BaseModel):
        return _model(value)
    if isinstance(value, tuple | list):
        if all(isinstance(one, Enum) for one in value) and name in _WORDS:
            return [one.value for one in value if isinstance(one, Enum)]
        if value and all(isinstance(one, BaseModel) for one in value):
            return [_model(one) for one in value if isinstance(one, BaseModel)]
        return {"number": len(value)}
    if isinstance(value, str) and name in _WORDS and value.isascii() and value.isalpha() and len(value) < 20:
        return value
    return {"set": bool(value)}


def _disk(context: SiteContext) -> list[list[int]]:
    now = context.wall_time()
    samples = DiskHistory(context.database).between(now - HISTORY_S, now + 1)
    return [[one.time, one.capacity, one.free, one.recordings] for one in samples]


def _database(context: SiteContext) -> dict[str, object]:
    """Rows of each table, and what waits to be sent: destinations are numbered, too."""
    with context.database.read_transaction() as connection:
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    pending = Outbox(context.database).pending().values()
    results = NotificationQueue(context.database).all_results()
    return {
        "revision": revision,
        "rows": rows,
        "outbox": [sum(kinds.values()) for kinds in pending],
        "notifications": [
            {
                "channel": channel.value,
                "waiting": result.waiting,
                "dropped": result.dropped,
                "problem": None if result.problem is None else result.problem.split(" ")[0],
            }
            for (_, channel), result in results.items()
        ],
    }
