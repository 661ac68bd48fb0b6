"""Each language has the same texts, with the same placeholders, and one for everything that can be told."""

import re
from string import Formatter

import pytest

from passerby.config.counting_config import EventKind
from passerby.config.notice import Language
from passerby.config.notifications.kinds import NotificationKind
from passerby.uplink.notifications.catalogue import text, texts


def placeholders(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("language", Language)
def test_the_languages_have_the_same_texts(language):
    english, other = texts(Language.EN), texts(language)
    assert {section: set(values) for section, values in english.items()} == {
        section: set(values) for section, values in other.items()
    }
    for section, values in english.items():
        for name, template in values.items():
            assert placeholders(template) == placeholders(other[section][name]), f"{section}.{name}"


def test_there_is_a_text_for_everything():
    events = {kind.value for kind in EventKind}
    others = {kind.value for kind in NotificationKind} - {"event", "tamper", "camera_lost"}
    needed = events | others | {"presence_picture", "crowd_picture", "test"}
    assert needed == set(texts(Language.EN)["title"]) - {"several"} == set(texts(Language.EN)["body"])


def test_german_is_german():
    assert "Kamera nicht erreichbar (Hof)" == text(Language.DE, "title", "lost", camera="Hof")
    german, english = texts(Language.DE), texts(Language.EN)
    same = [key for key, value in german["title"].items() if value == english["title"][key]]
    assert [] == same
    assert not re.search(r"\b(the|camera|of)\b", " ".join(german["body"].values()))
