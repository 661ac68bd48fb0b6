"""The data protection pack: four documents, each as HTML and PDF, and the retention statement as JSON as well."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.notice.dpia import dpia
from passerby.notice.evidence import load_evidence
from passerby.notice.html import render_html
from passerby.notice.pdf import render_pdf
from passerby.notice.retention_statement import retention_statement
from passerby.notice.ropa import ropa
from passerby.notice.security_measures import security_measures
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import RetentionAttestation


def data_protection_pack(facts: SiteFacts, attestation: RetentionAttestation) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files. Raises OutputError."""
    evidence, tr = load_evidence(), facts.translator()
    documents = {
        "ropa": ropa(facts),
        "dpia": dpia(facts, evidence, attestation),
        "security-measures": security_measures(facts, evidence, attestation),
        "retention": retention_statement(facts, attestation),
    }
    for name, document in documents.items():
        yield f"{name}.html", render_html(document).encode()
        yield f"{name}.pdf", render_pdf(document, tr("pack.answer"), facts.notice.controller)
    yield "retention.json", (attestation.model_dump_json(indent=1) + "\n").encode()
