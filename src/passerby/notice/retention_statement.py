"""The statement of retention, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from passerby.notice.catalogue import Words, number
from passerby.notice.document import Block, Bullets, Document, Facts, Heading, Paragraph, Status, Table, Tone
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import CameraKept, Deleted, Statement, Verdict

VERDICT: Mapping[Verdict, str] = {Verdict.KEPT: "kept", Verdict.UNSURE: "unsure", Verdict.BROKEN: "broken"}
_TONE: Mapping[Verdict, Tone] = {Verdict.KEPT: "good", Verdict.UNSURE: "weak", Verdict.BROKEN: "bad"}


def retained(facts: SiteFacts, statement: Statement) -> Document:
    words = facts.words()
    kicker = f"{words('pack.kicker', site=facts.site.name)}. {words('retention.article')}"
    return Document(words.language, kicker, words("retention.title"), tuple(_blocks(facts, statement, words)))


def reasons(statement: Statement, words: Words) -> tuple[str, ...]:
    """Why it is not simply kept, a sentence each."""
    values = {
        "files": statement.files,
        "vanished": statement.vanished,
        "flaws": ", ".join(statement.log.flaws),
        "used": words.size(statement.used),
        "allowed": words.size(statement.limits.bytes or 0),
    }
    return tuple(words(f"retention.{reason}", **values) for reason in statement.reasons)


def _blocks(facts: SiteFacts, statement: Statement, words: Words) -> Iterator[Block]:
    yield Paragraph(words("retention.lead", moment=words.moment(facts.made)))
    yield Status(words(f"retention.{VERDICT[statement.verdict]}"), _TONE[statement.verdict])
    if statement.reasons:
        yield Bullets(reasons(statement, words))
    yield Heading(words("retention.limits"))
    limits = statement.limits
    none = words("retention.no_limit")
    yield Facts(
        (
            (words("retention.limit_days"), none if limits.days is None else words.days(limits.days)),
            (words("retention.limit_bytes"), none if limits.bytes is None else words.size(limits.bytes)),
        )
    )
    yield Heading(words("retention.there"))
    if statement.cameras:
        yield Table(
            _head(words, "camera", "limit", "segments", "size", "oldest", "age"),
            tuple(_there(one, words) for one in statement.cameras),
            (1, 0.8, 0.9, 0.8, 1.4, 1.6),
        )
    else:
        yield Paragraph(words("retention.nothing"))
    yield Heading(words("retention.deleted"))
    yield Paragraph(words("retention.deleted_lead"), soft=True)
    if statement.deleted:
        yield Table(
            _head(words, "camera", "why", "segments", "size", "span", "when", "youngest"),
            tuple(_gone(one, words) for one in statement.deleted),
            (0.9, 1, 0.9, 0.8, 1.5, 1.5, 0.8),
        )
    else:
        yield Paragraph(words("retention.nothing_deleted"))
    yield Heading(words("retention.log_title"))
    log = statement.log
    yield Facts(((words("retention.log_rows"), str(log.rows)), (words("retention.log_head"), log.head)))
    yield Paragraph(words("retention.log_note"), soft=True)
    yield Heading(words("retention.not_claimed"))
    yield Bullets((words("retention.not_claimed_1"), words("retention.not_claimed_2")))


def _head(words: Words, *names: str) -> tuple[str, ...]:
    return tuple(words(f"retention.column_{name}") for name in names)


def _there(one: CameraKept, words: Words) -> tuple[str, ...]:
    least, most = number(one.at_least or 0), number(one.at_most or 0)
    if one.at_most is None:
        age = words("retention.age_open", least=least)
    elif least == most:
        age = words("retention.age_same", least=least)
    else:
        age = words("retention.age", least=least, most=most)
    if one.older or one.perhaps:
        numbers = {"older": one.older, "waiting": one.waiting, "perhaps": one.perhaps}
        age += "\n" + words("retention.too_old", **numbers)
    oldest = "" if one.oldest is None else words.moment(one.oldest) + ("" if one.trusted else " ?")
    days = words("retention.no_limit") if one.days is None else words.days(one.days)
    return one.camera, days, str(one.segments), words.size(one.bytes), oldest, age


def _gone(one: Deleted, words: Words) -> tuple[str, ...]:
    span = words(
        "retention.span" if one.trusted else "retention.span_unsure",
        begins=words.moment(one.begins),
        ends=words.moment(one.ends),
    )
    when = words("retention.not_yet")
    if one.first is not None and one.last is not None:
        when = words("retention.span", begins=words.moment(one.first), ends=words.moment(one.last))
    youngest = words("said.unknown") if one.youngest is None else words.days(one.youngest)
    why = words(f"retention.why_{one.why}")
    return one.camera, why, str(one.segments), words.size(one.bytes), span, when, youngest
