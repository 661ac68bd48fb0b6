"""Each invariant of docs/design/README.md, broken on purpose: the test that holds it must fail.

Each edit is made in a copy of the project, and the test named beside it is run there. This takes minutes, so it is part
of `make soak`; that each edit fits the code, and that its test exists, is always tested. docs/design/broken.md is this
table, for reading.
"""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "design" / "broken.md"


class Break(NamedTuple):
    """In `file`, `old` becomes `new`, and `test` must fail."""

    invariant: int
    what: str
    file: str
    old: str
    new: str
    test: str


SRC = "src/passerby"
BREAKS = [
    Break(
        1,
        "a sink makes a SafeFrame of its own",
        f"{SRC}/sink/video/writer.py",
        "        writer = self._tracks[track]\n",
        "        writer = self._tracks[track]\n        frame = SafeFrame(frame.av_frame, frame.index, frame.time)\n",
        "tests/test_invariants.py::test_only_mask_makes_safe_frames",
    ),
    Break(
        1,
        "a sink imports raw frames",
        f"{SRC}/sink/video/writer.py",
        "from passerby.core.safe_frame import SafeFrame\n",
        "from passerby.core.raw_frame import RawFrame\nfrom passerby.core.safe_frame import SafeFrame\n",
        "tests/test_invariants.py::test_raw_frames_are_known_to_few",
    ),
    Break(
        2,
        "a frame that decodes differently is masked as if it were the same",
        f"{SRC}/engine/render.py",
        "            if same and not frame.damaged and plan",
        "            if plan",
        "tests/engine/test_video.py::test_a_frame_that_decodes_differently_the_second_time_is_covered_whole",
    ),
    Break(
        2,
        "a frame that was not analysed is masked by its tracks alone",
        f"{SRC}/documents/plan.py",
        "        return any(\n            r.first_frame",
        "        return True or any(\n            r.first_frame",
        "tests/documents/test_plan.py",
    ),
    Break(
        3,
        "memory may be dumped",
        f"{SRC}/cli/app.py",
        "    disable_core_dumps()\n    limit_memory()",
        "    limit_memory()",
        "tests/cli/test_app.py",
    ),
    Break(
        3,
        "the registry accepts a model that recognises people",
        f"{SRC}/detect/registry/weights_entry.py",
        "    match = _REFUSED.search(word)\n",
        "    match = None\n",
        "tests/detect/registry/test_weights_entry.py",
    ),
    Break(
        4,
        "a solid fill is the mean of what it hides",
        f"{SRC}/mask/painter.py",
        "max(0, x1 * sx) : max(0, x2 * sx)] = value",
        "max(0, x1 * sx) : max(0, x2 * sx)] = plane.mean()",
        "tests/mask/test_painter.py::test_solid_is_one_colour_over_the_whole_box_whatever_lies_there",
    ),
    Break(
        4,
        "mosaic and blur are not frozen",
        f"{SRC}/mask/painter.py",
        "if shape.track not in self._frozen_cells:",
        "if True:",
        "tests/mask/test_painter.py::test_a_weak_fill_is_frozen_when_it_is_first_drawn",
    ),
    Break(
        5,
        "weak fills are drawn over solid ones",
        f"{SRC}/mask/painter.py",
        "(shape.style is Style.SOLID, shape.track)",
        "(shape.style is not Style.SOLID, shape.track)",
        "tests/mask/test_painter.py::test_the_stronger_fill_is_what_is_seen",
    ),
    Break(
        6,
        "a mask begins with the first detection",
        f"{SRC}/track/tracker.py",
        "pre_roll = max(self._settings.pre_roll, unsearched)",
        "pre_roll = 0 * unsearched",
        "tests/track/test_tracker.py::test_a_mask_begins_before_the_first_detection_and_goes_on_after_the_last",
    ),
    Break(
        6,
        "what only one segment of a long video has detected at a boundary is dropped",
        f"{SRC}/track/stitching.py",
        "for part in done + open_ if part.is_confirmed",
        "for part in open_ if part.is_confirmed",
        "tests/track/test_stitching.py",
    ),
    Break(
        6,
        "boxes stay still between detector runs",
        f"{SRC}/track/flow_propagation.py",
        "(box.translate(dx, dy, 1 + growth), unsure)",
        "(box.translate(0 * dx, 0 * dy, 1 + 0 * growth), unsure)",
        "tests/track/test_tracker.py::test_a_gap_is_bridged_by_motion",
    ),
    Break(
        7,
        "captions are attached to the masked picture",
        f"{SRC}/mask/planes.py",
        "    copy = blank_frame(av_frame, av_frame.format.name)\n",
        "    copy = av_frame.reformat(width=av_frame.width, height=av_frame.height, interpolation='POINT')\n"
        "    copy.make_writable()\n",
        "tests/mask/test_painter.py",
    ),
    Break(
        7,
        "the time of the recording is written unasked",
        f"{SRC}/engine/render.py",
        "return info.created if settings.keep_times else None",
        "return info.created",
        "tests/integration/test_metadata_stripped.py::test_when_it_was_made_is_kept_only_on_request",
    ),
    Break(
        8,
        "every frame is one tick late",
        f"{SRC}/sink/video/encoded_track.py",
        "        return encoder_time + next(",
        "        return encoder_time + 1 + next(",
        "tests/integration/test_output_fidelity.py::test_every_frame_with_its_time",
    ),
    Break(
        8,
        "the picture loses its rotation",
        f"{SRC}/sink/video/encoded_track.py",
        "    if video.geometry.rotation or video.geometry.mirrored:",
        "    if False:",
        "tests/integration/test_output_fidelity.py::test_orientation_and_aspect_are_preserved",
    ),
    Break(
        9,
        "the output is written under its final name",
        f"{SRC}/sink/output_file.py",
        "self.temp_path = temp_path_for(path)",
        "self.temp_path = path",
        "tests/sink/test_output_file.py",
    ),
    Break(
        9,
        "the source may be overwritten",
        f"{SRC}/sink/output_file.py",
        "if name.exists() and name.samefile(self._source):",
        "if False:",
        "tests/sink/test_output_file.py",
    ),
    Break(
        10,
        "a page gives a figure without its source",
        "docs/guide/sound.md",
        "# Audio\n\n",
        "# Audio\n\nIn our tests 99.7 % of voices could not be recognised.\n\n## Values\n\n",
        "tests/test_figures.py::test_a_section_with_figures_names_their_source[docs/guide/sound.md]",
    ),
    Break(
        11,
        "a model that detects nothing passes the known-answer test",
        f"{SRC}/detect/known_answer_test.py",
        "if not any(detection.box.iou(expected) >= MIN_IOU for detection in found):",
        "if False:",
        "tests/detect/test_known_answer_test.py",
    ),
    Break(
        11,
        "outputs that are not numbers pass",
        f"{SRC}/detect/runtime.py",
        "if not np.isfinite(output.sum()):",
        "if False:",
        "tests/detect/test_runtime.py",
    ),
    Break(
        2,
        "a live frame that the gate does not allow is released with the masks that exist",
        f"{SRC}/watch/live_pipeline.py",
        "        if reason is None:\n            masks, unseen, reason",
        "        if True:\n            masks, unseen, reason",
        "tests/watch/test_live_pipeline.py::test_damaged_frames_are_covered",
    ),
    Break(
        12,
        "what changed in a live frame since the detector ran is shown",
        f"{SRC}/watch/live_pipeline.py",
        "boxes = [*masks, *unseen]",
        "boxes = masks",
        "tests/watch/test_live_pipeline.py::test_whoever_passes_between_two_detector_runs_is_covered_and_the_rest_is_shown",
    ),
    Break(
        12,
        "where somebody was detected counts as seen empty",
        f"{SRC}/watch/region_gate.py",
        "unseen &= ~(reference.same & ~reference.occupied & reference.confirmed)",
        "unseen &= ~(reference.same & reference.confirmed)",
        "tests/watch/test_region_gate.py::test_where_somebody_was_and_nothing_changed_he_still_is",
    ),
    Break(
        12,
        "one detector run that found nobody is enough",
        f"{SRC}/watch/region_gate.py",
        "unseen &= ~(reference.same & ~reference.occupied & reference.confirmed)",
        "unseen &= ~(reference.same & ~reference.occupied)",
        "tests/watch/test_region_monitor.py::test_whoever_one_detector_run_missed_is_covered_next_to_it",
    ),
    Break(
        13,
        "who is kept visible is listed as masked",
        f"{SRC}/redaction_log/masked.py",
        "    keys = [track.masked_at(tick) for tick",
        "    keys = [track.interpolate(tick) for tick",
        "tests/redaction_log/test_masked.py::test_where_somebody_is_kept_visible_nothing_is_masked",
    ),
    Break(
        13,
        "muted ranges are listed in times of the source",
        f"{SRC}/redaction_log/sound.py",
        "for moved in trims.to_output_audio([span]):",
        "for moved in [span]:",
        "tests/redaction_log/test_sound.py::test_times_are_those_of_the_release_and_what_is_cut_is_not_muted",
    ),
    Break(
        2,
        "two detections release the frames between them, however far apart they are",
        f"{SRC}/watch/release_gate.py",
        "if detected.at - self._last_detected.at > MAX_DETECTION_GAP_S:",
        "if False:",
        "tests/watch/test_release_gate.py",
    ),
    Break(
        3,
        "the password of a camera is printed with its address",
        f"{SRC}/config/address.py",
        "        return self.display\n",
        "        return self.url\n",
        "tests/config/test_address.py",
    ),
    Break(
        6,
        "a live mask does not reach back through the ring buffer",
        f"{SRC}/track/live_tracker.py",
        "pre_roll=max(4, round(delay * frame_rate))",
        "pre_roll=0",
        "tests/track/test_live_tracker.py",
    ),
    Break(
        11,
        "cameras continue with models that fail the known-answer test",
        f"{SRC}/watch/detector_thread.py",
        "self._detector.run_known_answer_test([next(self._test_order)])",
        "next(self._test_order)",
        "tests/watch/test_detector_thread.py",
    ),
]


def identity(edit):
    return f"{edit.invariant}-{edit.what}"


def edited(edit):
    return (ROOT / edit.file).read_text(encoding="utf-8").replace(edit.old, edit.new)


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("edit", BREAKS, ids=identity)
def test_the_edit_fits_the_code(edit):
    assert 1 == (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old)
    assert edit.old != edit.new


@pytest.mark.parametrize("edit", BREAKS, ids=identity)
def test_edited_code_is_still_python(edit):
    """What the named test must notice is the broken invariant, not a syntax error."""
    if edit.file.endswith(".py"):
        compile(edited(edit), edit.file, "exec")


@pytest.mark.parametrize("edit", BREAKS, ids=identity)
def test_the_named_test_exists(edit):
    path, _, name = edit.test.partition("::")
    function = name.partition("[")[0]
    assert (ROOT / path).exists()
    assert not function or function in functions(ROOT / path)


def test_every_invariant_is_broken_once():
    assert set(range(1, 14)) == {edit.invariant for edit in BREAKS}


def test_the_page_is_this_table():
    assert page() == PAGE.read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path):
    """A copy of the project, without what git ignores."""
    top = {".git", ".venv", ".uv", "build", "demo", "dist"}
    anywhere = shutil.ignore_patterns("node_modules", "__pycache__", ".hypothesis", ".*_cache")

    def skipped(folder, names):
        return anywhere(folder, names) | (top.intersection(names) if Path(folder) == ROOT else set())

    return Path(shutil.copytree(ROOT, tmp_path / "passerby", ignore=skipped))


def run_tests(copy, *tests):
    """pytest's exit code (0: all passed, 1: tests failed, more: they could not be run), and its output."""
    environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}"}
    run = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(run, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.soak
def test_without_an_edit_the_named_tests_pass(copy):
    code, output = run_tests(copy, *sorted({edit.test for edit in BREAKS}))
    assert 0 == code, output


@pytest.mark.soak
@pytest.mark.parametrize("edit", BREAKS, ids=identity)
def test_breaking_it_is_seen(edit, copy):
    (copy / edit.file).write_text(edited(edit), encoding="utf-8")
    code, output = run_tests(copy, edit.test)
    assert 1 == code, output


def page() -> str:
    rows = "".join(f"| {edit.invariant} | {edit.what} | `{edit.file}` | `{edit.test}` |\n" for edit in BREAKS)
    return (
        "<!-- Made by `python -m tests.test_broken_invariants`. Change the table there, not this page. -->\n\n"
        "# Invariants, broken on purpose\n\n"
        "`make soak` makes each of these edits in a copy of the project, and the test beside it must fail there.\n"
        "The invariants are those of the [design](README.md).\n\n"
        "| invariant | what is broken | where | which test fails |\n| --- | --- | --- | --- |\n" + rows
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
