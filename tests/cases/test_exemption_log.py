import csv
import io

import pytest

from passerby.cases.exemption_log import as_csv, shown_items, withheld_items
from passerby.config.settings import Audio, Settings
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.kept import KeptSpan
from passerby.documents.plan import Correction
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan, VisibleSpan
from passerby.documents.reason_list import ReasonList, ReleaseReason
from passerby.documents.redaction_log import DecidedBy, LogAction, LogEntry
from passerby.documents.report import OutputSummary, QuickCheck, Report
from passerby.redaction_log.log import redaction_log
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.sound import SoundFacts
from tests import clips
from tests.plans import permanent_track, plan_for

REASONS = ReasonList(
    reasons=(
        ReleaseReason(code="b(6)", statute="552(b)(6)", text="Privacy", default_for=(Kind.FACE,)),
        ReleaseReason(code="b(7)(C)", statute="552(b)(7)(C)", text="Law enforcement"),
    )
)
#: Until when the clip shows its last frame, in seconds.
END = float(clips.FRAMES * clips.STEP * clips.TIME_BASE)
CREATED = "2026-03-01T10:30:00+00:00"


def correction(track, author="A. Lee"):
    return Correction(author=author, created=CREATED, video=0, action="replace", number=track.number, track=track)


def report_of(plan, audio=Audio.REMOVE, source_tracks=0, covered=()):
    """As a release is reported, with the log that it has."""
    times = ReleaseTimes.of(plan, 0, clips.constant(), covered)
    written = 0 if audio is Audio.REMOVE else source_tracks
    facts = SoundFacts(Settings(audio=audio), source_tracks, written, times.end, times.end)
    return Report(
        program="passerby",
        created=CREATED,
        source=plan.source,
        output=OutputSummary(name="yard.redacted.mp4", sha256="0" * 64, size=1, codec="h264", frames=24),
        settings=Settings(audio=audio),
        weights=(),
        plan_edited=True,
        hidden=(),
        redaction_log=redaction_log(plan, [times], facts, END, REASONS.defaults),
        default_reasons=REASONS.defaults,
        dropped=(),
        warnings=(),
        check=QuickCheck(ran=True),
    )


def withheld(plan, still=False, **report):
    sizes = [(video.width, video.height) for video in plan.videos]
    return withheld_items(report_of(plan, **report), "north/yard.redacted.mp4", REASONS, sizes, still=still)


@pytest.fixture
def plan(clip):
    return plan_for(clip, permanent_track(1, Box(4, 4, 28, 20), Kind.FACE), permanent_track(2, Box(4, 4, 28, 20)))


def rows(plan, **report):
    return [(item.item, item.start, item.end, item.code, item.by) for item in withheld(plan, **report)]


def test_a_default_reason_stands_where_none_was_given(plan):
    face, plate = withheld(plan)
    assert ("Face 1", "b(6)", "552(b)(6)", "Privacy", "program") == (
        face.item,
        face.code,
        face.statute,
        face.text,
        face.by,
    )
    assert ("Plate 2", "") == (plate.item, plate.code)


def test_a_reason_that_was_given_comes_before_the_default_and_names_its_author(plan):
    track = plan.videos[0].tracks[0].model_copy(update={"reason": "b(7)(C)"})
    corrected = plan.model_copy(update={"corrections": (correction(track),)})
    assert ("Face 1", "b(7)(C)", "A. Lee") == (rows(corrected)[0][0], *rows(corrected)[0][3:])


def test_what_is_shown_on_purpose_is_not_listed_as_withheld(plan):
    track = plan.videos[0].tracks[0]
    all_of_it = track.model_copy(update={"visible": (VisibleSpan(start=track.start, end=track.end),)})
    assert ["Plate 2"] == [row[0] for row in rows(plan.model_copy(update={"corrections": (correction(all_of_it),)}))]
    middle = 12 * clips.STEP
    part = track.model_copy(update={"visible": (VisibleSpan(start=middle, end=track.end),)})
    face = rows(plan.model_copy(update={"corrections": (correction(part),)}))[0]
    assert ("Face 1", pytest.approx(float(middle * clips.TIME_BASE), abs=0.001)) == (face[0], face[2])
    removed = Correction(author="A. Lee", created=CREATED, video=0, action="remove", number=1)
    assert ["Plate 2"] == [row[0] for row in rows(plan.model_copy(update={"corrections": (removed,)}))]


def test_times_are_those_of_the_released_file(plan):
    found = rows(plan.model_copy(update={"trim": (TrimSpan(start=0.0, end=0.2),)}))
    assert "Cut: 0.20 s" in [row[0] for row in found]
    face = next(row for row in found if row[0] == "Face 1")
    assert (0.0, pytest.approx(END - 0.2, abs=float(clips.STEP * clips.TIME_BASE))) == (face[1], face[2])
    gone = plan.model_copy(update={"trim": (TrimSpan(start=0.0, end=END + 1),)})
    assert [f"Cut: {END:.2f} s"] == [row[0] for row in rows(gone)]


def test_sound_is_listed_as_it_was_released(plan):
    spans = (AudioSpan(start=0.1, end=0.2), AudioSpan(start=0.3, end=0.4, action="bleep"))
    plan = plan.model_copy(update={"audio": spans})
    kept = [row[:3] for row in rows(plan, audio=Audio.KEEP, source_tracks=1) if row[0].startswith("Sound")]
    assert [("Sound, muted", 0.1, 0.2), ("Sound, bleeped", 0.3, 0.4)] == kept
    removed = [row[0] for row in rows(plan, source_tracks=1) if row[0].startswith("Sound")]
    assert ["Sound, all of it"] == removed
    assert [] == [row[0] for row in rows(plan) if row[0].startswith("Sound")]  # it had none


def test_sound_and_cuts_are_listed_with_their_own_reason_and_author(plan):
    """Two people may have decided on ranges of one file."""
    audio = (AudioSpan(start=0.1, end=0.2, reason="b(6)", by="A. Lee"), AudioSpan(start=0.3, end=0.4, by="B. Ito"))
    trim = (TrimSpan(start=0.5, end=0.6, reason="b(7)(C)", by="B. Ito"),)
    edited = plan.model_copy(update={"audio": audio, "trim": trim})
    found = withheld(edited, audio=Audio.KEEP, source_tracks=1)
    assert {
        ("Sound, muted", "b(6)", "A. Lee"),
        ("Sound, muted", "", "B. Ito"),
        ("Cut: 0.10 s", "b(7)(C)", "B. Ito"),
    } == {(item.item, item.code, item.by) for item in found if item.item.startswith(("Sound", "Cut"))}


def test_a_blacked_out_picture_is_told_from_an_area(plan):
    video = plan.videos[0]
    whole = permanent_track(3, Box(0, 0, video.width, video.height), Kind.REGION)
    area = permanent_track(4, Box(0, 0, 20, 20), Kind.REGION)
    drawn = tuple(
        Correction(author="A. Lee", created=CREATED, video=0, action="add", number=track.number, track=track)
        for track in (whole, area)
    )
    assert {"Blacked-out picture", "Blacked-out area"} < {
        row[0] for row in rows(plan.model_copy(update={"corrections": drawn}))
    }


def test_the_table_holds_no_formulas(plan):
    track = plan.videos[0].tracks[0].model_copy(update={"reason": "=1+1"})
    items = withheld(plan.model_copy(update={"corrections": (correction(track),)}))
    table = list(csv.DictReader(io.StringIO(as_csv(items))))
    assert ["'=1+1", ""] == [row["code"] for row in table]


def test_a_photo_has_no_times(plan):
    items = withheld(plan, still=True)
    assert {(None, None)} == {(item.start, item.end) for item in items}
    assert ["", ""] == [row["from"] + row["to"] for row in csv.DictReader(io.StringIO(as_csv(items)))]


def test_frames_that_were_covered_whole_are_listed_and_why(plan):
    (item,) = (item for item in withheld(plan, covered=[0]) if item.item.startswith("Picture"))
    assert ("", "program", True) == (item.code, item.by, "not analysed" in item.text)


def test_the_exemption_log_and_the_report_give_the_same_reasons(plan):
    report = report_of(plan)
    listed = {(entry.track, entry.reason or "") for entry in report.redaction_log}
    assert {(1, "b(6)"), (2, "")} == listed
    assert sorted(reason for _, reason in listed) == sorted(item.code for item in withheld(plan))


def test_what_is_shown_on_purpose_is_listed_apart(clip):
    track = permanent_track(1, Box(4, 4, 28, 20), Kind.FACE)
    plan = plan_for(clip, track, permanent_track(2, Box(60, 40, 80, 60)))
    all_of_it = track.model_copy(update={"visible": (VisibleSpan(start=track.start, end=track.end),)})
    edited = plan.model_copy(update={"corrections": (correction(all_of_it),)})
    report = report_of(edited)
    sizes = [(video.width, video.height) for video in plan.videos]
    (shown,) = shown_items(report, "a.mp4", REASONS, sizes)
    assert ("a.mp4", "Face 1", 0.0, "A. Lee") == (shown.file, shown.item, shown.start, shown.by)
    assert len(report.redaction_log) == 1 + len(withheld_items(report, "a.mp4", REASONS, sizes))
    (page,) = shown_items(report, "a.jpg", REASONS, sizes, still=True)
    assert (None, None) == (page.start, page.end)


def test_voices_that_are_left_in_are_shown_on_purpose(plan):
    entry = LogEntry(number=1, action=LogAction.VOICES_KEPT, start=0, end=1, decided_by=DecidedBy.PERSON, by="A. Lee")
    report = report_of(plan).model_copy(update={"redaction_log": (entry,)})
    assert ["Sound, voices left in"] == [item.item for item in shown_items(report, "a.mp4", REASONS, [])]


def test_what_lies_in_a_kept_region_has_no_number_and_the_settings_say_why(plan):
    kept = KeptSpan(kind=Kind.FACE, start=0, end=12 * clips.STEP, region=1)
    video = plan.videos[0].model_copy(update={"kept": (kept,)})
    report = report_of(plan.model_copy(update={"videos": (video,)}))
    (shown,) = shown_items(report, "a.mp4", REASONS, [(128, 96)])
    assert ("Face, in a kept region", "", "settings of the run") == (shown.item, shown.code, shown.by)
    assert shown.text.startswith("it lies in region 1")
