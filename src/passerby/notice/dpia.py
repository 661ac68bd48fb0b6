"""The data protection impact assessment (Article 35 GDPR), as a draft: what the configuration can say is there, and
what only a person can weigh is asked."""

from __future__ import annotations

from collections.abc import Iterator

from passerby.notice.catalogue import Words
from passerby.notice.document import Block, Bullets, Document, Facts, Heading, Open, Paragraph, Picture, Status, Table
from passerby.notice.evidence import Proofs
from passerby.notice.outline_svg import drawing
from passerby.notice.retention_statement import VERDICT
from passerby.notice.ropa import counted, made
from passerby.notice.shared_texts import ground, hidden, kept, sent
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import Statement

#: Risks, as the catalogue names them; each has what is built against it, and what remains.
RISKS = ("miss", "context", "watching", "creep", "theft", "late")


def impact(facts: SiteFacts, proofs: Proofs, statement: Statement) -> Document:
    words = facts.words()
    kicker = f"{words('pack.kicker', site=facts.site.name)}. {words('dpia.article')}"
    return Document(words.language, kicker, words("dpia.title"), tuple(_blocks(facts, proofs, statement, words)))


def _blocks(facts: SiteFacts, proofs: Proofs, statement: Statement, words: Words) -> Iterator[Block]:
    site = facts.site
    yield made(facts, words)
    yield Status(words("dpia.draft"), "weak")
    yield Heading(words("dpia.description"))
    yield Paragraph(words("dpia.description_lead", count=len(facts.cameras), site=site.name))
    yield from _cameras(facts, words)
    yield Heading(words("dpia.flow"), small=True)
    elsewhere = "; ".join(sent(site, words)) or words("record.sent_nothing")
    yield Bullets(
        (
            words("dpia.flow_record", kept=kept(site, words)),
            words("dpia.flow_live"),
            words("dpia.flow_sent", sent=elsewhere),
        )
    )
    yield Heading(words("dpia.purposes"))
    yield Bullets(facts.notice.purposes)
    yield Facts(((words("said.basis"), ground(facts.notice, words)),))
    yield Heading(words("dpia.need"))
    yield Paragraph(words("dpia.need_lead"))
    yield Bullets(tuple(words(f"dpia.need_{number}") for number in range(1, 5)))
    yield Open(words("dpia.need_why"))
    yield Open(words("dpia.need_views"))
    yield Heading(words("dpia.risks"))
    yield _risks(proofs, statement, words)
    yield Open(words("dpia.likely"))
    yield Heading(words("dpia.measures"))
    yield Paragraph(words("dpia.measures_value"))
    yield Heading(words("dpia.views"))
    yield Open(words("dpia.views_people"))
    yield Open(words("dpia.views_officer"))
    yield Heading(words("dpia.decision"))
    yield Open(words("dpia.decision_value"))
    yield Heading(words("dpia.again"))
    yield Open(words("dpia.again_value"))


def _cameras(facts: SiteFacts, words: Words) -> Iterator[Block]:
    head = tuple(words(f"dpia.column_{name}") for name in ("camera", "view", "hidden", "regions"))
    rows = tuple(
        (
            one.name,
            one.title,
            hidden(one.hide, words),
            words("dpia.regions_value", always=len(one.always), never=len(one.never)),
        )
        for one in facts.cameras
    )
    yield Table(head, rows, (1, 2, 2, 1.6))
    yield Facts(((words("dpia.column_counted"), counted(facts, words) or words("said.not_counted")),))
    for one in facts.cameras:
        if one.outline is not None:
            yield Picture(drawing(one.outline, one.always, "#222222"), words("page.outline", camera=one.title))
            yield Paragraph(words("page.outline", camera=one.title), soft=True)


def _risks(proofs: Proofs, statement: Statement, words: Words) -> Table:
    figures = {
        "face": proofs.shown("found"),
        "plate": proofs.shown("found_plate"),
        "tracks": proofs.shown("followed"),
        "retention": words(f"retention.{VERDICT[statement.verdict]}"),
    }
    head = tuple(words(f"dpia.column_{name}") for name in ("risk", "against", "left"))
    rows = tuple(
        (words(f"dpia.{risk}"), words(f"dpia.{risk}_against"), words(f"dpia.{risk}_left", **figures)) for risk in RISKS
    )
    return Table(head, rows, (1, 1.3, 1.3))
