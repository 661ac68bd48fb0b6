"""A whole case in the browser: a face whose mask was removed is found, hidden, explained, and exported."""

import re
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from passerby.cli.common.browser import redirect_file
from passerby.documents.verification_report import SignedVerificationReport
from tests import stills
from tests.browser.conftest import started
from tests.browser.footage import plan_times
from tests.browser.steps import NOTHING_SHOWN, draw, frame_of, go_to, opened, saved, settled, until
from tests.clips import constant, decoded, write_clip
from tests.plans import plan_for

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web" / "src"
#: Frames to propagate each way: 2 seconds at 25 a second, less the one that is drawn in.
EACH_WAY = 49


@pytest.fixture(scope="module")
def viewed(footage, tmp_path_factory):
    """One server for all tests that change nothing: a folder of three files, the first of them with a plan and open."""
    folder = tmp_path_factory.mktemp("looked_at")
    shutil.copy(footage.clip, folder / "a.mp4")
    (folder / "a.plan.json").write_text(footage.plan.to_json())
    for name in ("b.mp4", "c.mp4"):
        write_clip(folder / name, times=constant(12))
        (folder / name).with_suffix(".plan.json").write_text(plan_for(folder / name).to_json())
    with started() as servers:
        yield servers.start(folder)


def test_a_whole_case(page, servers, footage, case, models):
    clip, plan = case
    server = servers.start(clip)
    opened(page, server)
    before = len(saved(plan).tracks(0))

    # The face is found, drawn in one frame, and propagated both ways.
    go_to(page, footage.middle)
    face = footage.face[footage.middle]
    draw(page, footage, face)
    settled(page, server)
    drawn = saved(plan).tracks(0)[-1]
    times = plan_times(clip)
    near = [n for n in footage.face if abs(n - footage.middle) <= EACH_WAY]
    hidden = [(place := drawn.interpolate(times[n])) is not None and covers(place.box, footage.face[n]) for n in near]
    assert len(near) >= 2 * EACH_WAY
    assert sum(hidden) / len(hidden) >= 0.9

    # A reason is named, and everything is there after a reload: time, tab and choice too.
    page.keyboard.press("r")
    page.keyboard.type("b(6)")
    page.keyboard.press("Enter")
    until(page, lambda: saved(plan).tracks(0)[-1].reason == "b(6)")
    page.wait_for_url(re.compile(f"frame={footage.middle + 1}&item={drawn.number}&panel=track$"))
    page.reload()
    page.wait_for_selector(f'.frame-canvas canvas[data-frame="{footage.middle}"]')
    page.wait_for_selector("#tab-track[aria-selected=true]")
    page.wait_for_selector(f"section.selected h3:has-text('{drawn.number}')")
    assert before + 1 == len(saved(plan).tracks(0))

    # The server is killed, and started again: nothing is lost, not even what can be taken back.
    server.kill()
    opened(page, servers.start(clip))
    go_to(page, footage.middle)
    page.keyboard.press("t")
    while str(drawn.number) not in page.inner_text(".selected h3"):
        page.keyboard.press("t")
    assert "b(6)" == page.input_value("#reason")

    # Kept visible (confirmed, for others may cross here), taken back, done again, taken back.
    page.keyboard.press("Shift+K")
    page.wait_for_selector("text=kept visible here")
    until(page, lambda: saved(plan).tracks(0)[-1].visible)
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=kept visible here", state="detached")
    until(page, lambda: not saved(plan).tracks(0)[-1].visible)
    page.keyboard.press("Control+y")
    page.wait_for_selector("text=kept visible here")
    page.keyboard.press("Control+z")
    page.wait_for_selector("text=kept visible here", state="detached")

    # Exported, and the pixels looked at.
    page.keyboard.press("Shift+E")
    page.locator("#export-now").click()
    page.wait_for_selector(".verdict:has-text('check')", timeout=600_000)
    pictures = [picture for _, picture in decoded(clip.with_name(f"{clip.stem}.redacted.mp4"))]
    black = [is_black(pictures[n], footage.face[n]) for n in near]
    assert sum(black) / len(black) >= 0.9
    original = [picture for _, picture in decoded(clip)]
    assert not is_black(original[footage.middle], face)

    # Frames are drawn from what was exported, and judged with two keys.
    page.keyboard.press("5")
    page.click("button:has-text('Pick 60 random frames')")
    page.wait_for_selector("img.spot-check")
    assert "Is anything visible that should be hidden?" in page.inner_text("figure.spot-check figcaption")
    page.keyboard.press("a")  # at once: it was not looked at, and does not count
    assert "60 still to judge" in page.inner_text("#panel")
    for left in range(59, -1, -1):
        page.wait_for_selector("button:has-text('Nothing to hide is visible'):enabled")
        page.keyboard.press("a")
        page.wait_for_selector(f"text={left} still to judge" if left else "text=at most 4.9 % of all frames")
    page.wait_for_selector("button:has-text('Something should be hidden'):enabled")
    page.wait_for_timeout(1000)  # an answer counts a moment after the one before
    page.keyboard.press("l")  # the last one, thought over
    page.wait_for_selector("text=at most 7.7 % of all frames")
    signed = SignedVerificationReport.model_validate_json(
        (clip.parent / f"{clip.stem}.redacted.verification" / "report.json").read_bytes()
    )
    assert (60, 1) == (len(signed.report.bound.sample.frames), len(signed.report.bound.positives))
    page.keyboard.press("4")
    page.wait_for_selector(".verdict[data-clean=false]")


def covers(mask, face):
    return face.containment(mask) >= 0.8


def is_black(picture, face):
    """Is at least 80 % of the face's box black?"""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = (round(side) for side in face.clip(width, height))
    return (picture[y1:y2, x1:x2].max(axis=2) < 32).mean() >= 0.8


def test_a_still_is_opened_corrected_and_exported(page, servers, models, tmp_path):
    photo = tmp_path / "photo.jpg"
    stills.image().save(photo, quality=95)
    width, height = stills.image().size
    server = servers.start(photo)
    opened(page, server)
    # A photo is shown as one: no time, no timeline, no sound.
    assert (0, 0, 0) == tuple(page.locator(one).count() for one in ("#frame", ".timeline", "#tab-ranges"))
    page.keyboard.press("b")
    box = page.locator(".kind-draft > rect").first.bounding_box()
    page.keyboard.press("Enter")
    page.wait_for_selector("section.selected")
    settled(page, server)
    drawn = saved(tmp_path / "photo.plan.json").tracks(0)[-1].keyframes[0].box
    assert box["width"] > 10
    page.keyboard.press("Shift+E")
    page.locator("#export-now").click()
    page.wait_for_selector(".verdict:has-text('Independent check')", timeout=600_000)
    with Image.open(tmp_path / "photo.redacted.jpg") as out, Image.open(photo) as before:
        assert (width, height) == out.size == before.size
        inside = [round(side) for side in drawn.expand(-0.1).clip(width, height)]
        assert np.asarray(out.crop(inside)).max() < 32
        assert np.asarray(before.crop(inside)).max() > 100


def test_a_crash_during_propagation_loses_nothing_that_was_saved(page, servers, footage, case):
    clip, plan = case
    server = servers.start(clip)
    opened(page, server)
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    page.wait_for_selector("section.selected")
    server.kill()  # at once, while propagation runs
    tracks = saved(plan).tracks(0)
    assert len(footage.plan.tracks(0)) + 1 == len(tracks)
    again = servers.start(clip)
    opened(page, again)
    page.keyboard.press("Control+z")
    page.wait_for_selector("button:has-text('Undo')[disabled]")
    until(page, lambda: len(footage.plan.tracks(0)) == len(saved(plan).tracks(0)))


def test_two_pages_on_one_file_keep_each_others_cuts(page, servers, case):
    """The other page has the list of ranges that it got when it was opened."""
    server = servers.start(case[0])
    opened(page, server)
    other = page.context.new_page()
    opened(other, server)
    for number, one in enumerate((page, other)):
        go_to(one, 10 * number)
        one.keyboard.press("[")
        go_to(one, 10 * number + 4)
        one.keyboard.press("]")
        one.keyboard.press("Shift+X")
        until(page, lambda count=number + 1: len(saved(case[1]).trim) == count)
    other.wait_for_function("() => document.querySelectorAll('.ranges li').length === 2")
    other.locator(".ranges li").first.get_by_role("button", name="Remove").click()
    other.wait_for_function("() => document.querySelectorAll('.ranges li').length === 1")
    # What is gone cannot be removed once more: the page says so, and shows what there is.
    page.locator(".ranges li").first.get_by_role("button", name="Remove").click()
    page.wait_for_selector("text=Another page has changed or removed this range")
    assert 1 == len(saved(case[1]).trim) == page.locator(".ranges li").count()


def test_the_state_of_the_view_is_announced(page, viewed):
    opened(page, viewed)
    assert "Masked, as in the release copy" == page.inner_text(".banner")
    page.route("**/original/**", lambda route: None)  # it never comes
    page.keyboard.press("v")
    page.wait_for_selector(".banner.original")
    assert "Original" in page.inner_text(".banner")
    assert page.evaluate(NOTHING_SHOWN)  # least of all the released picture, as if it were the original


def test_playback_continues(page, viewed):
    opened(page, viewed)
    page.keyboard.press("Space")
    until(page, lambda: frame_of(page) > 5)


def test_without_the_token_nothing_is_shown(page, viewed):
    page.goto(viewed.address.partition("?")[0])
    page.wait_for_selector("text=You are not logged in")


def test_a_file_leads_the_browser_to_the_page_and_a_second_browser_to_nothing(browser, servers, case):
    """The command line of a browser, which all users of the machine can read, names the file and not the token."""
    server = servers.start(case[0])
    with redirect_file(server.address) as path:
        for wanted in (".frame-canvas canvas", "text=You are not logged in"):
            context = browser.new_context()
            page = context.new_page()
            page.goto(path.as_uri())
            page.wait_for_selector(wanted, timeout=180_000)
            context.close()
    assert not path.exists()


def test_progress_over_a_folder(page, viewed):
    opened(page, viewed)
    page.wait_for_selector("text=0 of 3 files reviewed")
    page.select_option("header select", "1")
    page.wait_for_url(re.compile("#case=0&file=1&"))
    page.keyboard.press("1")
    page.click("text=I have reviewed this file")
    page.wait_for_selector("text=1 of 3 files reviewed")
    page.reload()
    page.wait_for_selector("text=1 of 3 files reviewed")
    assert page.locator("header option").all_inner_texts()[1].startswith("✓ b.mp4")
    page.click("text=I have reviewed this file")
    page.wait_for_selector("text=0 of 3 files reviewed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_that_axe_finds_serious(page, viewed, theme):
    axe = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("axe-core is not there: scripts/build-web brings it")
    page.emulate_media(color_scheme=theme)
    opened(page, viewed)
    only = {"runOnly": ["color-contrast"]} if theme == "dark" else {}  # the rest is the same in both
    page.evaluate(axe.read_text())  # by the debugger, so the content security policy need not allow it
    seen = []
    for keys in (("1",), ("2", "t"), ("3", "["), ("4",), ("5",), ("?",)):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_timeout(100)
        found = page.evaluate("async (only) => (await axe.run(only)).violations", only)
        seen += [
            (keys, one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")
        ]
    assert [] == seen


def test_every_action_has_a_key_on_the_help_page(page, viewed):
    opened(page, viewed)
    page.keyboard.press("?")
    source = (WEB / "review" / "shortcuts.ts").read_text()
    texts = re.findall(r"\{ keys: \[.*?\], text: '(\w+)'", source)
    catalogue = "".join((WEB / "review" / name).read_text() for name in ("messages.ts", "messages_cases.ts"))
    messages = dict(re.findall(r"^  (\w+):\s+'(.*)',$", catalogue, re.MULTILINE))
    listed = page.locator("dialog dd").all_inner_texts()
    assert len(texts) > 40
    assert set() == {messages[text] for text in texts} - set(listed)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")


def test_every_text_is_in_the_catalogue():
    """Words between tags would be words that cannot be translated."""
    for path in (WEB / "review").rglob("*.tsx"):
        loose = re.findall(r">\s*([A-Z][a-z]+(?: [a-z]+)+)\s*<", path.read_text())
        assert [] == loose, path.name


def test_it_fits_a_tablet(page, viewed):
    page.set_viewport_size({"width": 820, "height": 1180})
    opened(page, viewed)
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    assert page.locator(".frame-canvas").bounding_box()["height"] > 250
    assert page.locator(".timeline").is_visible()


def test_from_elsewhere_there_is_a_password_tls_and_no_original(browser, servers, case, tmp_path):
    host = socket.gethostname()
    if not socket.gethostbyname(host).startswith("127."):
        pytest.skip("the name of this machine does not lead to itself alone, and tests listen nowhere else")
    word = tmp_path / "word.txt"
    word.write_text("a long enough word\n")
    server = servers.start(case[0], "--host", host, "--password-file", str(word))
    assert server.address.startswith("https://")
    assert "token" not in server.address
    context = browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.goto(server.address)
    page.fill("input[type=password]", "a wrong word")
    page.keyboard.press("Enter")
    page.wait_for_selector(".message.bad")
    page.fill("input[type=password]", "a long enough word")
    page.keyboard.press("Enter")
    page.wait_for_selector('.frame-canvas canvas[data-frame="0"]')
    assert 0 == page.locator("button:has-text('Original')").count()
    page.keyboard.press("v")
    assert "Masked, as in the release copy" == page.inner_text(".banner")
    assert 403 == page.request.get(f"{server.address}api/files/0/original/0/0").status
    assert 200 == page.request.get(f"{server.address}api/files/0/masked/0/0").status
    context.close()
