"""A draft of the data protection impact assessment (Article 35 GDPR): filled in where the configuration has the answer,
with open questions where only a person can judge."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.core.kinds import Kind
from passerby.notice.catalogue import Translator
from passerby.notice.document import (
    Block,
    Bullets,
    DefinitionList,
    Document,
    Heading,
    Illustration,
    OpenQuestion,
    Paragraph,
    StatusLine,
    Table,
)
from passerby.notice.evidence import EvidenceCatalogue
from passerby.notice.outline_svg import outline_svg
from passerby.notice.retention_statement import VERDICT_KEYS
from passerby.notice.ropa import counted_classes, provenance
from passerby.notice.shared_texts import kinds_text, legal_basis, retention_text, uplink_texts
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import RetentionAttestation

#: Risks by their names in the catalogue; each has a mitigation and a residual risk there.
RISKS = (
    "missed_detection",
    "context_identification",
    "chilling_effect",
    "function_creep",
    "theft",
    "over_retention",
)


def dpia(facts: SiteFacts, evidence: EvidenceCatalogue, attestation: RetentionAttestation) -> Document:
    tr = facts.translator()
    kicker = f"{tr('pack.kicker', site=facts.site.name)}. {tr('dpia.article')}"
    return Document(tr.language, kicker, tr("dpia.title"), tuple(_blocks(facts, evidence, attestation, tr)))


def _blocks(
    facts: SiteFacts, evidence: EvidenceCatalogue, attestation: RetentionAttestation, tr: Translator
) -> Iterator[Block]:
    site = facts.site
    yield provenance(facts, tr)
    yield StatusLine(tr("dpia.draft"), "warning")
    yield Heading(tr("dpia.description"))
    yield Paragraph(tr("dpia.description_lead", count=len(facts.cameras), site=site.name))
    yield from _cameras(facts, tr)
    yield Heading(tr("dpia.flow"), small=True)
    sent = "; ".join(uplink_texts(site, tr)) or tr("ropa.sent_nothing")
    yield Bullets(
        (
            tr("dpia.flow_record", kept=retention_text(site, tr)),
            tr("dpia.flow_live"),
            tr("dpia.flow_sent", sent=sent),
        )
    )
    yield Heading(tr("dpia.purposes"))
    yield Bullets(facts.notice.purposes)
    yield DefinitionList(((tr("common.legal_basis"), legal_basis(facts.notice, tr)),))
    yield Heading(tr("dpia.necessity"))
    yield Paragraph(tr("dpia.necessity_lead"))
    yield Bullets(tuple(tr(f"dpia.necessity_{number}") for number in range(1, 5)))
    yield OpenQuestion(tr("dpia.necessity_alternatives"))
    yield OpenQuestion(tr("dpia.necessity_views"))
    yield Heading(tr("dpia.risks"))
    yield _risk_table(facts, evidence, attestation, tr)
    yield OpenQuestion(tr("dpia.likelihood"))
    yield Heading(tr("dpia.measures"))
    yield Paragraph(tr("dpia.measures_value"))
    yield Heading(tr("dpia.consultation"))
    yield OpenQuestion(tr("dpia.consultation_subjects"))
    yield OpenQuestion(tr("dpia.consultation_officer"))
    yield Heading(tr("dpia.decision"))
    yield OpenQuestion(tr("dpia.decision_value"))
    yield Heading(tr("dpia.review"))
    yield OpenQuestion(tr("dpia.review_value"))


def _cameras(facts: SiteFacts, tr: Translator) -> Iterator[Block]:
    head = tuple(tr(f"dpia.column_{name}") for name in ("camera", "view", "masked", "regions"))
    rows = tuple(
        (
            camera_facts.name,
            camera_facts.title,
            kinds_text(camera_facts.hide, tr),
            tr("dpia.regions_value", always=len(camera_facts.hide_regions), never=len(camera_facts.keep_regions)),
        )
        for camera_facts in facts.cameras
    )
    yield Table(head, rows, (1, 2, 2, 1.6))
    yield DefinitionList(((tr("dpia.column_counted"), counted_classes(facts, tr) or tr("common.not_counted")),))
    for camera_facts in facts.cameras:
        if camera_facts.outline is not None:
            yield Illustration(
                outline_svg(camera_facts.outline, camera_facts.hide_regions, "#222222"),
                tr("page.outline", camera=camera_facts.title),
            )
            yield Paragraph(tr("page.outline", camera=camera_facts.title), soft=True)


def _risk_table(
    facts: SiteFacts, evidence: EvidenceCatalogue, attestation: RetentionAttestation, tr: Translator
) -> Table:
    texts = {
        "kinds": kinds_text(_hidden(facts), tr),
        "missed": " ".join(_missed_texts(facts, evidence, tr)),
        "retention": tr(f"retention.{VERDICT_KEYS[attestation.verdict]}"),
    }
    head = tuple(tr(f"dpia.column_{name}") for name in ("risk", "mitigation", "residual"))
    rows = tuple(
        tuple(tr(f"dpia.{risk}{column}{_variant(risk, column, facts)}", **texts) for column in ("", *_COLUMNS))
        for risk in RISKS
    )
    return Table(head, rows, (1, 1.3, 1.3))


_COLUMNS = ("_mitigation", "_residual")


def _hidden(facts: SiteFacts) -> tuple[Kind, ...]:
    """What at least one camera hides."""
    return tuple(kind for kind in Kind if any(kind in camera.hide for camera in facts.cameras))


def _variant(risk: str, column: str, facts: SiteFacts) -> str:
    """Whether whole persons are hidden decides on what else they are recognised by."""
    if risk != "context_identification" or not column:
        return ""
    hiding = [Kind.PERSON in camera.hide for camera in facts.cameras]
    return "_all" if all(hiding) else "_some" if any(hiding) else ""


def _missed_texts(facts: SiteFacts, evidence: EvidenceCatalogue, tr: Translator) -> Iterator[str]:
    """What was measured of the kinds that this site hides, and of which of them nothing was."""
    hidden = _hidden(facts)
    yield tr("dpia.missed_lead")
    if Kind.FACE in hidden:
        yield tr("dpia.missed_face", face=evidence.figure_text("found"), tracks=evidence.figure_text("followed"))
    if Kind.PLATE in hidden:
        yield tr("dpia.missed_plate", plate=evidence.figure_text("found_plate"))
    unmeasured = tuple(kind for kind in hidden if kind not in (Kind.FACE, Kind.PLATE))
    if unmeasured:
        yield tr("dpia.missed_unmeasured", kinds=kinds_text(unmeasured, tr))
    yield tr("dpia.missed_harder")
