"""Plans, reports and recording reports in the names of version 0.1.0 differ from today's in their names only.

The documents below were written before the fields were renamed, from the same clips. Converted by the tables of
`documents/renamed_fields.py` they are what is written now. Hashes, sizes and dates of encoded files depend on the
machine, and the wording of messages on the version: these are not compared.
"""

import json

import pytest

from passerby import Settings, analyse, redact
from passerby.core.box import Box
from passerby.core.errors import PlanError
from passerby.core.kinds import Detection, Kind
from passerby.documents.plan import Correction, Keyframe, Plan, Track
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan, VisibleSpan
from passerby.documents.renamed_fields import PLAN_FIELDS, PLAN_VALUES, RECORDING_FIELDS, REPORT_FIELDS
from passerby.sink.recording.export import export_recording
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests import clips
from tests.fake_detector import fake_detectors, use_fixed_face
from tests.store.footage import WALL, Clock, encoded

#: Fields whose values depend on the machine, the time of the run, or the wording of messages.
NOT_COMPARED = {"sha256", "size", "created", "warnings", "notes", "dropped", "description"}
#: Fields that documents of that version did not have, and times that were those of the source and not of the release.
LATER = {
    "analysis_sha256",
    "edited_by_hand",
    "redaction_log",
    "ranges",
    "large_masks",
    "kept",
    "default_reasons",
    "corrections",
    "voice_fill",
    "voices_kept",
}

OLD_PLAN = """
{"schema_version": 1, "program": "passerby 0.1.0", "source": {"name": "clip.mp4",
"sha256": "b5d95493236d05d7ee788b3d25f4fbcf13ace43443777166021df7fcb1231e4c", "size": 9825, "duration": 1.4532,
"frames": 24}, "settings": {"hide": ["face"], "style": "solid", "profile": "balanced", "hide_regions": [],
"keep_regions": [], "audio": "remove", "exact_chroma": false, "keep_times": false}, "weights": [],
"videos": [{"stream": 0, "time_base": "1/30000", "width": 128, "height": 96, "frames": 24,
"analysed": [{"first_frame": 0, "last_frame": 23, "first_time": 0, "last_time": 42596}], "cuts": [],
"tracks": [{"number": 1, "kind": "face", "keyframes": [{"time": 0, "box": [25.2, 12.2, 70.8, 66.4],
"score": 0.9, "origin": "fake"}, {"time": 42596, "box": [25.2, 12.2, 70.8, 66.4], "score": 0.9,
"origin": "fake"}], "visible": []}]}], "trim": [{"start": 0.3, "end": 0.5}], "audio": [{"start": 0.1,
"end": 0.2, "action": "bleep"}], "corrections": [{"who": "ann", "when": "2026-01-01T00:00:01+00:00",
"video": 0, "action": "add", "number": 7, "track": {"number": 7, "kind": "region", "keyframes": [{"time": 0,
"box": [1.0, 2.0, 30.0, 40.0], "score": 0.0, "origin": "person", "polygon": [[1.0, 2.0], [30.0, 2.0], [30.0,
40.0]]}], "visible": []}, "act": 1}, {"who": "ann", "when": "2026-01-01T00:00:02+00:00", "video": 0,
"action": "remove", "number": 7, "reason": "wrong", "act": 2}, {"who": "ann",
"when": "2026-01-01T00:00:03+00:00", "video": 0, "action": "add", "number": 7, "track": {"number": 7,
"kind": "region", "keyframes": [{"time": 0, "box": [1.0, 2.0, 30.0, 40.0], "score": 0.0, "origin": "person",
"polygon": [[1.0, 2.0], [30.0, 2.0], [30.0, 40.0]]}], "visible": []}, "act": 3, "takes_back": 2},
{"who": "ann", "when": "2026-01-01T00:00:04+00:00", "video": 0, "action": "replace", "number": 1,
"track": {"number": 1, "kind": "face", "keyframes": [{"time": 0, "box": [25.2, 12.2, 70.8, 66.4], "score": 0.9,
"origin": "fake"}, {"time": 42596, "box": [25.2, 12.2, 70.8, 66.4], "score": 0.9, "origin": "fake"}],
"reason": "b6", "visible": [{"start": 0, "end": 10}]}, "act": 4}, {"who": "ann",
"when": "2026-01-01T00:00:05+00:00", "video": 0, "action": "sound", "number": 0, "act": 5, "sound_before": [],
"sound_after": [{"start": 0.1, "end": 0.2, "action": "bleep"}]}, {"who": "ann",
"when": "2026-01-01T00:00:06+00:00", "video": 0, "action": "trim", "number": 0, "act": 6, "trim_before": [],
"trim_after": [{"start": 0.3, "end": 0.5}]}]}
"""

OLD_REPORT = """
{"schema_version": 1, "program": "passerby 0.1.0", "made": "2026-11-29T22:14:41+00:00",
"source": {"name": "clip.mp4", "sha256": "b5d95493236d05d7ee788b3d25f4fbcf13ace43443777166021df7fcb1231e4c",
"size": 9825, "duration": 1.4532, "frames": 24}, "output": {"name": "out.mp4",
"sha256": "cd546b533e360f6d3bd174dcb256ddbe4c12b95b83b7e52638838fbc4cc0fd3c", "size": 4405, "codec": "libx264",
"frames": 21, "covered": 0, "undecodable": 0}, "settings": {"hide": ["face"], "style": "solid",
"profile": "balanced", "hide_regions": [], "keep_regions": [], "audio": "remove", "exact_chroma": false,
"keep_times": false}, "weights": [], "plan_edited": true, "hidden": [{"kind": "face", "tracks": 1,
"ranges": [{"start": 0.0, "end": 1.42}]}, {"kind": "region", "tracks": 1, "ranges": [{"start": 0.0,
"end": 0.0}]}], "dropped": ["tags: encoder, handler_name, language"], "damage": [],
"warnings": ["0.30 to 0.50 s were left out, as the plan says.",
"The check saw something at 2 moments that a person should look at."], "check": {"ran": true,
"frames_compared": 21, "frames_searched": 2, "suspects": [{"time": 0.0, "what": "a face shows", "box": [80.0,
60.0, 120.0, 90.0], "score": 0.75}, {"time": 1.0446, "what": "a face shows", "box": [80.0, 60.0, 120.0, 90.0],
"score": 0.75}]}}
"""

OLD_RECORDING = """
{"schema_version": 1, "program": "passerby 0.1.0", "made": "2026-11-29T22:14:42+00:00", "camera": "yard",
"asked": {"begins": "2027-01-15T08:00:00.000+00:00", "ends": "2027-01-15T08:00:14.000+00:00"},
"output": {"name": "yard.mp4", "sha256": "180ffa9a6496ed1aa364ee761682dc1ab93eaa0a7afcd98c23f577d6816e28f0",
"size": 9408, "width": 128, "height": 96, "frames": 50, "covered": 1},
"stretches": [{"begins": "2027-01-15T08:00:00.000+00:00", "ends": "2027-01-15T08:00:03.000+00:00",
"start": 0.0, "end": 3.0, "trusted": true}, {"begins": "2027-01-15T08:00:10.000+00:00",
"ends": "2027-01-15T08:00:12.000+00:00", "start": 3.0, "end": 5.0, "trusted": true}],
"missing": [{"begins": "2027-01-15T08:00:03.000+00:00", "ends": "2027-01-15T08:00:10.000+00:00"},
{"begins": "2027-01-15T08:00:12.000+00:00", "ends": "2027-01-15T08:00:14.000+00:00"}],
"notes": ["1 of 50 frames were painted over whole when they were recorded."]}
"""


def converted(document, fields, values=None):
    """A document in its new names, by the tables."""
    for pattern, new in sorted(fields.items(), key=lambda entry: -entry[0].count(".")):
        *parents, old = pattern.split(".")
        for node in nodes(document, parents):
            if old in node:
                items = [(new if key == old else key, value) for key, value in node.items()]
                node.clear()
                node.update(items)
    for pattern, names in (values or {}).items():
        *parents, key = pattern.split(".")
        for node in nodes(document, parents):
            node[key] = names.get(node[key], node[key])
    return document


def nodes(document, pattern):
    """Every object that a pattern matches."""
    found = [document]
    for part in pattern:
        found = [
            child
            for node in found
            for child in (node if part == "*" else [node[part]] if isinstance(node, dict) and part in node else [])
        ]
    return found


def comparable(value):
    if isinstance(value, dict):
        known = {key: inner for key, inner in value.items() if key not in LATER}
        return {key: None if key in NOT_COMPARED else comparable(inner) for key, inner in known.items()}
    return [comparable(inner) for inner in value] if isinstance(value, list) else value


def same(old, new):
    return comparable(old) == comparable(json.loads(new.to_json()))


def with_corrections(plan):
    """The plan after a person added, removed and changed tracks, muted audio and trimmed."""
    first = plan.videos[0].tracks[0]
    changed = first.model_copy(update={"reason": "b6", "visible": (VisibleSpan(start=0, end=10),)})
    corner = Keyframe(time=0, box=Box(1, 2, 30, 40), score=0, origin="person", polygon=((1, 2), (30, 2), (30, 40)))
    added = Track(number=7, kind="region", keyframes=(corner,))
    audio, trim = (AudioSpan(start=0.1, end=0.2, action="bleep"),), (TrimSpan(start=0.3, end=0.5),)
    steps = (
        {"action": "add", "number": 7, "track": added, "group": 1},
        {"action": "remove", "number": 7, "group": 2, "reason": "wrong"},
        {"action": "add", "number": 7, "track": added, "group": 3, "reverts": 2},
        {"action": "replace", "number": first.number, "track": changed, "group": 4},
        {"action": "audio", "group": 5, "audio_before": (), "audio_after": audio},
        {"action": "trim", "group": 6, "trim_before": (), "trim_after": trim},
    )
    corrections = tuple(
        Correction(author="ann", created=f"2026-01-01T00:00:0{number}+00:00", video=0, **step)
        for number, step in enumerate(steps, 1)
    )
    return plan.model_copy(update={"corrections": corrections, "audio": audio, "trim": trim})


@pytest.fixture
def clip(tmp_path):
    return clips.vfr(tmp_path / "clip.mp4")


def test_a_plan(clip, monkeypatch):
    use_fixed_face(monkeypatch)
    plan = with_corrections(analyse(clip, Settings(hide=("face",))))
    assert same(converted(json.loads(OLD_PLAN), PLAN_FIELDS, PLAN_VALUES), plan)


def test_a_report(clip, tmp_path, monkeypatch):
    use_fixed_face(monkeypatch)
    plan = with_corrections(analyse(clip, Settings(hide=("face",))))
    # A face is detected in the output, beside the mask.
    detected = [Detection(Kind.FACE, Box(80, 60, 120, 90), 0.75, "fake")]
    detectors = fake_detectors(lambda frame, scope: detected)
    report = redact(clip, tmp_path / "out.mp4", Settings(hide=("face",)), plan=plan, detectors=detectors)
    old = json.loads(OLD_REPORT)
    # Today more frames are searched, and what is seen in one place all the time is told once, where it begins.
    old["check"]["frames_searched"] = report.check.frames_searched
    del old["check"]["suspects"][1:]
    assert same(converted(old, REPORT_FIELDS), report)


def test_a_recording_report(tmp_path):
    with Recordings(Database.open(tmp_path / "data", create=True), boot="first") as recordings:
        later = Clock()
        later.go(10)
        for parts in (encoded("yard", 30, covered={3}), encoded("yard", 20, clock=later)):
            writer = recordings.writer("yard")
            for part in parts:
                writer.append(part)
            writer.close()
        (report,) = export_recording(recordings, "yard", WALL, WALL + 14, tmp_path / "yard.mp4")
    assert same(converted(json.loads(OLD_RECORDING), RECORDING_FIELDS), report)


def test_an_old_plan_is_refused_and_the_new_name_given(tmp_path):
    path = tmp_path / "clip.plan.json"
    path.write_text(OLD_PLAN)
    with pytest.raises(PlanError, match=r"corrections\.0\.\w+: this field is called \w+ now.*--save-plan"):
        Plan.load(path)
    path.write_text(json.dumps(converted(json.loads(OLD_PLAN), PLAN_FIELDS)))
    with pytest.raises(PlanError, match=r"corrections\.4\.action: sound is called audio now"):
        Plan.load(path)
    path.write_text(json.dumps(converted(json.loads(OLD_PLAN), PLAN_FIELDS, PLAN_VALUES)))
    assert 6 == len(Plan.load(path).corrections)
