"""Originals go at once, results later, and nothing that is still needed."""

from passerby.service.housekeeping import FORGET_JOB_S, UNUSED_UPLOAD_S, Housekeeping
from passerby.service.records import ServiceJobState
from tests.service.fixtures import OUTPUT, service

__all__ = ["service"]


def test_what_is_deleted_when(service):
    housekeeping = Housekeeping(service.queue, service.folders, 3600, service.clock)
    running, waiting, unused = service.submit(), service.submit(), service.upload()
    service.queue.take()
    service.folders.make_job(running.id).joinpath("a.png").write_bytes(b"masked")
    housekeeping.clear()
    assert all(service.folders.upload(job.request.upload).exists() for job in (running, waiting))
    service.queue.finish(running.id, ServiceJobState.DONE, output=OUTPUT)
    housekeeping.clear()
    assert not service.folders.upload(running.request.upload).exists()
    assert service.queue.upload(running.request.upload) is None
    assert service.folders.upload(waiting.request.upload).exists()
    assert service.folders.job(running.id).exists()
    service.clock.now += 3601
    housekeeping.clear()
    assert not service.folders.job(running.id).exists()
    assert service.queue.find(running.id).removed
    assert service.folders.upload(unused).exists()
    service.clock.now += UNUSED_UPLOAD_S
    housekeeping.clear()
    assert not service.folders.upload(unused).exists()
    assert service.folders.upload(waiting.request.upload).exists()


def test_a_job_is_known_for_a_month_after_its_files_were_deleted(service):
    housekeeping = Housekeeping(service.queue, service.folders, 3600, service.clock)
    job = service.submit()
    service.queue.take()
    service.queue.finish(job.id, ServiceJobState.DONE, output=OUTPUT)
    service.clock.now += 3601
    housekeeping.clear()
    service.clock.now += FORGET_JOB_S
    housekeeping.clear()
    assert service.queue.find(job.id).removed
    service.clock.now += 1
    housekeeping.clear()
    assert service.queue.find(job.id) is None


def test_what_a_kill_interrupted_is_cleared(service):
    kept = service.upload()
    service.folders.make_upload("e" * 32).joinpath("half.mp4").write_bytes(b"half")
    Housekeeping(service.queue, service.folders, 3600).clear_interrupted()
    assert [kept] == [path.name for path in (service.folders.root / "uploads").iterdir()]
