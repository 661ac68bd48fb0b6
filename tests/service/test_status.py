"""What is told of a job, and what is not."""

from passerby.service.progress import JobStage
from passerby.service.records import ServiceJobState
from passerby.service.status import iso_time, job_response
from tests.service.fixtures import OUTPUT, service

__all__ = ["service"]


def test_links_come_with_the_files_and_go_with_them(service):
    job = service.submit()
    waiting = job_response(job, JobStage(stage="render", done=1, total=2, percent=75))
    assert waiting.links.result is None
    assert waiting.progress is None
    service.queue.take()
    running = job_response(service.queue.find(job.id), JobStage(stage="render", done=1, total=2, percent=75))
    assert 75 == running.progress.percent
    service.queue.finish(job.id, ServiceJobState.DONE, output=OUTPUT)
    done = job_response(service.queue.find(job.id))
    assert f"/v1/jobs/{job.id}/result" == done.links.result
    assert ({"face": 2}, 1) == (done.hidden, done.frames)
    service.queue.mark_removed([job.id])
    assert job_response(service.queue.find(job.id)).links.result is None


def test_neither_key_nor_folder_is_told(service):
    text = job_response(service.submit(callback="https://example.org/secret")).model_dump_json()
    assert service.key.id not in text
    assert str(service.folders.root) not in text
    assert "example.org" not in text


def test_times_are_utc():
    assert "2030-03-17T17:46:40.500+00:00" == iso_time(1_900_000_000.5)
