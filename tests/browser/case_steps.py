"""What tests of cases have in common: sizes of windows, what nobody can press, and the first steps."""

from pathlib import Path

from passerby.core.box import Box
from passerby.core.kinds import Kind
from tests.clips import constant, write_clip
from tests.plans import permanent_track, plan_for

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
NUMBER = "24-17"
#: From the start page to the packed release, eleven files; corrections come on top.
MAX_CLICKS = 25
#: Clicks of a pointer: a button that is pressed with Enter sends a click too, without one.
COUNT_CLICKS = """() => {
    window.clicks = 0;
    window.addEventListener('click', (event) => { if (event.isTrusted && event.detail > 0) window.clicks += 1; }, true);
}"""
#: Names of buttons that nobody can press: even when scrolled to, something lies above, or they are outside.
OUT_OF_REACH = """() => {
    const shown = (one) => one.checkVisibility() && !one.disabled && one.getBoundingClientRect().width > 0;
    const lost = [];
    const top = document.querySelector('dialog[open]') ?? document;
    for (const one of [...top.querySelectorAll('button, select, input, summary')].filter(shown)) {
        one.scrollIntoView({ block: 'nearest', inline: 'nearest' });
        const { left, top, width, height } = one.getBoundingClientRect();
        const above = document.elementFromPoint(left + width / 2, top + height / 2);
        if (!above || !(one.contains(above) || above.contains(one))) lost.push(one.outerHTML.slice(0, 90));
    }
    return lost;
}"""
#: Number and name of the file that is shown.
CURRENT_FILE = (
    "() => { const s = document.querySelector('header select'); return [s.value, s.selectedOptions[0].text]; }"
)
SIZES = {
    "1280x720": ({"width": 1280, "height": 720}, "light"),
    "853x480, a window at 150 %": ({"width": 853, "height": 480}, "light"),
    "a tablet": ({"width": 820, "height": 1180}, "light"),
    "dark": ({"width": 1280, "height": 720}, "dark"),
}


def film(path, number):
    """A film with a plan, so that it is not searched: what is tested here is the case."""
    write_clip(path, times=constant(12))
    tracks = (
        permanent_track(1, Box(4, 4, 28, 20)),
        permanent_track(2, Box(60 + number, 40, 80 + number, 60), Kind.FACE),
    )
    path.with_name(f"{path.stem}.plan.json").write_text(plan_for(path, *tracks).to_json())


def begin(page, server):
    page.context.add_cookies(server.cookies)
    page.goto(server.address)
    page.wait_for_selector("#case-number")
    server.cookies = page.context.cookies()


def shown(page, frame=0):
    page.wait_for_selector(f'.frame-canvas canvas[data-frame="{frame}"]')
