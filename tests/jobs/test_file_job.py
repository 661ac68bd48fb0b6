from pathlib import Path

from passerby.jobs.file_job import FileJob


def test_report_and_plan_are_named_after_the_output():
    job = FileJob(Path("yard.mp4"), Path("yard.redacted.mp4"))
    assert (Path("yard.redacted.report.json"), Path("yard.plan.json")) == (job.report_path, job.plan_path)


def test_where_names_collide_they_keep_the_suffix():
    job = FileJob(Path("IMG_1.jpg"), Path("out/IMG_1.jpg"), name_collides=True)
    assert (Path("out/IMG_1.jpg.report.json"), Path("out/IMG_1.jpg.plan.json")) == (job.report_path, job.plan_path)


def test_jobs_with_settings_of_their_own_can_be_keys():
    assert hash(FileJob(Path("a"), Path("b"))) == hash(FileJob(Path("a"), Path("b"), settings_override={"hide": []}))
