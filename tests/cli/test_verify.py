"""`passerby verify` on the command line: files, output and exit codes."""

import json
import shutil

import pytest

from passerby import redact
from passerby.cli.app import main
from passerby.core.kinds import Kind
from passerby.documents.verification_report import SignedVerificationReport, Verdict
from passerby.verify.report.files import NAMES
from tests import certificates, clips
from tests.fake_detector import use_fake_detectors
from tests.plans import permanent_track, plan_for
from tests.verify.fake_ensemble import bright, use_ensemble
from tests.verify.shown_release import shown_on_purpose
from tests.white_patch import PATCH


def run(*arguments):
    """Exit code of `passerby verify` with these arguments."""
    with pytest.raises(SystemExit) as end:
        main(["verify", *map(str, arguments)])
    return end.value.code or 0


@pytest.fixture(autouse=True)
def keys(tmp_path, monkeypatch):
    """Never the keys of whoever runs the tests."""
    monkeypatch.setenv("PASSERBY_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def released(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch)
    source, out = clips.cfr(tmp_path / "yard.mp4"), tmp_path / "yard.redacted.mp4"
    plan = plan_for(source, permanent_track(1, PATCH, Kind.FACE))
    report = redact(source, out, plan=plan, verify=False)
    (tmp_path / "yard.redacted.report.json").write_text(report.to_json())
    (tmp_path / "yard.plan.json").write_text(plan.to_json())
    return out


def signed(folder):
    return SignedVerificationReport.model_validate_json((folder / "report.json").read_bytes())


def test_the_output_lists_what_was_checked_and_what_was_not(released, capsys):
    assert 0 == run(released)
    output = capsys.readouterr().out
    assert "no findings, but not everything was checked" in output
    assert "skipped  Every planned mask is present in every frame: no plan was given (--plan)" in output
    assert "no upper bound" in output


def test_findings_end_with_exit_code_3_and_their_times(released, monkeypatch, capsys):
    use_ensemble(monkeypatch, bright(PATCH))
    assert 3 == run(released.with_name("yard.mp4"))
    output = capsys.readouterr().out
    assert "finding at 0.00 s: a face is visible (at 0, 0 to 32, 24)" in output


def test_a_signed_report_and_a_page(released, tmp_path, keys, capsys):
    folder = tmp_path / "verification"
    plan, original = tmp_path / "yard.plan.json", tmp_path / "yard.mp4"
    assert 0 == run(released, "--plan", plan, "--original", original, "--report", folder)
    assert sorted(NAMES) == sorted(path.name for path in folder.iterdir())
    report = signed(folder).report
    assert (Verdict.INCOMPLETE, ()) == (report.verdict, report.findings)
    assert signed(folder).signature.fingerprint in capsys.readouterr().out
    assert 1 == run(released, "--report", folder)
    assert "--force" in capsys.readouterr().err
    assert 0 == run(released, "--report", folder, "--force")


def test_check_confirms_and_refuses(released, tmp_path, keys, capsys):
    folder = tmp_path / "verification"
    run(released, "--report", folder)
    report, public = folder / "report.json", keys / "signing-key.pub"
    assert 0 == run("--check", report, released, "--key", public)
    told = capsys.readouterr().out
    assert "has not been changed since it was signed" in told
    assert all(name in told for name in NAMES if name not in ("report.json", "check.html"))
    (folder / "report.csv").write_text("file,sha256\n")
    assert 1 == run("--check", report, released, "--key", public)
    assert "report.csv was changed" in capsys.readouterr().err
    (folder / "report.csv").unlink()
    assert 0 == run("--check", report, released, "--key", signed(folder).signature.fingerprint)
    assert 1 == run("--check", report, released, "--key", "0" * 64)
    assert "another key" in capsys.readouterr().err
    assert 1 == run("--check", report, tmp_path / "yard.mp4", "--key", public)
    assert "about another file" in capsys.readouterr().err
    report.write_bytes(report.read_bytes().replace(b'"verdict": "incomplete"', b'"verdict": "passed"'))
    assert 1 == run("--check", report, released, "--key", public)
    assert "changed after it was signed" in capsys.readouterr().err


def test_check_without_the_original_and_without_models(released, tmp_path, keys, monkeypatch, capsys):
    run(released, "--report", tmp_path / "verification")
    (tmp_path / "yard.mp4").unlink()
    monkeypatch.setenv("PASSERBY_CACHE", str(tmp_path / "nothing"))
    capsys.readouterr()
    assert 0 == run(
        "--check", tmp_path / "verification" / "report.json", released, "--key", keys / "signing-key.pub", "--json"
    )
    assert "confirmed" == json.loads(capsys.readouterr().out)["event"]


def test_a_sample_is_drawn_reviewed_and_bounded(released, tmp_path, capsys):
    assert 0 == run(released, "--sample", 5)
    folder = tmp_path / "yard.redacted.sample"
    assert ["0001.png", "0002.png", "0003.png", "0004.png", "0005.png", "answers.txt", "frames.json"] == sorted(
        path.name for path in folder.iterdir()
    )
    form = folder / "answers.txt"
    assert f"--answers {form}" in capsys.readouterr().out
    assert 1 == run(released, "--answers", form)
    assert "Write ok or shows" in capsys.readouterr().err
    text = form.read_text().replace("by: ", "by: B. Reader").replace("on: ", "on: 2026-03-04").replace(" s: ", " s: ok")
    form.write_text(text)
    assert 0 == run(released, "--answers", form, "--report", tmp_path / "verification")
    bound = signed(tmp_path / "verification").report.bound
    # 1 - 0.05^(1/5) is 45.07 %, rounded up
    assert ("B. Reader", 45.08, ()) == (bound.reviewer, bound.percent, bound.positives)
    assert "At most" in (tmp_path / "verification" / "report.html").read_text()


def test_a_copy_with_content_credentials(released, tmp_path, keys):
    from tests.credentials import read_credentials

    before = released.read_bytes()
    certificate, key = certificates.make(tmp_path)
    folder = tmp_path / "verification"
    assert 0 == run(released, "--report", folder, "--c2pa", certificate, key)
    assert before == released.read_bytes()
    assert read_credentials(folder / released.name)["active_manifest"]
    for file in (released, folder / released.name):
        assert 0 == run("--check", folder / "report.json", file, "--key", keys / "signing-key.pub")


def test_json(released, tmp_path, capsys):
    assert 0 == run(released, "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"progress", "verified"} == {line["event"] for line in lines}
    assert "incomplete" == lines[-1]["report"]["verdict"]
    assert lines[-1]["report_path"] is None
    assert 0 == run(released, "--report", tmp_path / "verification", "--json")
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert ("incomplete", str(tmp_path / "verification" / "report.json")) == (
        last["report"]["verdict"],
        last["report_path"],
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--check", "report.json"], "--key"),
        (["--check", "r.json", "--key", "x", "--plan", "p"], "Remove the other options"),
        (["--c2pa", "a", "b"], "--report"),
        (["--sample", "0"], "1 or more"),
    ],
)
def test_usage(options, message, released, capsys):
    assert 2 == run(released, *options)
    assert message in capsys.readouterr().err


def test_a_key_that_is_none_is_told_before_the_work(released, capsys):
    assert 1 == run(released, "--key", "x")
    assert "There is no key x" in capsys.readouterr().err


def test_who_is_kept_visible_is_no_finding_without_the_plan_where_the_signed_report_says_so(
    tmp_path, monkeypatch, keys, capsys
):
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch, bright(PATCH))
    out, plan = shown_on_purpose(clips.cfr(tmp_path / "yard.mp4"))
    assert 3 == run(out)  # nobody has signed it yet
    run(out, "--plan", plan, "--report", tmp_path / "out.verification")
    plan.unlink()
    capsys.readouterr()
    assert 0 == run(out)
    # The recipient, who has another key, believes it when told to.
    key = (keys / "signing-key.pub").rename(tmp_path / "sender.pub")
    (keys / "signing-key.pem").unlink()
    assert 3 == run(out)
    assert 0 == run(out, "--key", key)


def test_no_such_file(tmp_path, capsys):
    assert 1 == run(tmp_path / "gone.mp4")
    assert "gone.mp4" in capsys.readouterr().err


def test_a_report_that_is_not_there(released, capsys):
    assert 1 == run("--check", "gone.json", released, "--key", "0" * 64)
    assert "gone.json" in capsys.readouterr().err


def test_a_page_that_was_copied_is_no_report(released, tmp_path, keys, capsys):
    folder = tmp_path / "verification"
    run(released, "--report", folder)
    shutil.copy(folder / "report.html", tmp_path / "report.json")
    assert 1 == run("--check", tmp_path / "report.json", released, "--key", keys / "signing-key.pub")
    assert "Refused" in capsys.readouterr().err
