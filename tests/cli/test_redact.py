"""`passerby redact` as it is typed: what it leaves, what it says, and how it ends."""

import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from passerby import Plan, Report, Settings
from passerby.cli.app import main
from passerby.config.settings import Style
from passerby.core.kinds import Kind
from tests import clips
from tests.plans import permanent_track, plan_for
from tests.white_patch import PATCH, hidden

PROGRAM = [sys.executable, "-m", "passerby"]


def run(*arguments):
    """Exit code of `passerby redact` with these arguments."""
    with pytest.raises(SystemExit) as end:
        main(["redact", *map(str, arguments)])
    return end.value.code or 0


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "yard.mp4")


def planned(clip, *tracks, **kept):
    """The path of a plan for `clip`: with one, no model need be loaded."""
    path = clip.with_name("by-hand.json")
    path.write_text(plan_for(clip, *tracks, **kept).to_json())
    return path


def left(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# How it ends


def test_a_file_of_its_own_beside_the_input_and_0(clip, tmp_path, models, capsys):
    assert 0 == run(clip)
    assert ["yard.mp4", "yard.redacted.mp4", "yard.redacted.report.json"] == left(tmp_path)
    report = Report.model_validate_json((tmp_path / "yard.redacted.report.json").read_bytes())
    assert (clips.FRAMES, True) == (report.output.frames, report.check.ran)
    assert "yard.redacted.report.json" in capsys.readouterr().out


def test_a_plan_edited_by_hand_is_rendered(clip, tmp_path):
    out = tmp_path / "out.mp4"
    assert 0 == run(clip, "-o", out, "--plan", planned(clip, permanent_track(1, PATCH)), "--no-verify")
    assert [*range(clips.FRAMES)] == hidden(clips.decoded(out))
    report = Report.model_validate_json(out.with_name("out.report.json").read_bytes())
    assert report.plan_edited
    assert any("--no-verify" in warning for warning in report.warnings)


def test_the_plan_is_saved_and_can_be_rendered(clip, tmp_path, models):
    assert 0 == run(clip, "--save-plan", "--no-verify")
    plan = Plan.load(tmp_path / "yard.plan.json")
    assert (clips.FRAMES, ()) == (plan.videos[0].frames, plan.tracks(0))
    assert 0 == run(clip, "-o", tmp_path / "again.mp4", "--plan", tmp_path / "yard.plan.json", "--no-verify")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_bytes(b"not a video"), "yard.mp4"),
        (lambda path: path.unlink(), "There is no file"),
        (lambda path: path.write_bytes(path.read_bytes()[:-2000]), "truncated"),
        (lambda path: path.with_name("yard.redacted.mp4").touch(), "--force"),
        (lambda path: path.with_name("yard.redacted.report.json").touch(), "--force"),
    ],
    ids=["no video", "not there", "cut off", "output exists", "report exists"],
)
def test_an_error_is_one_message_and_1(make, says, clip, tmp_path, capsys):
    plan = planned(clip)
    make(clip)
    before = left(tmp_path)
    assert 1 == run(clip, "--plan", plan)
    text = capsys.readouterr().err
    assert says in text
    assert "passerby: " in text
    assert "Traceback" not in text
    assert before == left(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--hide", "noses"],
        ["--hide", ""],
        ["--style", "invisible"],
        ["--quality", "99"],
        ["--plan", "a", "b.mp4"],
        ["--no-such"],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_ends_with_2(arguments, clip, tmp_path, capsys):
    (tmp_path / "b.mp4").touch()
    given = [str(tmp_path / word) if word == "b.mp4" else word for word in arguments]
    assert 2 == run(clip, *given)
    assert "Traceback" not in capsys.readouterr().err
    assert ["b.mp4", "yard.mp4"] == left(tmp_path)


def test_no_input_ends_with_2():
    assert 2 == run()


def test_an_output_that_needs_review_exists_and_ends_with_3(clip, tmp_path, capsys):
    """Frames that were not analysed were covered whole: done, but somebody should look."""
    assert 3 == run(clip, "--plan", planned(clip, analysed_frames=20), "--no-verify")
    assert (tmp_path / "yard.redacted.mp4").exists()
    assert f"{clips.FRAMES - 20} frames were covered whole" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "the file"), ('{"schema_version": 2}', "schema_version"), ("[]", "the file")],
)
def test_an_invalid_plan_is_an_error_with_the_location(text, says, clip, tmp_path, capsys):
    (tmp_path / "broken.json").write_text(text)
    assert 1 == run(clip, "--plan", tmp_path / "broken.json")
    assert says in capsys.readouterr().err
    assert ["broken.json", "yard.mp4"] == left(tmp_path)


def test_a_plan_for_another_file_is_an_error(clip, tmp_path, capsys):
    (tmp_path / "o").mkdir()
    other = clips.vfr(tmp_path / "o" / "other.mp4")
    assert 1 == run(clip, "--plan", planned(other))
    assert "another file" in capsys.readouterr().err


def test_force_replaces(clip, tmp_path):
    (tmp_path / "yard.redacted.mp4").write_text("old")
    assert 0 == run(clip, "--plan", planned(clip), "--no-verify", "--force")
    assert clips.FRAMES == len(clips.decoded(tmp_path / "yard.redacted.mp4"))


def test_the_input_is_never_the_output(clip, capsys):
    before = clip.read_bytes()
    assert 1 == run(clip, "-o", clip, "--plan", planned(clip), "--force")
    assert "source itself" in capsys.readouterr().err
    assert before == clip.read_bytes()


def test_options_reach_the_result(clip, tmp_path):
    options = [
        "--hide",
        "person,text",
        "--style",
        "mosaic",
        "--quality",
        "40",
        "--codec",
        "hevc",
        "-o",
        tmp_path / "o.mkv",
    ]
    assert 0 == run(clip, *options, "--plan", planned(clip), "--no-verify")
    report = Report.model_validate_json((tmp_path / "o.report.json").read_bytes())
    settings = report.settings
    assert ((Kind.PERSON, Kind.TEXT), "mosaic", 40) == (settings.hide, settings.style, settings.quality)
    assert "libx265" == report.output.codec


def test_an_option_given_twice_hides_both(clip, tmp_path):
    """The second must not show what the first one hides."""
    plan = planned(clip)
    hide = ("--hide", "face", "--hide", "plate,text")
    regions = ("--hide-regions", "0,0,10,10", "--hide-regions", "20,20,30,30;40,40,50,50", "--keep-regions", "0,0,5,5")
    assert 0 == run(clip, "--plan", plan, *hide, *regions, "--no-verify")
    report = Report.model_validate_json((tmp_path / "yard.redacted.report.json").read_bytes())
    assert {Kind.FACE, Kind.PLATE, Kind.TEXT} == set(report.settings.hide)
    assert (3, 1) == (len(report.settings.hide_regions), len(report.settings.keep_regions))


def test_a_plan_is_rendered_with_its_own_settings_but_for_those_that_are_typed(clip, tmp_path):
    plan = planned(clip, settings=Settings(hide=(Kind.SCREEN,), style=Style.BLUR, quality=33))
    assert 0 == run(clip, "-o", tmp_path / "o.mp4", "--plan", plan, "--no-verify", "--style", "mosaic")
    settings = Report.model_validate_json((tmp_path / "o.report.json").read_bytes()).settings
    assert Settings(hide=(Kind.SCREEN,), style=Style.MOSAIC, quality=33) == settings


# Folders


def test_a_folder_keeps_its_structure_and_one_bad_file_does_not_stop_the_rest(tmp_path, models, capsys):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    clips.cfr(tmp_path / "in" / "a.mp4")
    (tmp_path / "in" / "b.mp4").write_bytes(b"not a video")
    clips.write_clip(tmp_path / "in" / "sub" / "c.mkv", container="matroska", times=clips.constant(4))
    (tmp_path / "in" / "notes.txt").touch()
    assert 1 == run(tmp_path / "in", "--out-dir", tmp_path / "out", "--no-verify")
    expected = {"a.mp4", "a.report.json", "sub/c.mkv", "sub/c.report.json"}
    assert expected == {*left(tmp_path / "out")} - {"summary.json"}
    assert "b.mp4" in capsys.readouterr().err


# For programs


def test_every_line_is_json(clip, tmp_path, capfd):
    assert 0 == run(clip, "--json", "--plan", planned(clip, permanent_track(1, PATCH)), "--no-verify")
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    progress = [line for line in lines if line["event"] == "progress"]
    assert {"render"} == {line["stage"] for line in progress}
    assert (clips.FRAMES, clips.FRAMES) == (progress[-1]["done"], progress[-1]["total"])
    assert ("started", "finished") == (lines[0]["event"], lines[-1]["event"])
    assert ("done", False) == (lines[-2]["event"], lines[-2]["needs_review"])
    assert str(tmp_path / "yard.redacted.mp4") == lines[-2]["output"]


# 9: whatever happens, the input is as it was and nothing is half there


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def descendants(pid):
    """Process ids of everything that a process has started."""
    children = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")).split()
    return [one for child in children for one in (int(child), *descendants(child))]


def is_alive(pid):
    try:
        return "Z" != Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def wait_until_gone(pids):
    end = time.monotonic() + 60
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < end, "a worker outlives its program"
        time.sleep(0.01)


@pytest.mark.parametrize("stage", ["analyse", "render", "check"])
def test_a_run_that_is_killed_leaves_the_input_and_no_output(stage, sample, released, tmp_path):
    before, out = digest(sample), tmp_path / "out.mp4"
    plan = [] if stage == "analyse" else ["--plan", released.plan_file]
    command = [*PROGRAM, "redact", sample, "-o", out, "--json", *plan]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        for line in process.stdout:
            if json.loads(line).get("stage") == stage:
                break
        while stage == "render" and not (tmp_path / "out.mp4.part").stat().st_size:
            assert process.poll() is None, "it was over before it could be killed"
        workers = descendants(process.pid)
        process.send_signal(signal.SIGKILL)
        process.wait()
    part = tmp_path / "out.mp4.part"
    assert part.exists()  # otherwise it had not begun
    wait_until_gone(workers)
    assert {"out.mp4.part"} == {*left(tmp_path)}
    assert before == digest(sample)
    if stage == "render":  # the next run is not held up by what is left of this one
        assert 0 == run(sample, "-o", out, "--plan", released.plan_file, "--no-verify")
        assert not part.exists()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 100 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk, and not everywhere")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_reported_and_leaves_nothing(small_disk, sample, released, capsys):
    before = digest(sample)
    assert 1 == run(sample, "-o", small_disk / "out.mp4", "--plan", released.plan_file, "--no-verify")
    text = capsys.readouterr().err
    assert "No room left" in text
    assert "Traceback" not in text
    assert [] == left(small_disk)
    assert before == digest(sample)


def test_a_file_size_limit_is_reported_and_leaves_nothing(sample, released, tmp_path):
    """The limit of file size, which needs no rights to set."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    command = [*PROGRAM, "redact", sample, "-o", tmp_path / "out.mp4", "--plan", released.plan_file, "--no-verify"]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit, check=False)
    assert 1 == done.returncode
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert [] == left(tmp_path)


def test_the_program_dumps_no_core():
    """Invariant 3: a dump of memory would hold the very pixels that are to be hidden."""
    command = "import resource, sys; from passerby.cli.app import main\ntry: main(['--version'])\nexcept SystemExit: "
    command += "print(resource.getrlimit(resource.RLIMIT_CORE))"
    limit = lambda: resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))  # noqa: E731
    start = limit if resource.getrlimit(resource.RLIMIT_CORE)[1] == resource.RLIM_INFINITY else None
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, preexec_fn=start, check=True)
    assert "(0, 0)" == done.stdout.splitlines()[-1]


# A dry run


def test_a_dry_run_writes_pictures_and_nothing_else(clip, tmp_path, capsys):
    plan = planned(clip, permanent_track(1, PATCH))
    before = left(tmp_path)
    assert 0 == run(clip, "--dry-run", "--plan", plan)
    pictures = [f"yard.redacted.preview-{number}.jpg" for number in (1, 2, 3)]
    assert sorted([*before, *pictures]) == left(tmp_path)
    said = capsys.readouterr().out
    assert re.search(r"^  (face|plate|region): 1, 0\.0 to 0\.\d s$", said, re.M), said
    assert "It would take about" in said
    assert all(picture in said for picture in pictures)
    assert 1 == run(clip, "--dry-run", "--plan", plan)
    assert "--force" in capsys.readouterr().err
    assert 0 == run(clip, "--dry-run", "--plan", plan, "--force")


def test_a_dry_run_of_a_folder_for_programs(tmp_path, models, capfd):
    (tmp_path / "in" / "sub").mkdir(parents=True)
    clips.cfr(tmp_path / "in" / "sub" / "a.mp4")
    (tmp_path / "in" / "b.mp4").write_bytes(b"not a video")
    assert 1 == run(tmp_path / "in", "--out-dir", tmp_path / "out", "--dry-run", "--json")
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    [told] = [line for line in lines if line["event"] == "dry_run"]
    assert clips.FRAMES == told["result"]["frames"]
    assert [str(tmp_path / "out" / path) for path in left(tmp_path / "out")] == told["pictures"]
    assert [f"sub/a.redacted.preview-{number}.jpg" for number in (1, 2, 3)] == left(tmp_path / "out")
    assert 1 == sum(line["event"] == "error" for line in lines)
    assert lines[-1]["summary"] is None


@pytest.mark.parametrize("option", ["--plans", "--follow", "--save-plan", "--resume", "--on=ray"])
def test_a_dry_run_goes_with_nothing_that_writes(option, clip, capsys):
    assert 2 == run(clip, "--dry-run", option)
    assert "pictures only" in capsys.readouterr().err


def test_pictures_of_a_dry_run_are_no_input_of_the_next_run(tmp_path, capsys):
    (tmp_path / "a.redacted.preview-1.jpg").write_bytes(b"x")
    assert 1 == run(tmp_path)
    assert "no video or still" in capsys.readouterr().err
    (tmp_path / "party.preview-1.jpg").write_bytes(b"x")  # somebody's photo, and a broken one
    assert 1 == run(tmp_path)
    assert "party.preview-1.jpg" in capsys.readouterr().err
