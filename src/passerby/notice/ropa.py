"""The record of processing activities (Article 30(1) GDPR), filled in from the configuration."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.core.kinds import ObjectClass
from passerby.core.version import PROGRAM
from passerby.notice.catalogue import Translator
from passerby.notice.document import Block, Bullets, DefinitionList, Document, Heading, OpenQuestion, Paragraph
from passerby.notice.shared_texts import (
    contact_rows,
    kinds_masked_everywhere,
    kinds_text,
    legal_basis,
    retention_text,
    uplink_texts,
)
from passerby.notice.site_facts import SiteFacts


def ropa(facts: SiteFacts) -> Document:
    tr = facts.translator()
    kicker = f"{tr('pack.kicker', site=facts.site.name)}. {tr('ropa.article')}"
    return Document(tr.language, kicker, tr("ropa.title"), tuple(_blocks(facts, tr)))


def _blocks(facts: SiteFacts, tr: Translator) -> Iterator[Block]:
    site, notice = facts.site, facts.notice
    yield provenance(facts, tr)
    yield DefinitionList(((tr("ropa.name"), tr("ropa.name_value", site=site.name)),))
    yield Heading(tr("ropa.controller"))
    yield DefinitionList(tuple(contact_rows(notice, tr)))
    yield Heading(tr("ropa.purposes"))
    yield Bullets(notice.purposes)
    yield DefinitionList(((tr("common.legal_basis"), legal_basis(notice, tr)),))
    yield Heading(tr("ropa.subjects"))
    kinds = kinds_text(kinds_masked_everywhere(site), tr)
    classes = counted_classes(facts, tr)
    data = [tr("ropa.data_pictures", kinds=kinds), tr("ropa.data_log")]
    if classes:
        data.insert(1, tr("ropa.data_counts", classes=classes))
    yield DefinitionList(
        (
            (tr("ropa.people"), tr("ropa.people_value")),
            (tr("ropa.data"), "\n".join(data)),
            (tr("ropa.special"), tr("ropa.special_value")),
        )
    )
    yield DefinitionList(
        tuple(
            (f"{tr('ropa.cameras')}: {camera_facts.title}", kinds_text(camera_facts.hide, tr))
            for camera_facts in facts.cameras
        )
    )
    yield Heading(tr("ropa.recipients"))
    yield DefinitionList(
        (
            (tr("common.recipients"), "\n".join(notice.recipients) or tr("common.no_recipients")),
            (tr("ropa.sent"), "\n".join(uplink_texts(site, tr)) or tr("ropa.sent_nothing")),
        )
    )
    yield Heading(tr("ropa.transfers"))
    yield Paragraph(notice.transfers or tr("common.no_transfers"))
    yield Heading(tr("ropa.limits"))
    yield Paragraph(tr("ropa.limits_value", limit=retention_text(site, tr)))
    yield Paragraph(tr("ropa.log_kept"))
    yield Heading(tr("ropa.measures"))
    yield Paragraph(tr("ropa.measures_value"))
    yield OpenQuestion(tr("ropa.organisation"))


def provenance(facts: SiteFacts, tr: Translator) -> Paragraph:
    """The line that states when and from what a document was generated."""
    return Paragraph(tr("pack.provenance", moment=tr.format_time(facts.created_us), program=PROGRAM), soft=True)


def counted_classes(facts: SiteFacts, tr: Translator) -> str:
    """The object classes that are counted at any camera."""
    countings = [camera.counting for camera in facts.site.cameras.values()]
    counted = {
        object_class for camera_facts in countings for zone in camera_facts.all_zones for object_class in zone.count
    }
    counted |= {
        object_class for camera_facts in countings for line in camera_facts.lines for object_class in line.count
    }
    return ", ".join(tr(f"class.{object_class.value}") for object_class in ObjectClass if object_class in counted)
