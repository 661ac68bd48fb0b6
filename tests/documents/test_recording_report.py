import json

from passerby.documents.recording_report import ExportedFile, ExportedSpan, RecordingReport, UtcSpan


def test_a_report_survives_being_written_and_read():
    span = {"start": "2027-01-15T08:00:00.000+00:00", "end": "2027-01-15T08:00:03.000+00:00"}
    report = RecordingReport(
        program="passerby test",
        created="2027-01-15T09:00:00+00:00",
        camera="yard",
        requested=UtcSpan(**span),
        output=ExportedFile(name="a.mp4", sha256="ab" * 32, size=5, width=128, height=96, frames=30, covered=None),
        recorded=(ExportedSpan(**span, file_start=0, file_end=3, trusted=True),),
        missing=(),
    )
    assert report == RecordingReport.model_validate_json(report.to_json())
    assert json.loads(report.to_json())["output"]["covered"] is None  # unknown is written, not left out
