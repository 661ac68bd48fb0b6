"""The rate of a stream without times is given on the page, and the file searched anew."""

from fractions import Fraction

from passerby.documents.plan import Plan
from tests import recorder_files
from tests.browser.case_steps import shown
from tests.browser.steps import until


def test_a_stream_without_times_is_searched_again_at_another_rate(page, servers, tmp_path, models):
    (tmp_path / "case").mkdir()
    recorder_files.stream(tmp_path / "case" / "gate.264", "h264", 12)
    plan = tmp_path / "case" / "gate.plan.json"
    page.goto(servers.start(tmp_path / "case", "--cases", tmp_path / "cases").address)
    page.wait_for_selector("tr.state-to_check")
    assert Plan.load(plan).settings.frame_rate is None
    page.click("button:has-text('gate.264')")
    shown(page)
    assert "25 frames a second" in page.inner_text(".stream-rate")
    page.fill("#stream-rate", "30000/1001")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Files of the case")
    until(page, lambda: plan.exists() and page.locator("tr.state-to_check").count())
    until(page, lambda: Plan.load(plan).settings.frame_rate == Fraction(30000, 1001))
    page.click("button:has-text('gate.264')")
    shown(page)
    page.wait_for_selector("text=29.97 frames a second")
    # What was corrected has times of this rate.
    page.keyboard.press("b")
    page.keyboard.press("1")
    page.wait_for_selector("section.selected")
    page.keyboard.press("1")
    page.fill("#stream-rate", "12")
    page.keyboard.press("Enter")
    page.wait_for_selector(".message.bad:has-text('has corrections')")
    assert Plan.load(plan).settings.frame_rate == Fraction(30000, 1001)
