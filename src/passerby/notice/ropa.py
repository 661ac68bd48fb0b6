"""The record of processing activities (Article 30(1) GDPR), filled in from the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from passerby.core.kinds import ObjectClass
from passerby.notice.catalogue import Words
from passerby.notice.document import Block, Bullets, Document, Facts, Heading, Open, Paragraph
from passerby.notice.shared_texts import answers, every_kind, ground, hidden, kept, sent
from passerby.notice.site_facts import SiteFacts


def record(facts: SiteFacts) -> Document:
    words = facts.words()
    kicker = f"{words('pack.kicker', site=facts.site.name)}. {words('record.article')}"
    return Document(words.language, kicker, words("record.title"), tuple(_blocks(facts, words)))


def _blocks(facts: SiteFacts, words: Words) -> Iterator[Block]:
    site, notice = facts.site, facts.notice
    yield made(facts, words)
    yield Facts(((words("record.name"), words("record.name_value", site=site.name)),))
    yield Heading(words("record.controller"))
    yield Facts(tuple(answers(notice, words)))
    yield Heading(words("record.purposes"))
    yield Bullets(notice.purposes)
    yield Facts(((words("said.basis"), ground(notice, words)),))
    yield Heading(words("record.subjects"))
    kinds = hidden(every_kind(site), words)
    sorts = counted(facts, words)
    data = [words("record.data_pictures", kinds=kinds), words("record.data_log")]
    if sorts:
        data.insert(1, words("record.data_counts", sorts=sorts))
    yield Facts(
        (
            (words("record.people"), words("record.people_value")),
            (words("record.data"), "\n".join(data)),
            (words("record.special"), words("record.special_value")),
        )
    )
    yield Facts(tuple((f"{words('record.cameras')}: {one.title}", hidden(one.hide, words)) for one in facts.cameras))
    yield Heading(words("record.recipients"))
    yield Facts(
        (
            (words("said.recipients"), "\n".join(notice.recipients) or words("said.nobody")),
            (words("record.sent"), "\n".join(sent(site, words)) or words("record.sent_nothing")),
        )
    )
    yield Heading(words("record.transfers"))
    yield Paragraph(notice.transfers or words("said.nowhere"))
    yield Heading(words("record.limits"))
    yield Paragraph(words("record.limits_value", limit=kept(site, words)))
    yield Paragraph(words("record.log_kept"))
    yield Heading(words("record.measures"))
    yield Paragraph(words("record.measures_value"))
    yield Open(words("record.organisation"))


def made(facts: SiteFacts, words: Words) -> Paragraph:
    """When and from what a document of the pack was made."""
    return Paragraph(words("pack.made", moment=words.moment(facts.made), program=program()), soft=True)


def program() -> str:
    return f"passerby {version('passerby')}"


def counted(facts: SiteFacts, words: Words) -> str:
    """What is counted anywhere at the site."""
    countings = [camera.counting for camera in facts.site.cameras.values()]
    there = {sort for one in countings for zone in one.all_zones for sort in zone.count}
    there |= {sort for one in countings for line in one.lines for sort in line.count}
    return ", ".join(words(f"sort.{sort.value}") for sort in ObjectClass if sort in there)
