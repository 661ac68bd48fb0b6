"""What a notification says: a title and a sentence or two, in the language of the account and the time of the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from passerby.config.counting_config import FULL_FRAME_ZONE, EventKind
from passerby.config.notice import Language
from passerby.config.notifications.kinds import NotificationKind
from passerby.config.site import Site
from passerby.config.web import is_loopback
from passerby.store.notifications.queue import TEST, QueuedNotification
from passerby.uplink.notifications.catalogue import text

#: Notifications that are listed in one message; it says how many more there are.
MAX_LISTED = 30
#: The page on which each kind is read.
PAGES = {
    NotificationKind.EVENT: "events",
    NotificationKind.TAMPER: "events",
    NotificationKind.CAMERA_LOST: "live",
    NotificationKind.CAMERA_BACK: "live",
    NotificationKind.CHECK_FAILED: "health",
    NotificationKind.CLIP_WAITS: "exports",
    NotificationKind.ACCOUNT_WAITS: "accounts",
    NotificationKind.STORAGE: "health",
    NotificationKind.CLOCK: "health",
    NotificationKind.UPDATE: "administration",
}


@dataclass(frozen=True, slots=True)
class NotificationMessage:
    """One message, of one notification or of several. `url` is None where the address of the pages is not known; `key`
    is the same when it is sent again."""

    key: str
    site: str
    kinds: tuple[str, ...]
    title: str
    body: str
    url: str | None
    language: Language


def compose(queued: Sequence[QueuedNotification], site: Site, language: Language) -> NotificationMessage:
    """The message for one or more notifications of an account. `queued` is not empty."""
    address = page_address(site)
    first, key = queued[0], "-".join(str(one.id) for one in (queued[0], queued[-1]))
    kinds = tuple(dict.fromkeys(one.kind for one in queued))
    page = PAGES[NotificationKind(first.kind)] if len(kinds) == 1 and first.kind != TEST else ""
    url = None if address is None else f"{address}/#/{page}" if page else f"{address}/"
    if len(queued) == 1:
        name, values = _name(first.kind, first.body), _values(first.body, site, language)
        title = text(language, "title", name, **values)
        body = text(language, "body", name, **values)
    else:
        title = text(language, "title", "several", number=len(queued))
        lines = [_line(one, site, language) for one in queued[:MAX_LISTED]]
        if len(queued) > MAX_LISTED:
            lines.append(text(language, "mail", "more", number=len(queued) - MAX_LISTED))
        body = "\n".join(lines)
    return NotificationMessage(f"{first.account}-{first.channel}-{key}", site.name, kinds, title, body, url, language)


def page_address(site: Site) -> str | None:
    """Where the pages are reached from other machines, as far as it is known."""
    web = site.web
    if site.notifications.address is not None:
        return site.notifications.address
    if web.proxy is not None:
        return f"https://{web.proxy.name}"
    if is_loopback(web.host) or web.host in ("0.0.0.0", "::") or web.port == 0:
        return None
    return f"https://{f'[{web.host}]' if ':' in web.host else web.host}:{web.port}"


def _line(queued: QueuedNotification, site: Site, language: Language) -> str:
    title = text(language, "title", _name(queued.kind, queued.body), **_values(queued.body, site, language))
    return f"{_time(queued.body.get('time', queued.created), site, language)}  {title}"


def _name(kind: str, body: Mapping[str, Any]) -> str:
    """The name of its texts: of an event that of its type."""
    name = str(body.get("event_kind") or kind)
    in_picture = name in (EventKind.PRESENCE, EventKind.CROWD) and body.get("location") == FULL_FRAME_ZONE
    return f"{name}_picture" if in_picture else name


def _values(body: Mapping[str, Any], site: Site, language: Language) -> dict[str, object]:
    camera = str(body.get("camera") or "")
    settings = site.cameras.get(camera)
    location, name = str(body.get("location") or ""), camera
    if settings is not None:
        name = settings.display_name or camera
        named = {zone.name: zone.display_name for zone in settings.counting.zones}
        named |= {line.name: line.display_name for line in settings.counting.lines}
        location = named.get(location) or location
    times = {key: _time(float(body[key]), site, language) for key in ("time", "since", "start", "end") if body.get(key)}
    return {
        "site": site.name,
        "camera": name,
        "location": location,
        "count": body.get("count") or "",
        "version": body.get("version") or "",
        "current": body.get("current") or "",
        **times,
    }


def _time(wall: float, site: Site, language: Language) -> str:
    """Unix seconds, to the minute, in the time zone of the site."""
    local = datetime.fromtimestamp(wall, UTC).astimezone(ZoneInfo(site.timezone))
    return f"{local.strftime(text(language, 'format', 'time'))} {local.tzname() or ''}".strip()
