"""Messages about what was done or went wrong cover nothing that a person may want to press or read."""

import json

import pytest

from tests.browser.case_steps import NUMBER, SIZES, begin, shown
from tests.browser.steps import until

#: Names of what a message lies on, or takes the place of. Its rectangle counts: it may let clicks through.
COVERED = """() => {
    const box = (one) => one.getBoundingClientRect();
    const open = document.querySelector('dialog[open]') ?? document;
    const said = [...open.querySelectorAll('.message')].filter((one) => one.checkVisibility() && box(one).width > 0);
    if (said.length !== 1) return [`${said.length} messages`];
    const { left, top, right, bottom } = box(said[0]);
    const controls = open.querySelectorAll("button, select, input, summary, a, th, h2, h3, label, .banner, .cards li");
    const wrong = [];
    for (const one of controls) {
        if (!one.checkVisibility({ visibilityProperty: true })) continue;
        const at = box(one);
        // Only what is seen of it: the rest is scrolled away.
        const clip = one.closest('.panel, .case, .start, .gallery, .timeline, dialog');
        const by = clip ? box(clip) : { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
        const width = Math.min(at.right, by.right, right) - Math.max(at.left, by.left, left);
        const height = Math.min(at.bottom, by.bottom, bottom) - Math.max(at.top, by.top, top);
        if (width > 1 && height > 1) wrong.push(one.outerHTML.slice(0, 90));
        const x = (at.left + at.right) / 2, y = (at.top + at.bottom) / 2;
        if (x < by.left || x > by.right || y < by.top || y > by.bottom) continue;
        if (document.elementFromPoint(x, y)?.closest('.message')) wrong.push('above ' + one.outerHTML.slice(0, 90));
    }
    if (bottom > innerHeight + 1 || right > innerWidth + 1) wrong.push('the message leaves the window');
    return wrong;
}"""
#: Several lines on every screen.
LONG = "The folder of the case cannot be written, since its disk has no room left for anything at all. " * 3


def refuse(page, url):
    """Every change is refused, with many words."""
    answer = json.dumps({"error": {"code": "OutputError", "message": LONG, "params": {}}})
    page.route(url, lambda route: route.fulfill(status=409, content_type="application/json", body=answer))


@pytest.mark.parametrize(("size", "theme"), list(SIZES.values())[:3], ids=list(SIZES)[:3])
def test_a_message_covers_nothing(page, office, size, theme):
    page.set_viewport_size(size)
    page.set_default_timeout(20_000)
    begin(page, office)
    wrong = []

    def check(what):
        page.wait_for_selector(f"{'dialog[open] ' if 'dialog' in what else ''}.message:not(:empty)")
        wrong.extend((what, one) for one in page.evaluate(COVERED))

    page.fill("#case-number", " ")
    page.click("text=Create case")
    check("start page, no number")
    page.click(f"td >> text={NUMBER}")
    until(page, lambda: 2 == page.locator("td button.plain").count())
    refuse(page, "**/details")
    refuse(page, "**/api/reasons")
    refuse(page, "**/undo")
    refuse(page, "**/edit")
    page.fill("#case-officer", "B. Poe")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"text={LONG.strip()[:60]}")
    check("case")
    page.evaluate("document.querySelector('main.case').scrollTo(0, 1e6)")
    check("case, scrolled to its end")
    page.click("text=Reasons…")
    page.fill(".reason-rows input >> nth=0", "b(6)")
    page.click("dialog[open] button:has-text('Save')")
    check("dialog of reasons")
    page.keyboard.press("Escape")
    page.click("button:has-text('film-0.mp4')")
    shown(page)
    page.keyboard.press("Control+z")
    check("file, refused")
    for panel in "12345":
        page.keyboard.press(panel)
        check(f"file, panel {panel}")
    page.unroute("**/undo")
    page.keyboard.press("Control+z")
    page.wait_for_selector(".message.on-picture:not(:empty)")
    check("file, nothing to undo")
    page.keyboard.press("Shift+B")
    page.wait_for_selector("text=Arrow keys move the box")
    check("file, an area")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+z")
    page.keyboard.press("b")
    page.wait_for_selector(".kind-choice")
    check("file, a box")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+G")
    page.wait_for_selector("canvas[data-drawn]")
    page.keyboard.press("Control+z")
    check("gallery")
    assert [] == wrong, wrong
