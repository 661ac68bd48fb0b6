"""The data protection pack: four documents, each as HTML and PDF, and the statement of retention as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.notice.dpia import impact
from passerby.notice.evidence import proofs
from passerby.notice.html import html
from passerby.notice.pdf import pdf
from passerby.notice.retention_statement import retained
from passerby.notice.ropa import record
from passerby.notice.security_measures import measures
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import Statement


def pack(facts: SiteFacts, statement: Statement) -> Iterator[tuple[str, bytes]]:
    """Names of files and what is in them. Raises OutputError."""
    known, words = proofs(), facts.words()
    documents = {
        "record": record(facts),
        "impact": impact(facts, known, statement),
        "measures": measures(facts, known, statement),
        "retention": retained(facts, statement),
    }
    for name, document in documents.items():
        yield f"{name}.html", html(document).encode()
        yield f"{name}.pdf", pdf(document, words("pack.answer"), facts.notice.controller)
    yield "retention.json", (statement.model_dump_json(indent=1) + "\n").encode()
