"""The text of the first `site.yaml`, as a person would write it, with comments for whoever opens it later."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from passerby.config.site import CameraDefaults, StatusSettings
from passerby.config.web import WebSettings
from passerby.setup.draft import SetupDraft

_HEAD = (
    "A site of passerby, as it was set up in the first run. The pages change this file, and keep what you add.\n"
    "All settings: docs/ref/site.md. Passwords of cameras are stored apart from it, encrypted."
)


def site_text(draft: SetupDraft, *, status_port: int, web_host: str | None, web_port: int) -> str:
    """The file for a draft in which no step is open. `web_host`: the address that the pages listen on; None to leave it
    to the default, or to the environment, as in the image."""
    retention, notice = draft.retention, draft.notice
    assert retention is not None
    text = CommentedMap()
    text.yaml_set_start_comment(_HEAD)
    text["name"] = draft.name
    text["timezone"] = draft.timezone
    text["data"] = draft.data
    text["retention"] = _plain({"days": _number(retention.days), "bytes": retention.bytes})
    if status_port != StatusSettings().port:
        text["status"] = {"port": status_port}
    web = _plain({"host": web_host, "port": None if web_port == WebSettings().port else web_port})
    if web:
        text["web"] = web
    if draft.hide is not None and tuple(draft.hide) != CameraDefaults().hide:
        text["defaults"] = {"hide": [kind.value for kind in draft.hide]}
    if notice is not None:
        text["notice"] = notice.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    text["cameras"] = {
        camera.name: _plain({"display_name": camera.display_name, "url": camera.url, "user": camera.user})
        for camera in draft.cameras
    }
    text.yaml_set_comment_before_after_key("data", before="\nRecordings, counts and accounts.")
    text.yaml_set_comment_before_after_key(
        "retention", before="\nThe oldest recordings are deleted when the first limit is reached."
    )
    for key in ("status", "web", "defaults", "notice", "cameras"):
        if key in text:
            text.yaml_set_comment_before_after_key(key, before="\n")
    yaml, out = YAML(typ="rt"), io.StringIO()
    yaml.width = 4096  # long lines are not wrapped
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(text, out)
    return out.getvalue()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not set."""
    return {key: value for key, value in values.items() if value is not None}


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value
