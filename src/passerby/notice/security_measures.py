"""Technical measures (Articles 25 and 32 GDPR), each with the tests that show it and the last figure."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.notice.catalogue import Words
from passerby.notice.document import Block, Bullets, Document, Facts, Heading, Open, Paragraph, Table
from passerby.notice.evidence import Proof, Proofs
from passerby.notice.retention_statement import VERDICT
from passerby.notice.ropa import made, program
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import Statement


def measures(facts: SiteFacts, proofs: Proofs, statement: Statement) -> Document:
    words = facts.words()
    kicker = f"{words('pack.kicker', site=facts.site.name)}. {words('measures.article')}"
    return Document(words.language, kicker, words("measures.title"), tuple(_blocks(facts, proofs, statement, words)))


def _blocks(facts: SiteFacts, proofs: Proofs, statement: Statement, words: Words) -> Iterator[Block]:
    yield made(facts, words)
    yield Paragraph(words("measures.lead"))
    head = tuple(words(f"measures.column_{name}") for name in ("measure", "shown", "figure"))
    yield Table(head, tuple(_row(one, words) for one in proofs.proof), (1.25, 1.5, 0.7))
    yield Heading(words("measures.here"))
    log = statement.log
    yield Facts(
        (
            (words("measures.program"), program()),
            (
                words("measures.log"),
                words("measures.log_flawed", flaws=", ".join(log.flaws))
                if log.flaws
                else words("measures.log_sound", rows=log.rows, head=log.head),
            ),
            (words("measures.retention"), words(f"retention.{VERDICT[statement.verdict]}")),
            (
                words("measures.clock"),
                words("measures.clock_trusted" if statement.clock_trusted else "measures.clock_untrusted"),
            ),
        )
    )
    yield Heading(words("measures.limits"))
    yield Bullets((words("measures.limits_1"), words("measures.limits_2")))
    yield Open(words("measures.organisation"))


def _row(one: Proof, words: Words) -> tuple[str, str, str]:
    figure = one.figure
    shown = [*one.tests, *([] if figure is None else [figure.command])]
    return (
        words(f"measure.{one.measure}"),
        "\n".join(shown),
        words("measures.no_figure") if figure is None else figure.shown,
    )
