"""How many frames of a film `passerby review` shows while it plays: `python benchmarks/playback.py [--before-others]`.

A film of 608x1080 at 30 frames a second and 6 Mbit/s, as phones record upright, is made with ffmpeg and played for
three seconds in Chromium, three times: of the first 90 frames those are counted that were on the canvas at a refresh of
the screen. The first time none of them is in the page's cache. `--before-others` as of case.py.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

from case import ARGUMENTS, before_others, processor_s
from playwright.sync_api import sync_playwright

from passerby.engine.api import analyse

FRAMES, SECONDS = 90, 3.3
FILM = "testsrc2=s=608x1080:r=30:d=8,noise=alls=4:allf=t"
#: Notes at each refresh which frame is on the canvas.
WATCH = """() => {
    window.seen = [];
    const look = (now) => {
        const frame = document.querySelector('.frame-canvas canvas')?.dataset.frame;
        if (frame && window.seen.at(-1)?.[0] !== Number(frame)) window.seen.push([Number(frame), now]);
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before-others", action="store_true", help="at a higher priority than all other programs")
    measured = before_others if parser.parse_args().before_others else nullcontext
    with tempfile.TemporaryDirectory() as name:
        film = Path(name) / "upright.mp4"
        coding = ["-c:v", "libx264", "-preset", "veryfast", "-b:v", "6M", "-g", "60", "-pix_fmt", "yuv420p"]
        subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", FILM, *coding, str(film)], check=True)
        film.with_name("upright.plan.json").write_text(analyse(film).to_json())
        program = [sys.executable, "-m", "passerby", "review", str(film), "--port", "0", "--no-browser"]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found is not None
            chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            try:
                page = chromium.new_page(viewport={"width": 1280, "height": 720})
                page.goto(found.group(0))
                page.wait_for_selector(".frame-canvas canvas[data-frame='0']", timeout=120_000)
                page.evaluate(WATCH)
                for _ in range(3):
                    page.keyboard.press("Home")
                    page.wait_for_selector(".frame-canvas canvas[data-frame='0']")
                    used = processor_s(server.pid)
                    with measured():
                        page.evaluate("window.seen = []")
                        page.keyboard.press("Space")
                        page.wait_for_timeout(SECONDS * 1000)
                        page.keyboard.press("Space")
                    seen: list[tuple[int, float]] = page.evaluate("window.seen")
                    shown = {frame for frame, _ in seen if frame < FRAMES}
                    gap = max((after - before for (_, before), (_, after) in pairwise(seen)), default=0)
                    used = processor_s(server.pid) - used
                    print(f"{len(shown)} of {FRAMES} frames; {gap:.0f} ms at most on one; server {used:.2f} s")
            finally:
                chromium.close()
                server.terminate()


if __name__ == "__main__":
    main()
