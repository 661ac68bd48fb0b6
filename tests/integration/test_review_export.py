"""What the corrected plan says is what is exported, video and audio, and the verdict on it is kept."""

import itertools
import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from passerby.cli.app import app
from passerby.config.settings import Audio
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Plan
from passerby.documents.redaction_log import LogAction
from passerby.documents.report import Report
from passerby.documents.verification_report import Check, CheckOutcome, SignedVerificationReport, Verdict
from passerby.review.release import export_job
from passerby.review.release.judgements import ShownFrames
from passerby.verify.checks.audio import _samples
from passerby.verify.released_file import ReleasedFile
from tests import clips, stills
from tests.clips import decoded
from tests.fake_detector import use_fake_detectors, use_fixed_face_in_stills
from tests.plans import plan_for
from tests.server.fixtures import HEADERS, PATCH, opened, review_paths
from tests.verify.fake_ensemble import bright, face, use_ensemble


@pytest.fixture(autouse=True)
def models(monkeypatch):
    """Nothing is looked at by real models, neither by the engine nor by the check."""
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch)


def exported(review, **wish):
    assert 200 == review.post("/export", wish).status_code
    return done(review)


def done(review):
    review.library.items[0].export.job._thread.join(60)
    release = review.get("/export").json()
    assert "done" == release["progress"]["state"], release
    return release


def proved(review):
    folder = review.paths.output.with_name(f"{review.paths.output.stem}.verification")
    return SignedVerificationReport.model_validate_json((folder / "report.json").read_bytes()).report


def test_an_export_masks_what_the_corrected_plan_says(review):
    review.edit("delete", track=1)
    review.edit("draw", frame=0, box=[40, 40, 100, 90], propagate=False, kind="text")
    release = exported(review)
    assert release["verdict"]["clean"]
    assert release["verdict"]["independent"]
    first = decoded(review.paths.output)[0][1]
    assert first[45:85, 45:95].max() < 25
    assert first[8:16, 8:24].min() > 200
    report = Report.model_validate_json(review.paths.report.read_bytes())
    assert report.plan_edited
    assert "sandbox" in review.get("/export/report").headers["content-security-policy"]
    review.edit("delete", track=2)
    assert review.get("/export").json()["stale"]


def test_an_export_that_is_stopped_leaves_nothing(review, monkeypatch):
    job = review.library.items[0].export.job
    monkeypatch.setattr("passerby.review.background_job.JobProgress.advance", stop_at_once)
    review.post("/export", {})
    job._thread.join(60)
    assert "stopped" == review.get("/export").json()["progress"]["state"]
    assert not review.paths.output.exists()


def stop_at_once(progress, frames):
    from passerby.review.background_job import JobCancelled

    raise JobCancelled("Stopped.")


def test_cut_ranges_are_not_in_the_release(review):
    kept = [moment for moment, _ in decoded(review.paths.source) if not 0.2 <= moment < 0.4]
    review.edit("trim", spans=[{"start": 0.2, "end": 0.4}])
    release = exported(review, audio=Audio.REMOVE)
    assert len(kept) == len(decoded(review.paths.output))
    assert [] == release["verdict"]["findings"]


def test_findings_have_the_time_of_the_source(review, monkeypatch):
    """Half of the film is left out before it."""
    use_ensemble(monkeypatch, bright(PATCH))
    review.edit("delete", track=1)
    review.edit("trim", spans=[{"start": 0, "end": 0.48}])
    release = exported(review)
    assert not release["verdict"]["clean"]
    assert 0.48 <= min(one["time"] for one in release["verdict"]["findings"])
    suspects = [entry for entry in review.get("/queue").json() if entry["reasons"] == ["finding"]]
    assert suspects
    assert all(entry["frame"] >= 12 for entry in suspects)


@pytest.fixture
def with_sound(tmp_path):
    """Two seconds of film with noise, and a plan in which nothing is hidden."""
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * 48000)
    source = clips.write_clip(
        tmp_path / "yard.mp4",
        times=clips.constant(50),
        prepare=lambda output, _: output.add_stream("aac", rate=48000, bit_rate=128_000),
        finish=lambda output: clips.sound(output, output.streams.audio[0], noise),
    )
    review_paths(source).plan.write_text(plan_for(source).to_json())
    return opened(source)


def test_muted_audio_cannot_be_heard(with_sound):
    spans = [{"start": 0.3, "end": 0.7, "action": "mute"}, {"start": 1.2, "end": 1.6, "action": "bleep"}]
    with_sound.edit("audio", spans=spans)
    exported(with_sound, audio=Audio.KEEP)
    log = [(entry.action, entry.start, entry.end, entry.by) for entry in proved(with_sound).release.redaction_log]
    assert [(LogAction.MUTED, 0.3, 0.7, "J. Doe"), (LogAction.BLEEPED, 1.2, 1.6, "J. Doe")] == log
    method = next(check.method for check in proved(with_sound).checks if check.check is Check.AUDIO)
    assert "Listened to 2 ranges" in method
    assert loudness(with_sound.paths.output, 0.4, 0.6) < 0.003
    assert loudness(with_sound.paths.output, 0.85, 1.1) > 0.03
    assert tone(with_sound.paths.output, 1.3, 1.5) > 0.9
    assert CheckOutcome.PASSED is next(
        check.outcome for check in proved(with_sound).checks if check.check is Check.AUDIO
    )
    with_sound.post("/undo")
    exported(with_sound, audio=Audio.KEEP)
    assert loudness(with_sound.paths.output, 0.4, 0.6) > 0.03


def test_audio_is_cut_with_the_video(with_sound):
    with_sound.edit("audio", spans=[{"start": 1.0, "end": 1.4, "action": "mute"}])
    with_sound.edit("trim", spans=[{"start": 0.2, "end": 0.8}])
    exported(with_sound, audio=Audio.KEEP)
    assert loudness(with_sound.paths.output, 0.5, 0.7) < 0.003
    assert loudness(with_sound.paths.output, 0.95, 1.2) > 0.03


def level_of(path, start, end):
    with ReleasedFile.open(path) as file:
        sound = file.info.audio_tracks[0]
        from passerby.source.video.audio import AudioReader

        with AudioReader(path, file.info, sound) as track:
            pieces = [(at, samples) for at, samples in _samples(track, sound)]
    moments = np.concatenate([at + np.arange(len(samples)) / 16000 for at, samples in pieces])
    everything = np.concatenate([samples for _, samples in pieces])
    return everything[(moments >= start) & (moments < end)]


def loudness(path, start, end):
    return float((level_of(path, start, end) ** 2).mean() ** 0.5)


def tone(path, start, end):
    """Share of the power that lies within 30 Hz of 1 kHz."""
    part = level_of(path, start, end)
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    hertz = np.fft.rfftfreq(len(part), 1 / 16000)
    return float(power[abs(hertz - 1000) < 30].sum() / power.sum())


def test_a_judged_sample_adds_a_bound_to_the_report(review):
    exported(review)
    assert 200 == review.post("/sample").status_code
    done(review)
    frames = review.get("/sample").json()["frames"]
    assert 24 == len(frames)
    assert b"\x89PNG" == review.get(f"/sample/{frames[0]['number']}").content[:4]
    assert "frame_not_seen" == review.post(f"/sample/{frames[0]['number']}", {"leak": False}).json()["error"]["code"]
    a_second_each(review)
    for frame in frames:
        assert review.get("/sample").json()["max_leak_percent"] is None
        judged(review, frame, False)
    percent = review.get("/sample").json()["max_leak_percent"]
    assert 11.74 == percent  # 1 - 0.05 ** (1 / 24), rounded up
    bound = proved(review).bound
    assert ("J. Doe", percent, ()) == (bound.reviewer, bound.percent, bound.positives)
    assert f"{percent:g} %" in review.get("/export/report").text
    again = opened(review.paths.source)
    assert again.get("/export").json()["verdict"]["independent"]
    again.post("/sample")
    done(again)
    a_second_each(again)
    judged(again, frames[3], True)
    assert not again.get("/export").json()["verdict"]["clean"]
    assert (frames[3]["number"],) == proved(review).bound.positives


def a_second_each(review):
    """From here on a second passes between what is shown and what is answered."""
    review.library.items[0].export.shown_frames = ShownFrames(itertools.count(1.0).__next__)


def judged(review, frame, leak):
    review.get(f"/sample/{frame['number']}")
    assert 200 == review.post(f"/sample/{frame['number']}", {"leak": leak}).status_code


def test_one_proof_holds_everything(review):
    """The page's compares with the original and holds the spot check; the one of the command line holds it too."""
    exported(review)
    skipped = [check.check for check in proved(review).checks if check.outcome is CheckOutcome.SKIPPED]
    assert [Check.RANDOM_SAMPLE] == skipped
    review.post("/sample")
    done(review)
    a_second_each(review)
    for frame in review.get("/sample").json()["frames"]:
        judged(review, frame, False)
    assert (Verdict.PASSED, "passed") == (proved(review).verdict, review.get("/export").json()["verdict"]["verdict"])
    paths = review.paths
    options = ["--plan", paths.plan, "--original", paths.source, "--report", paths.source.parent / "proof"]
    ran = CliRunner().invoke(app, ["verify", str(paths.output), *map(str, options)])
    assert 0 == ran.exit_code, ran.output
    other = SignedVerificationReport.model_validate_json((paths.source.parent / "proof" / "report.json").read_bytes())
    assert (Verdict.PASSED, proved(review).bound) == (other.report.verdict, other.report.bound)
    # Notes from which frames were taken out are refused.
    notes = json.loads(paths.notes.read_text())
    drawn = json.loads(notes["sample"]["verify_sample"])
    drawn["frames"] = drawn["frames"][1:]
    notes["sample"] |= {"verify_sample": json.dumps(drawn), "frames": notes["sample"]["frames"][1:]}
    paths.notes.write_text(json.dumps(notes))
    ran = CliRunner().invoke(app, ["verify", str(paths.output), "--plan", str(paths.plan), "--json"])
    assert 0 != ran.exit_code
    assert "not those that are drawn" in str(ran.exception)


def test_what_was_judged_about_an_earlier_export_is_void(review):
    exported(review)
    review.post("/sample")
    done(review)
    a_second_each(review)
    for frame in review.get("/sample").json()["frames"]:
        judged(review, frame, False)
    review.edit("draw", frame=0, box=[40, 40, 100, 90], propagate=False, kind="text")
    exported(review)
    assert proved(review).bound is None
    sample = review.get("/sample").json()
    assert ([], None) == (sample["frames"], sample["max_leak_percent"])
    assert 409 == review.post(f"/sample/{frame['number']}", {"leak": False}).status_code


def test_an_outdated_verdict_is_told_after_a_restart_too(review):
    assert not exported(review)["stale"]
    assert not opened(review.paths.source).get("/export").json()["stale"]
    review.edit("set_reason", track=1, reason="b(6)")
    assert review.get("/export").json()["stale"]
    again = opened(review.paths.source)
    assert again.get("/export").json()["stale"]
    assert not exported(again)["stale"]


def test_what_is_changed_during_an_export_is_not_verified_with_it(review):
    """The verification knows the plan as it was rendered, not as it is by then."""
    job = review.library.items[0].export.job
    original = export_job.render_export

    def rendered(*given):
        report = original(*given)
        review.edit("draw", frame=0, box=[40, 40, 100, 90], propagate=False, kind="text")
        return report

    export_job.render_export = rendered
    try:
        release = exported(review)
    finally:
        export_job.render_export = original
    assert ([], True) == (release["verdict"]["findings"], release["stale"])
    assert job.status.state == "done"


def test_a_finding_is_answered_with_a_reason_which_is_signed(review, monkeypatch):
    use_ensemble(monkeypatch, lambda picture: [face(Box(60, 40, 90, 80))])
    release = exported(review)
    (finding,) = release["verdict"]["findings"]
    assert (False, True, None) == (release["verdict"]["clean"], finding["answerable"], finding["reason"])
    assert 1 == len([entry for entry in review.get("/queue").json() if entry["reasons"] == ["finding"]])
    answered = review.post(f"/findings/{finding['number']}", {"reason": " a poster "}).json()["verdict"]
    assert ("reviewed", True) == (answered["verdict"], answered["clean"])
    assert ("a poster", "J. Doe") == (answered["findings"][0]["reason"], answered["findings"][0]["by"])
    assert [] == [entry for entry in review.get("/queue").json() if entry["reasons"] == ["finding"]]
    report = proved(review)
    assert (Verdict.REVIEWED, "a poster") == (report.verdict, report.findings[0].answer.reason)
    assert "No problem: a poster" in review.get("/export/report").text
    # It is known again when the same file is verified again, and can be taken back.
    assert "reviewed" == exported(review)["verdict"]["verdict"]
    taken_back = review.post(f"/findings/{finding['number']}", {"reason": ""}).json()["verdict"]
    assert ("findings", False) == (taken_back["verdict"], taken_back["clean"])
    assert 404 == review.post("/findings/99", {"reason": "x"}).status_code


def test_who_is_kept_visible_is_listed_as_shown_and_is_no_finding(review, monkeypatch):
    use_ensemble(monkeypatch, bright(PATCH))
    review.edit("set_kind", track=1, kind="face")
    review.edit("keep_visible", track=1, frame=0, reason="she agreed")
    release = exported(review)
    assert ([], True) == (release["verdict"]["findings"], release["verdict"]["clean"])
    (entry,) = proved(review).release.redaction_log
    assert (LogAction.SHOWN, "she agreed", "J. Doe", 0.0) == (entry.action, entry.reason, entry.by, entry.start)
    assert [0] * len(proved(review).release.hidden) == [kind.tracks for kind in proved(review).release.hidden]


def test_a_sample_needs_an_export(review):
    assert "export_first" == review.post("/sample").json()["error"]["code"]
    assert 409 == review.get("/sample/1").status_code
    assert 409 == review.post("/sample/1", {"leak": False}).status_code


def test_the_verdict_survives_a_restart(review):
    verdict = exported(review)["verdict"]
    assert verdict == opened(review.paths.source).get("/export").json()["verdict"]
    shutil.rmtree(review.paths.output.with_name(f"{review.paths.output.stem}.verification"))
    assert not opened(review.paths.source).get("/export").json()["verdict"]["independent"]


def test_a_saved_case_is_scored(review, tmp_path):
    """By `passerby bench accuracy`: the place leaks while nothing hides it, and no more when it is hidden."""
    drawn = review.edit("draw", frame=5, box=[15, 40, 60, 90], propagate=False, kind="face").json()["selected"]
    assert 200 == review.post("/regression-case", {"track": drawn, "note": "behind the fence"}).status_code
    review.edit("delete", track=drawn)
    assert 1.0 == leaks(review, tmp_path / "shown")
    review.post("/undo")
    assert 0.0 == leaks(review, tmp_path / "hidden")


def leaks(review, folder):
    """Share of the places of the kept cases that the export shows, as the command tells it."""
    exported(review)
    folder.mkdir()
    name = f"{review.paths.source.stem}.track2{review.paths.source.suffix}"
    shutil.copy(review.paths.output, folder / name)
    arguments = ["bench", "accuracy", str(review.paths.source.parent), "--redacted", str(folder), "--json"]
    ran = CliRunner().invoke(app, arguments)
    assert 0 == ran.exit_code, ran.output
    face = json.loads(ran.stdout)["kinds"]["face"]
    assert 1 == face["boxes"]
    return face["leaks"]


def test_a_still_is_reviewed_and_exported(tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    source = tmp_path / "photo.png"
    stills.image().save(source)
    review = opened(source)
    rows, columns = stills.hidden_part(stills.WIDTH, stills.HEIGHT)
    assert 1 == len(review.tracks())
    review.edit("draw", frame=0, box=[120, 80, 150, 100], propagate=False, kind="plate")
    exported(review)
    picture = np.asarray(stills.opened(review.paths.output).convert("L"))
    assert picture[rows, columns].max() < 10
    assert picture[85:95, 125:145].max() < 10
    assert 2 == len(Plan.load(review.paths.plan).tracks(0))
    assert Kind.PLATE in {track.kind for track in Plan.load(review.paths.plan).tracks(0)}
    assert Box(120, 80, 150, 100) == Plan.load(review.paths.plan).tracks(0)[-1].keyframes[0].box


def test_progress_over_a_folder(clip, tmp_path):
    from starlette.testclient import TestClient

    from passerby.review.library import ReviewLibrary
    from passerby.server.auth import SessionAuth
    from passerby.server.review.app import review_app
    from tests.server.fixtures import HOST, PORT, TOKEN

    listed = []
    for name in ("a.mp4", "b.mp4"):
        source = tmp_path / name
        shutil.copy(clip, source)
        shutil.copy(review_paths(clip).plan, review_paths(source).plan)
        listed.append(review_paths(source))
    library = ReviewLibrary(listed, "J. Doe")
    for item in library.items:
        item.file.prepare()
    client = TestClient(review_app(library, SessionAuth(token=TOKEN), HOST, PORT), base_url=f"http://{HOST}:{PORT}")
    client.get(f"/?token={TOKEN}", headers=HEADERS)
    client.post("/api/files/1/finished", json={"finished": True}, headers=HEADERS)
    told_of = client.get("/api/files", headers=HEADERS).json()
    assert [("a.mp4", False), ("b.mp4", True)] == [(one["name"], one["finished"]) for one in told_of]
    assert 1 == len(client.get("/api/files/1", headers=HEADERS).json()["tracks"][0])
