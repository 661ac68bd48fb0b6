"""What a request may say."""

import pytest
from pydantic import ValidationError

from passerby.core.kinds import Kind
from passerby.service.records import MAX_REGIONS, STORED, JobRequest, ServiceJobState

ID = "0" * 32
REGION = {"polygon": [[0, 0], [9, 0], [9, 9], [0, 9]]}


def test_the_defaults_are_those_of_redact():
    request = JobRequest(upload=ID)
    assert (Kind.FACE, Kind.PLATE) == request.settings.hide
    assert request.verify


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"upload": ID, "source": "s3://bucket/a.mp4"},
        {"upload": "../../etc/passwd"},
        {"source": "/etc/passwd"},
        {"source": "file:///etc/passwd"},
        {"source": "s3://bucket"},
        {"source": "https://example.org/a.mp4"},
        {"source": "s3://bucket/a.mp4", "output": "s3://bucket/a.mp4"},
        {"upload": ID, "callback": "ftp://example.org/"},
        {"upload": ID, "callback": "https://user@example.org/"},
        {"upload": ID, "settings": {"hide": ["tree"]}},
        {"upload": ID, "settings": {"recognise": True}},
        {"upload": ID, "unknown": 1},
        {"upload": ID, "settings": {"hide_regions": [REGION] * (MAX_REGIONS + 1)}},
        {"upload": ID, "settings": {"hide_regions": [REGION] * MAX_REGIONS, "keep_regions": [REGION]}},
    ],
)
def test_what_is_wrong_is_refused(request_):
    with pytest.raises(ValidationError):
        JobRequest.model_validate(request_)


def test_as_many_regions_as_are_allowed():
    request = {"upload": ID, "settings": {"hide_regions": [REGION] * (MAX_REGIONS - 1), "keep_regions": [REGION]}}
    assert MAX_REGIONS - 1 == len(JobRequest.model_validate(request).settings.hide_regions)


def test_a_request_that_was_accepted_is_read_whatever_the_limit_is_today():
    request = {"upload": ID, "settings": {"hide_regions": [REGION] * (MAX_REGIONS + 1)}}
    assert MAX_REGIONS + 1 == len(JobRequest.model_validate(request, context=STORED).settings.hide_regions)


def test_states_that_have_ended():
    assert {"done", "needs_review", "failed", "cancelled"} == {s.value for s in ServiceJobState if s.is_final}
    assert {"done", "needs_review"} == {s.value for s in ServiceJobState if s.has_result}
