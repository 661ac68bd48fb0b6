"""Texts that several documents share: who, why, for how long, and what is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from passerby.config.notice import NoticeSettings
from passerby.config.site import Site
from passerby.core.kinds import Kind
from passerby.notice.catalogue import Translator
from passerby.notice.site_facts import SiteFacts


def notice_rows(facts: SiteFacts, tr: Translator) -> Iterator[tuple[str, str]]:
    """The information of Articles 13 and 14 GDPR in short: (term, description)."""
    notice = facts.notice
    yield from contact_rows(notice, tr)
    if notice.authority is not None:
        yield tr("common.authority"), notice.authority
    yield tr("common.purposes"), "\n".join(notice.purposes)
    yield tr("common.legal_basis"), legal_basis(notice, tr)
    yield tr("common.retention"), retention_text(facts.site, tr)
    yield tr("common.recipients"), "\n".join(notice.recipients) or tr("common.no_recipients")
    yield tr("common.transfers"), notice.transfers or tr("common.no_transfers")


def contact_rows(notice: NoticeSettings, tr: Translator) -> Iterator[tuple[str, str]]:
    """Controller, contact and data protection officer."""
    yield tr("common.controller"), notice.controller
    yield tr("common.contact"), notice.contact
    if notice.officer is not None:
        yield tr("common.officer"), notice.officer


def legal_basis(notice: NoticeSettings, tr: Translator) -> str:
    """The legal basis, with the interest or the law that it refers to."""
    name = tr(f"basis.{notice.basis.value}")
    return name if notice.grounds is None else f"{name}\n{notice.grounds}"


def retention_text(site: Site, tr: Translator) -> str:
    """How long recordings are kept."""
    days = site.retention.days
    return tr("common.retention_space") if days is None else tr("common.retention_days", days=tr.format_days(days))


def kinds_text(kinds: Iterable[Kind], tr: Translator) -> str:
    return ", ".join(tr(f"kind.{kind.value}") for kind in kinds)


def kinds_masked_everywhere(site: Site) -> tuple[Kind, ...]:
    """Kinds that are masked at every camera (some mask more). Masking whole persons also masks their faces."""
    hides = [
        set(camera.hide) | ({Kind.FACE} if Kind.PERSON in camera.hide else set()) for camera in site.cameras.values()
    ]
    return tuple(kind for kind in Kind if all(kind in kinds for kinds in hides))


def uplink_texts(site: Site, tr: Translator) -> tuple[str, ...]:
    """What the system sends by itself, and to which hosts. Not the full addresses: they may contain secrets."""
    uplink, lines = site.uplink, []
    if uplink.mqtt is not None:
        lines.append((", ".join(data_class.value for data_class in uplink.mqtt.send), f"{uplink.mqtt.host} (MQTT)"))
    for hook in uplink.webhooks:
        lines.append(
            (", ".join(data_class.value for data_class in hook.send), f"{urlsplit(hook.url).hostname} (webhook)")
        )
    if uplink.prometheus is not None:
        lines.append(("counts", f"{uplink.prometheus.host}:{uplink.prometheus.port} (Prometheus)"))
    return tuple(tr("ropa.sent_to", what=content, where=host) for content, host in lines)
