"""The public page: what whoever passes in front of the cameras may know."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from passerby.config.notice import Basis, Language
from passerby.notice.catalogue import Words
from passerby.notice.document import Block, Document, Facts, Heading, Paragraph, Picture, Status
from passerby.notice.html import html
from passerby.notice.outline_svg import drawing
from passerby.notice.ropa import program
from passerby.notice.shared_texts import hidden, said
from passerby.notice.site_facts import CameraFacts, SiteFacts

#: Grounds against which people may object (Article 21(1)).
OBJECT = (Basis.PUBLIC_TASK, Basis.LEGITIMATE_INTERESTS)


def page(facts: SiteFacts, chosen: Language, link: Callable[[Language], str]) -> str:
    """The page in a language. `link` says where the same is in another one."""
    words = facts.words(chosen)
    others = [
        (other.value, link(other), words(f"page.language.{other.value}"))
        for other in facts.notice.languages
        if other is not chosen
    ]
    return html(page_document(facts, chosen), others)


def page_document(facts: SiteFacts, language: Language | None = None) -> Document:
    """What is on it."""
    words = facts.words(language)
    title = words("page.title", site=facts.site.name)
    return Document(words.language, words("page.kicker"), title, tuple(_blocks(facts, words)))


def _blocks(facts: SiteFacts, words: Words) -> Iterator[Block]:
    yield Paragraph(words("page.lead"))
    yield Heading(words("page.cameras"))
    for camera in facts.cameras:
        yield from _camera(camera, facts.known, words)
    yield Heading(words("page.use"))
    if facts.known:
        tally = facts.tally
        yield Paragraph(
            words(
                "page.use_lead",
                viewed=words.times(tally.viewed),
                exported=words.times(tally.exported),
                live=words.times(tally.live),
            )
        )
    else:
        yield Paragraph(words("page.use_unknown"))
    yield Heading(words("page.who"))
    yield Facts(tuple(said(facts, words)))
    yield Heading(words("page.rights"))
    yield Paragraph(words("page.rights_text"))
    if facts.notice.basis in OBJECT:
        yield Paragraph(words("page.object"))
    if facts.notice.basis is Basis.CONSENT:
        yield Paragraph(words("page.withdraw"))
    made = words("page.made", moment=words.moment(facts.made), program=program())
    yield Paragraph(made, soft=True)


def _camera(camera: CameraFacts, known: bool, words: Words) -> Iterator[Block]:
    yield Heading(camera.title, small=True)
    yield _state(camera, words)
    if camera.outline is not None:
        text = words("page.outline", camera=camera.title)
        yield Picture(drawing(camera.outline, camera.always), text)
        yield Paragraph(words("page.outline_note"), soft=True)
    else:
        yield Paragraph(words("page.no_outline"), soft=True)
    rows = [(words("said.hidden"), hidden(camera.hide, words))]
    if camera.always:
        rows.append((words("said.always"), str(len(camera.always))))
    if camera.never:
        rows.append((words("said.never"), str(len(camera.never))))
    if known:
        tally = camera.tally
        numbers = words(
            "page.use_numbers",
            viewed=words.times(tally.viewed),
            live=words.times(tally.live),
            exported=words.times(tally.exported),
        )
        rows.append((words("page.use_camera"), numbers))
    yield Facts(tuple(rows))


def _state(camera: CameraFacts, words: Words) -> Status | Paragraph:
    if camera.on:
        return Status(words("page.on_recording" if camera.recording else "page.on"), "good")
    state = words("page.unknown" if camera.on is None else "page.off")
    if camera.newest is not None:
        state += ". " + words("page.last", moment=words.moment(camera.newest))
    return Status(state, "weak")
