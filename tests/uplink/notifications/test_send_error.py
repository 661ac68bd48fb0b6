"""A problem is stored as one word that the pages have a text for, and what the other side said."""

import json
from pathlib import Path

from passerby.uplink.notifications.send_error import SendError, SendProblem

GERMAN = Path(__file__).parents[3] / "web" / "src" / "site" / "languages" / "de.json"


def test_one_line_that_begins_with_the_problem():
    assert "refused 550 no such user" == str(SendError(SendProblem.REFUSED, "550 no\r\nsuch  user"))
    assert "gone" == str(SendError(SendProblem.GONE))


def test_the_pages_have_a_text_for_each():
    texts = json.loads(GERMAN.read_text())
    assert {f"sendProblem_{problem.value}" for problem in SendProblem} <= set(texts)
