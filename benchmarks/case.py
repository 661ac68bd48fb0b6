"""How fast the page of a case is with 200 files, one of them a film of an hour: `python benchmarks/case.py CLIP`.

CLIP and its plan (analysed, or NAME.plan.json beside it) are copied 199 times, and looped to an hour once (needs
ffmpeg). Then `passerby review` is started, and Chromium measures, as a person sees it: from the request until the
start page lists the case, from the click until the table has all rows, and an edit with its answer, in the film of an
hour and in a short one; of the edits also what they cost the server's processor. With `--before-others` what is
measured runs before everything else on the machine (Linux's SCHED_FIFO, needs root), for a machine that has other
things to do: the server, the browser and this program, for the seconds of each measurement alone.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from review import HOUR, looped

from passerby.documents.case_file import CaseDetails
from passerby.documents.plan import Plan
from passerby.engine.api import analyse

FILES = 200
EDITS = 30
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
#: Sends an edit as the page does; milliseconds until the answer was there.
EDIT = """async ([file, body]) => {
    const begun = performance.now();
    const answer = await fetch(`/api/files/${file}/${body ? 'edit' : 'undo'}`, {
        method: 'POST', headers: { 'content-type': 'application/json', 'x-passerby': 'bench' },
        body: body ? JSON.stringify(body) : null,
    });
    if (!answer.ok) throw new Error(await answer.text());
    await answer.json();
    return performance.now() - begun;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--before-others", action="store_true", help="at a higher priority than all other programs")
    options = parser.parse_args()
    if options.before_others:
        with before_others():
            pass  # it ends here where it may not
    with tempfile.TemporaryDirectory() as name:
        cases = Path(name) / "cases"
        make_case(options.clip, cases / "200")
        measure(cases, before_others if options.before_others else nullcontext)


def make_case(clip: Path, folder: Path) -> None:
    """A folder of 200 files with their plans."""
    folder.mkdir(parents=True)
    saved = clip.with_name(f"{clip.stem}.plan.json")
    plan = Plan.load(saved) if saved.exists() else analyse(clip)
    text = plan.to_json()
    for number in range(1, FILES):
        shutil.copy(clip, folder / f"film-{number:03}{clip.suffix}")
        (folder / f"film-{number:03}.plan.json").write_text(text)
    film = folder / "hour.mp4"
    loop = ["ffmpeg", "-v", "error", "-stream_loop", "-1", "-i", str(clip), "-map", "0:v:0", "-c", "copy"]
    subprocess.run([*loop, "-t", str(HOUR), str(film)], check=True)
    hour = looped(plan, film)
    (folder / "hour.plan.json").write_text(hour.to_json())
    details = CaseDetails(number="200").model_dump_json()
    (folder / "passerby-case.json").write_text(f'{{"details": {details}, "created": "2026-03-01T10:30:00+00:00"}}')
    print(f"{FILES} files; the film of an hour has {len(hour.tracks(0))} tracks")


@contextmanager
def before_others() -> Iterator[None]:
    """Runs all threads of this process and of those that it started before everything else on the machine."""
    schedule(os.SCHED_FIFO, 5)
    try:
        yield
    finally:
        schedule(os.SCHED_OTHER, 0)


def schedule(policy: int, priority: int) -> None:
    """Raises SystemExit where this user may not."""
    parents = {int(path.name): parent(path) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    ours = {os.getpid()}
    while more := {pid for pid, of in parents.items() if of in ours} - ours:
        ours |= more
    for pid in ours:
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setscheduler(int(task.name), policy, os.sched_param(priority))
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            continue
        except PermissionError:
            sys.exit("--before-others needs root: run this as root, or without it.")


def parent(process: Path) -> int:
    with suppress(OSError):
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    return 0


def measure(cases: Path, measured: Callable[[], AbstractContextManager[None]]) -> None:
    program = [sys.executable, "-m", "passerby", "review", "--cases", str(cases), "--port", "0", "--no-browser"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found is not None
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        try:
            page = chromium.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(600_000)
            with measured():
                begun = time.perf_counter()
                page.goto(found.group(0))
                page.wait_for_selector("td:has-text('200')")
                print(f"start page: {time.perf_counter() - begun:.2f} s")
                begun = time.perf_counter()
                page.click("td button")
                page.wait_for_function(f"() => document.querySelectorAll('.case tbody tr').length === {FILES}")
                print(f"table, files not open yet: {time.perf_counter() - begun:.2f} s")
            page.wait_for_function(f"() => document.querySelectorAll('.state-to_check').length === {FILES}")
            print(f"all files open: {time.perf_counter() - begun:.2f} s")
            page.click("text=All cases")
            page.wait_for_selector("td:has-text('200')")
            with measured():
                begun = time.perf_counter()
                page.click("td button")
                page.wait_for_function(f"() => document.querySelectorAll('.case tbody tr').length === {FILES}")
                print(f"table, files open: {time.perf_counter() - begun:.2f} s")
            for film in ("film-001", "hour"):
                with measured():
                    measure_edits(page, film, server.pid)
        finally:
            chromium.close()
            server.terminate()


#: Asks for something that needs neither disk nor work: what is left is the browser and whatever else runs here.
NOTHING = """async () => {
    const begun = performance.now();
    await (await fetch('/api/start')).json();
    return performance.now() - begun;
}"""


def measure_edits(page: Page, name: str, pid: int) -> None:
    files: list[dict[str, Any]] = page.evaluate("async () => (await fetch('/api/files')).json()")
    file = next(one["id"] for one in files if one["name"].startswith(name))
    detail = page.evaluate("async (file) => (await fetch(`/api/files/${file}`)).json()", file)
    numbers = [track["number"] for track in detail["tracks"][0]]
    durations = []
    idle = [page.evaluate(NOTHING) for _ in range(2 * EDITS)]
    print(f"a request without work: median {statistics.median(idle):.0f} ms, worst {max(idle):.0f} ms of {len(idle)}")
    used = processor_s(pid)
    for n in range(EDITS):
        track = numbers[n % len(numbers)]
        durations.append(page.evaluate(EDIT, [file, {"op": "set_reason", "track": track, "reason": f"b({n})"}]))
        durations.append(page.evaluate(EDIT, [file, None]))
    median, worst = statistics.median(durations), max(durations)
    each = (processor_s(pid) - used) / len(durations) * 1000
    print(f"edit, {name}: median {median:.0f} ms, worst {worst:.0f} ms of {len(durations)}")
    print(f"edit, {name}: {each:.0f} ms of the processor each")


def processor_s(pid: int) -> float:
    """Seconds that a process has computed, with all its threads, whatever else runs on the machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
