"""The record of processing activities: every point of Article 30(1) GDPR, and no secrets."""

from passerby.notice.document import Heading
from passerby.notice.ropa import counted_classes, ropa
from passerby.notice.site_facts import site_facts
from tests.notice.texts import texts


def test_it_has_every_point_of_the_article(facts):
    document = ropa(facts)
    headings = [block.text[:2] for block in document.blocks if isinstance(block, Heading)]
    assert ["a.", "b.", "c.", "d.", "e.", "f.", "g."] == headings
    text = texts(document)
    for expected in ("Bicycles are not stolen", "people", "14 days", "Property of pupils", "Nothing."):
        assert expected in text


def test_uplinks_are_listed_without_their_secrets(site, clock):
    uplink = {"webhooks": [{"name": "x", "url": "https://hook.example/k3y", "secret": "0123456789abcdef"}]}
    changed = site.model_copy(update={"uplink": type(site.uplink).model_validate(uplink)})
    text = texts(ropa(site_facts(changed, clock.now(), None, None)))
    assert "events, counts to hook.example (webhook)" in text
    assert "k3y" not in text
    assert "0123456789abcdef" not in text


def test_counted_classes_are_listed(facts):
    assert "people" in counted_classes(facts, facts.translator())
