"""Technical measures (Articles 25 and 32 GDPR), each with the tests that verify it and the latest figure."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.core.version import PROGRAM
from passerby.notice.catalogue import Translator
from passerby.notice.document import Block, Bullets, DefinitionList, Document, Heading, OpenQuestion, Paragraph, Table
from passerby.notice.evidence import EvidenceCatalogue, MeasureEvidence
from passerby.notice.retention_statement import VERDICT_KEYS
from passerby.notice.ropa import provenance
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import RetentionAttestation


def security_measures(facts: SiteFacts, evidence: EvidenceCatalogue, attestation: RetentionAttestation) -> Document:
    tr = facts.translator()
    kicker = f"{tr('pack.kicker', site=facts.site.name)}. {tr('measures.article')}"
    return Document(tr.language, kicker, tr("measures.title"), tuple(_blocks(facts, evidence, attestation, tr)))


def _blocks(
    facts: SiteFacts, evidence: EvidenceCatalogue, attestation: RetentionAttestation, tr: Translator
) -> Iterator[Block]:
    yield provenance(facts, tr)
    yield Paragraph(tr("measures.lead"))
    head = tuple(tr(f"measures.column_{name}") for name in ("measure", "verified", "figure"))
    yield Table(head, tuple(_row(one, tr) for one in evidence.of_site(facts.site)), (1.25, 1.5, 0.7))
    yield Heading(tr("measures.here"))
    log = attestation.log
    yield DefinitionList(
        (
            (tr("measures.program"), PROGRAM),
            (
                tr("measures.log"),
                tr("measures.log_flawed", flaws=", ".join(log.flaws))
                if log.flaws
                else tr("measures.log_sound", rows=log.rows, head=log.head),
            ),
            (tr("measures.retention"), tr(f"retention.{VERDICT_KEYS[attestation.verdict]}")),
            (
                tr("measures.clock"),
                tr("measures.clock_trusted" if attestation.clock_trusted else "measures.clock_untrusted"),
            ),
        )
    )
    yield Heading(tr("measures.limits"))
    yield Bullets((tr("measures.limits_1"), tr("measures.limits_2")))
    yield OpenQuestion(tr("measures.organisation"))


def _row(measure: MeasureEvidence, tr: Translator) -> tuple[str, str, str]:
    figure = measure.figure
    verified_by = [*measure.tests, *([] if figure is None else [figure.command])]
    return (
        tr(f"measure.{measure.measure}"),
        "\n".join(verified_by),
        tr("measures.no_figure") if figure is None else figure.text,
    )
