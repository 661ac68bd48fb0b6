"""What several documents say in the same words: who, why, for how long, and what is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from passerby.config.notice import NoticeSettings
from passerby.config.site import Site
from passerby.core.kinds import Kind
from passerby.notice.catalogue import Words
from passerby.notice.site_facts import SiteFacts


def said(facts: SiteFacts, words: Words) -> Iterator[tuple[str, str]]:
    """Articles 13 and 14 in short."""
    notice = facts.notice
    yield from answers(notice, words)
    if notice.authority is not None:
        yield words("said.authority"), notice.authority
    yield words("said.purposes"), "\n".join(notice.purposes)
    yield words("said.basis"), ground(notice, words)
    yield words("said.kept"), kept(facts.site, words)
    yield words("said.recipients"), "\n".join(notice.recipients) or words("said.nobody")
    yield words("said.transfers"), notice.transfers or words("said.nowhere")


def answers(notice: NoticeSettings, words: Words) -> Iterator[tuple[str, str]]:
    """Who answers for it, and where to ask."""
    yield words("said.controller"), notice.controller
    yield words("said.contact"), notice.contact
    if notice.officer is not None:
        yield words("said.officer"), notice.officer


def ground(notice: NoticeSettings, words: Words) -> str:
    """The legal ground, with the interest or the law."""
    name = words(f"basis.{notice.basis.value}")
    return name if notice.grounds is None else f"{name}\n{notice.grounds}"


def kept(site: Site, words: Words) -> str:
    """For how long recordings are kept."""
    days = site.keep.days
    return words("said.kept_room") if days is None else words("said.kept_days", days=words.days(days))


def hidden(kinds: Iterable[Kind], words: Words) -> str:
    return ", ".join(words(f"kind.{kind.value}") for kind in kinds)


def every_kind(site: Site) -> tuple[Kind, ...]:
    """What is hidden at every camera: more is at some. Who is painted over whole has no face either."""
    hides = [
        set(camera.hide) | ({Kind.FACE} if Kind.PERSON in camera.hide else set()) for camera in site.cameras.values()
    ]
    return tuple(kind for kind in Kind if all(kind in kinds for kinds in hides))


def sent(site: Site, words: Words) -> tuple[str, ...]:
    """What the system sends by itself, and where to: hosts alone, since an address may hold a secret."""
    uplink, lines = site.uplink, []
    if uplink.mqtt is not None:
        lines.append((", ".join(one.value for one in uplink.mqtt.send), f"{uplink.mqtt.host} (MQTT)"))
    for hook in uplink.webhooks:
        lines.append((", ".join(one.value for one in hook.send), f"{urlsplit(hook.url).hostname} (webhook)"))
    if uplink.prometheus is not None:
        lines.append(("counts", f"{uplink.prometheus.host}:{uplink.prometheus.port} (Prometheus)"))
    return tuple(words("record.sent_to", what=what, where=where) for what, where in lines)
