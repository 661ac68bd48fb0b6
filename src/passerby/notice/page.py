"""The public page: information for everybody who passes in front of the cameras."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from passerby.config.notice import Language, LegalBasis
from passerby.core.version import PROGRAM
from passerby.notice.catalogue import Translator
from passerby.notice.document import Block, DefinitionList, Document, Heading, Illustration, Paragraph, StatusLine
from passerby.notice.html import render_html
from passerby.notice.outline_svg import outline_svg
from passerby.notice.shared_texts import kinds_text, notice_rows
from passerby.notice.site_facts import CameraFacts, SiteFacts

#: Legal bases that give a right to object (Article 21(1) GDPR).
OBJECTION_BASES = (LegalBasis.PUBLIC_TASK, LegalBasis.LEGITIMATE_INTERESTS)


def render_page(facts: SiteFacts, language: Language, link: Callable[[Language], str]) -> str:
    """The page in one language. `link` returns the address of the page in another one."""
    tr = facts.translator(language)
    others = [
        (other.value, link(other), tr(f"page.language.{other.value}"))
        for other in facts.notice.languages
        if other is not language
    ]
    return render_html(page_document(facts, language), others)


def page_document(facts: SiteFacts, language: Language | None = None) -> Document:
    """The content of the page."""
    tr = facts.translator(language)
    title = tr("page.title", site=facts.site.name)
    return Document(tr.language, tr("page.kicker"), title, tuple(_blocks(facts, tr)))


def _blocks(facts: SiteFacts, tr: Translator) -> Iterator[Block]:
    yield Paragraph(tr("page.lead"))
    yield Heading(tr("page.cameras"))
    for camera in facts.cameras:
        yield from _camera(camera, facts.store_available, tr)
    yield Heading(tr("page.access"))
    if facts.store_available:
        counts = facts.access
        yield Paragraph(
            tr(
                "page.access_lead",
                viewed=tr.format_count(counts.viewed),
                exported=tr.format_count(counts.exported),
                live=tr.format_count(counts.live),
            )
        )
    else:
        yield Paragraph(tr("page.access_unknown"))
    yield Heading(tr("page.responsibility"))
    yield DefinitionList(tuple(notice_rows(facts, tr)))
    yield Heading(tr("page.rights"))
    yield Paragraph(tr("page.rights_text"))
    if facts.notice.basis in OBJECTION_BASES:
        yield Paragraph(tr("page.objection"))
    if facts.notice.basis is LegalBasis.CONSENT:
        yield Paragraph(tr("page.withdrawal"))
    provenance = tr("page.provenance", moment=tr.format_time(facts.created_us), program=PROGRAM)
    yield Paragraph(provenance, soft=True)


def _camera(camera: CameraFacts, store_available: bool, tr: Translator) -> Iterator[Block]:
    yield Heading(camera.title, small=True)
    yield _state(camera, tr)
    if camera.outline is not None:
        text = tr("page.outline", camera=camera.title)
        yield Illustration(outline_svg(camera.outline, camera.hide_regions), text)
        yield Paragraph(tr("page.outline_note"), soft=True)
    else:
        yield Paragraph(tr("page.no_outline"), soft=True)
    rows = [(tr("common.masked"), kinds_text(camera.hide, tr))]
    if camera.hide_regions:
        rows.append((tr("common.hide_regions"), str(len(camera.hide_regions))))
    if camera.keep_regions:
        rows.append((tr("common.keep_regions"), str(len(camera.keep_regions))))
    if store_available:
        counts = camera.access
        numbers = tr(
            "page.access_counts",
            viewed=tr.format_count(counts.viewed),
            live=tr.format_count(counts.live),
            exported=tr.format_count(counts.exported),
        )
        rows.append((tr("page.access_camera"), numbers))
    yield DefinitionList(tuple(rows))


def _state(camera: CameraFacts, tr: Translator) -> StatusLine | Paragraph:
    if camera.online:
        return StatusLine(tr("page.recording" if camera.recording else "page.online"), "ok")
    state = tr("page.status_unknown" if camera.online is None else "page.offline")
    if camera.newest_us is not None:
        state += ". " + tr("page.last_recording", moment=tr.format_time(camera.newest_us))
    return StatusLine(state, "warning")
