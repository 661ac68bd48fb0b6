"""Jobs whose files lie in object storage, and jobs that run on a cluster."""

import boto3
import pytest

from passerby.documents.report import Report
from tests.cluster.fixtures import environment
from tests.integration.service_client import RunningService, ask, make_key, wait_for
from tests.integration.test_service_killed import tiny_picture

SETTINGS = {"hide": ["face"], "profile": "fast"}


def bucket(address):
    return boto3.resource(
        "s3", endpoint_url=address, aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    ).Bucket("archive")


def objects(found):
    return {one.key for one in found.objects.filter(Prefix="service/")}


def test_a_source_in_object_storage_is_fetched_and_its_result_put_there(s3, tmp_path):
    found = bucket(s3)
    for name in ("a.png", "b.png"):
        found.put_object(Key=f"service/in/{name}", Body=tiny_picture(7))
    made = make_key(tmp_path, storage=("s3://archive/service",))
    service = RunningService(tmp_path, environment=environment(s3)).start()
    try:
        here = {"source": "s3://archive/service/in/a.png", "settings": SETTINGS}
        there = {
            "source": "s3://archive/service/in/b.png",
            "output": "s3://archive/service/out/b.png",
            "settings": SETTINGS,
        }
        missing = {"source": "s3://archive/service/in/none.png", "settings": SETTINGS}
        jobs = [ask(service, made.token, "POST", "/jobs", body)[1]["id"] for body in (here, there, missing, there)]
        first, second, third, fourth = (wait_for(service, made.token, job) for job in jobs)
        assert ("done", "s3://archive/service/in/a.png") == (first["state"], first["source"]), first
        assert ask(service, made.token, "GET", f"/jobs/{first['id']}/result")[1].startswith(b"\x89PNG")
        assert "done" == second["state"], second
        assert {"service/out/b.png", "service/out/b.report.json"} <= objects(found)
        status, refused = ask(service, made.token, "GET", f"/jobs/{second['id']}/result")
        assert (409, True) == (status, "s3://archive/service/out/b.png" in refused["detail"])
        _, report = ask(service, made.token, "GET", f"/jobs/{second['id']}/report")
        assert Report.model_validate(report).output.name == "b.png"
        assert ("failed", True) == (third["state"], "none.png" in third["message"])
        assert "failed" == fourth["state"]  # what is there is not replaced
        assert "already exists" in fourth["message"]
    finally:
        service.stop()


@pytest.mark.soak
def test_jobs_run_on_a_cluster_and_survive_a_kill(tmp_path):
    made = make_key(tmp_path)
    service = RunningService(tmp_path, "--on", "ray", "--jobs", 2).start()
    try:
        jobs = []
        for number in range(6):
            _, upload = ask(
                service,
                made.token,
                "POST",
                f"/uploads?name={number}.png",
                tiny_picture(number),
                content_type="image/png",
            )
            body = {"upload": upload["id"], "settings": SETTINGS}
            jobs.append(ask(service, made.token, "POST", "/jobs", body)[1]["id"])
        assert "done" == wait_for(service, made.token, jobs[0], 300)["state"]
        service.kill()
        service.start()
        ended = [wait_for(service, made.token, job, 300) for job in jobs]
        assert {"done"} == {job["state"] for job in ended}, ended
        for job in jobs:
            assert ask(service, made.token, "GET", f"/jobs/{job}/result")[1].startswith(b"\x89PNG")
    finally:
        service.stop()
