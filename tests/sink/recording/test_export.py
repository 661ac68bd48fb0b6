"""Recordings come out as one file, with every picture as it was recorded, and a report that says which was when."""

import hashlib
import json
from datetime import UTC, datetime

import av
import numpy as np
import pytest

from passerby.core.errors import OutputExists, StoreError
from passerby.sink.recording.export import export_recording, recording_report_path
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.store.db_helpers import everything
from tests.store.footage import BOOTED, WALL, Clock, encoded, parts


def record(recordings, made, camera="yard"):
    writer = recordings.writer(camera)
    for part in made:
        writer.append(part)
    writer.close()


def frames(path):
    with av.open(path) as container:
        return [(round(frame.time, 3), np.frombuffer(frame.planes[0], np.uint8).copy()) for frame in container.decode()]


def iso(seconds):
    return datetime.fromtimestamp(WALL + seconds, UTC).isoformat(timespec="milliseconds")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def recordings(tmp_path):
    with Recordings(Database.open(tmp_path / "data", create=True), boot="first") as opened:
        yield opened


@pytest.fixture
def output(tmp_path):
    return tmp_path / "out.mp4"


def test_pictures_and_times_are_those_that_were_recorded(recordings, clock, output):
    record(recordings, encoded("yard", 65, covered={3, 4}))
    (report,) = export_recording(recordings, "yard", WALL - 10, WALL + 10, output)
    (segment,) = everything(recordings)
    recorded = frames(recordings.database.folder.path / segment.path)
    written = frames(output)
    assert [pytest.approx(n / 10, abs=0.001) for n in range(65)] == [time for time, _ in written]
    assert all(np.array_equal(one, other) for (_, one), (_, other) in zip(recorded, written, strict=True))
    assert (65, 2, 128, 96) == (
        report.output.frames,
        report.output.covered,
        report.output.width,
        report.output.height,
    )


def test_the_report_is_written_beside_it_and_matches(recordings, clock, output):
    record(recordings, encoded("yard", 30))
    (report,) = export_recording(recordings, "yard", WALL, WALL + 3, output)
    assert hashlib.sha256(output.read_bytes()).hexdigest() == report.output.sha256
    assert output.stat().st_size == report.output.size
    assert json.loads(recording_report_path(output).read_text()) == json.loads(report.to_json())
    assert ((), ()) == (report.missing, report.notes)


def test_only_the_requested_parts_are_exported(recordings, clock, output):
    record(recordings, encoded("yard", 100))
    (report,) = export_recording(recordings, "yard", WALL + 2.4, WALL + 5.2, output)
    (stretch,) = report.recorded
    assert (iso(2), iso(6), 0.0, 4.0) == (stretch.start, stretch.end, stretch.file_start, stretch.file_end)
    assert 40 == len(frames(output)) == report.output.frames


def test_covered_frames_are_counted_in_the_requested_time(recordings, clock, output):
    record(recordings, encoded("yard", 60, covered={5, 19, 20, 29, 30, 45, 46}))
    for start, end, expected in ((0, 6, 7), (1, 3, 3), (2.5, 4.5, 5), (5, 6, 0)):
        (report,) = export_recording(recordings, "yard", WALL + start, WALL + end, output, force=True)
        assert expected == report.output.covered, (start, end)
    (segment,) = everything(recordings)
    recordings.retention.delete([segment], "age")
    with recordings.database.read_transaction() as connection:
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM covered_parts").scalar()


def test_covered_frames_of_recovered_segments_are_unknown(recordings, clock, output):
    made = encoded("yard", 30, covered={5})
    writer = recordings.writer("yard")
    for part in made:
        writer.append(part)
    (segment,) = everything(recordings)
    with (recordings.database.folder.path / segment.path).open("r+b") as file:
        file.truncate(segment.size - 5)
    recordings.recover()
    (report,) = export_recording(recordings, "yard", WALL, WALL + 9, output)
    assert report.output.covered is None


def test_consecutive_segments_are_continuous(recordings, clock, output):
    record(recordings, parts(clock, count=65))
    assert 2 == len(everything(recordings))
    (report,) = export_recording(recordings, "yard", WALL + 58, WALL + 63, output)
    assert [pytest.approx(n / 10, abs=0.001) for n in range(50)] == [time for time, _ in frames(output)]
    assert 1 == len(report.recorded)


def test_gaps_in_the_recording_are_closed(recordings, clock, output):
    for _ in range(2):
        record(recordings, parts(clock))
        clock.go(60)
    (report,) = export_recording(recordings, "yard", WALL - 1, WALL + 70, output)
    assert [(0.0, 3.0), (3.0, 6.0)] == [(one.file_start, one.file_end) for one in report.recorded]
    assert [(iso(0), iso(3)), (iso(63), iso(66))] == [(one.start, one.end) for one in report.recorded]
    assert [(iso(-1), iso(0)), (iso(3), iso(63)), (iso(66), iso(70))] == [
        (one.start, one.end) for one in report.missing
    ]
    assert [pytest.approx(n / 10, abs=0.001) for n in range(60)] == [time for time, _ in frames(output)]


def test_an_unsynchronised_clock_is_noted(recordings, output):
    record(recordings, parts(Clock(trusted=False)))
    (report,) = export_recording(recordings, "yard", WALL, WALL + 3, output)
    assert [False] == [one.trusted for one in report.recorded]
    assert "may be wrong" in report.notes[0]


def test_another_size_is_another_file(recordings, clock, output):
    record(recordings, encoded("yard", 20))
    record(recordings, encoded("yard", 20, size=(64, 48), clock=Clock(BOOTED + 2, WALL + 2)))
    first, second = export_recording(recordings, "yard", WALL, WALL + 9, output)
    assert ("out.mp4", 128, "out-2.mp4", 64) == (
        first.output.name,
        first.output.width,
        second.output.name,
        second.output.width,
    )
    assert [20, 20] == [len(frames(output.with_name(name))) for name in ("out.mp4", "out-2.mp4")]
    assert "one of 2 files" in first.notes[0]


def test_unfinished_segments_are_not_exported(recordings, clock, output):
    writer = recordings.writer("yard")
    for part in parts(clock):
        writer.append(part)
    (segment,) = everything(recordings)
    with (recordings.database.folder.path / segment.path).open("ab") as file:
        file.write(b"half a part")
    export_recording(recordings, "yard", WALL, WALL + 9, output)
    assert 30 == len(frames(output))


def test_nothing_else_comes_out(recordings, clock, output):
    record(recordings, parts(clock))
    export_recording(recordings, "yard", WALL, WALL + 9, output)
    with av.open(output) as container:
        assert {"major_brand", "minor_version", "compatible_brands"} == set(container.metadata)
        assert ["video"] == [stream.type for stream in container.streams]
    assert b"moof" not in output.read_bytes()


def test_existing_files_are_not_replaced(recordings, clock, output):
    record(recordings, parts(clock))
    output.write_text("mine")
    with pytest.raises(OutputExists, match="--force"):
        export_recording(recordings, "yard", WALL, WALL + 9, output)
    assert "mine" == output.read_text()
    export_recording(recordings, "yard", WALL, WALL + 9, output, force=True)
    assert 30 == len(frames(output))


def test_nothing_recorded_is_an_error(recordings, output):
    with pytest.raises(StoreError, match="passerby recordings list"):
        export_recording(recordings, "yard", WALL, WALL + 9, output)
    assert not output.exists()


def test_a_segment_that_expires_meanwhile_is_missing(recordings, clock, output):
    record(recordings, parts(clock))
    record(recordings, parts(clock))
    first, _ = everything(recordings)
    (recordings.database.folder.path / first.path).unlink()
    (report,) = export_recording(recordings, "yard", WALL, WALL + 6, output)
    assert [(iso(0), iso(3))] == [(one.start, one.end) for one in report.missing]
