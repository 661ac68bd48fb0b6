"""What the report says, in words."""

import pytest

from passerby.documents.verification_report import CheckOutcome, Verdict
from passerby.verify.report import content
from tests.verify.factories import example_report


@pytest.mark.parametrize("verdict", list(Verdict))
def test_each_verdict_has_its_words(verdict):
    title, meaning = content.headline(example_report(verdict=verdict))
    assert title
    assert meaning


def test_nothing_found_says_what_was_not_run():
    title, meaning = content.headline(example_report(verdict=Verdict.INCOMPLETE, findings=()))
    assert ("No problems found", "2 checks were not run, or only in part: Masks; Sample.") == (title, meaning)
    passed = [check.model_copy(update={"outcome": CheckOutcome.PASSED}) for check in example_report().checks]
    assert "" == content.not_run(example_report(checks=tuple(passed)))


def test_what_is_listed_is_said_before_the_list():
    assert "(3 lines)" in content.log_intro(example_report())
    assert "though it was detected (1)" in content.log_intro(example_report())
    release = example_report().release.model_copy(update={"redaction_log": ()})
    assert "Nothing was withheld" in content.log_intro(example_report(release=release))
    assert "cannot be listed" in content.log_intro(example_report(release=None))


def test_a_plan_edited_by_hand_is_told():
    release = example_report().release.model_copy(update={"edited_by_hand": True})
    assert ("The plan", (content.EDITED_BY_HAND,)) in content.removed_lines(example_report(release=release))
    assert "The plan" not in [title for title, _ in content.removed_lines(example_report())]
