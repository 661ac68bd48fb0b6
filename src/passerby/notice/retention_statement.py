"""The retention attestation as a document: the attestation of the store in readable form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from passerby.notice.catalogue import Translator, format_number
from passerby.notice.document import (
    Block,
    Bullets,
    DefinitionList,
    Document,
    Heading,
    Paragraph,
    StatusLine,
    Table,
    Tone,
)
from passerby.notice.site_facts import SiteFacts
from passerby.store.recordings.retention_attestation import (
    CameraRetention,
    DeletionSummary,
    RetentionAttestation,
    RetentionVerdict,
)

VERDICT_KEYS: Mapping[RetentionVerdict, str] = {
    RetentionVerdict.COMPLIANT: "compliant",
    RetentionVerdict.UNDETERMINED: "undetermined",
    RetentionVerdict.VIOLATED: "violated",
}
_TONE: Mapping[RetentionVerdict, Tone] = {
    RetentionVerdict.COMPLIANT: "ok",
    RetentionVerdict.UNDETERMINED: "warning",
    RetentionVerdict.VIOLATED: "error",
}


def retention_statement(facts: SiteFacts, attestation: RetentionAttestation) -> Document:
    tr = facts.translator()
    kicker = f"{tr('pack.kicker', site=facts.site.name)}. {tr('retention.article')}"
    return Document(tr.language, kicker, tr("retention.title"), tuple(_blocks(facts, attestation, tr)))


def reason_texts(attestation: RetentionAttestation, tr: Translator) -> tuple[str, ...]:
    """The reasons for the verdict, one sentence each."""
    values = {
        "unindexed": attestation.unindexed_files,
        "missing": attestation.missing_files,
        "flaws": ", ".join(attestation.log.flaws),
        "used": tr.format_bytes(attestation.used_bytes),
        "allowed": tr.format_bytes(attestation.limits.bytes or 0),
    }
    return tuple(tr(f"retention.reason_{reason}", **values) for reason in attestation.reasons)


def _blocks(facts: SiteFacts, attestation: RetentionAttestation, tr: Translator) -> Iterator[Block]:
    yield Paragraph(tr("retention.lead", moment=tr.format_time(facts.created_us)))
    yield StatusLine(tr(f"retention.{VERDICT_KEYS[attestation.verdict]}"), _TONE[attestation.verdict])
    if attestation.reasons:
        yield Bullets(reason_texts(attestation, tr))
    yield Heading(tr("retention.limits"))
    limits = attestation.limits
    no_limit = tr("retention.no_limit")
    yield DefinitionList(
        (
            (tr("retention.limit_days"), no_limit if limits.days is None else tr.format_days(limits.days)),
            (tr("retention.limit_bytes"), no_limit if limits.bytes is None else tr.format_bytes(limits.bytes)),
        )
    )
    yield Heading(tr("retention.stored"))
    if attestation.cameras:
        yield Table(
            _columns(tr, "camera", "limit", "segments", "size", "oldest", "age"),
            tuple(_stored_row(summary, tr) for summary in attestation.cameras),
            (1, 0.8, 0.9, 0.8, 1.4, 1.6),
        )
    else:
        yield Paragraph(tr("retention.nothing_stored"))
    yield Heading(tr("retention.deleted"))
    yield Paragraph(tr("retention.deleted_lead"), soft=True)
    if attestation.deleted:
        yield Table(
            _columns(tr, "camera", "why", "segments", "size", "span", "when", "youngest"),
            tuple(_deleted_row(summary, tr) for summary in attestation.deleted),
            (0.9, 1, 0.9, 0.8, 1.5, 1.5, 0.8),
        )
    else:
        yield Paragraph(tr("retention.nothing_deleted"))
    yield Heading(tr("retention.log_title"))
    log = attestation.log
    yield DefinitionList(((tr("retention.log_rows"), str(log.rows)), (tr("retention.log_head"), log.head)))
    yield Paragraph(tr("retention.log_note"), soft=True)
    yield Heading(tr("retention.not_claimed"))
    yield Bullets((tr("retention.not_claimed_1"), tr("retention.not_claimed_2")))


def _columns(tr: Translator, *names: str) -> tuple[str, ...]:
    return tuple(tr(f"retention.column_{name}") for name in names)


def _stored_row(camera: CameraRetention, tr: Translator) -> tuple[str, ...]:
    min_age, max_age = format_number(camera.min_age_days or 0), format_number(camera.max_age_days or 0)
    if camera.max_age_days is None:
        age = tr("retention.age_open", least=min_age)
    elif min_age == max_age:
        age = tr("retention.age_same", least=min_age)
    else:
        age = tr("retention.age", least=min_age, most=max_age)
    if camera.overdue or camera.possibly_overdue:
        numbers = {"older": camera.overdue, "waiting": camera.pending_upload, "perhaps": camera.possibly_overdue}
        age += "\n" + tr("retention.overdue", **numbers)
    oldest = "" if camera.oldest is None else tr.format_time(camera.oldest) + ("" if camera.trusted else " ?")
    days = tr("retention.no_limit") if camera.max_days is None else tr.format_days(camera.max_days)
    return camera.camera, days, str(camera.segments), tr.format_bytes(camera.bytes), oldest, age


def _deleted_row(deletion: DeletionSummary, tr: Translator) -> tuple[str, ...]:
    span = tr(
        "retention.span" if deletion.trusted else "retention.span_unsure",
        begins=tr.format_time(deletion.start),
        ends=tr.format_time(deletion.end),
    )
    when = tr("retention.not_logged")
    if deletion.first_receipt is not None and deletion.last_receipt is not None:
        when = tr(
            "retention.span", begins=tr.format_time(deletion.first_receipt), ends=tr.format_time(deletion.last_receipt)
        )
    youngest = tr("common.unknown") if deletion.min_age_days is None else tr.format_days(deletion.min_age_days)
    reason = tr(f"retention.why_{deletion.reason}")
    return deletion.camera, reason, str(deletion.segments), tr.format_bytes(deletion.bytes), span, when, youngest
