"""A request goes where it was sent and nowhere else, and an error says neither the address nor what is secret in it."""

import pytest

from passerby.uplink.notifications.http import post
from passerby.uplink.notifications.send_error import SendError, SendProblem
from tests.cameras.servers import free_port
from tests.uplink.notifications.fixtures import endless_server


def test_it_is_posted(web):
    requests, address = web
    post(f"{address}/a", b"body", {"x-one": "1"})
    ((path, headers, body),) = requests.received
    assert ("/a", "1", b"body") == (path, headers["x-one"], body)


@pytest.mark.parametrize(
    ("status", "problem", "permanent"),
    [
        (302, SendProblem.REFUSED, False),
        (401, SendProblem.LOGIN_REFUSED, False),
        (404, SendProblem.GONE, True),
        (410, SendProblem.GONE, True),
        (413, SendProblem.REFUSED, True),
        (500, SendProblem.REFUSED, False),
    ],
)
def test_other_answers(web, status, problem, permanent):
    requests, address = web
    requests.status = status
    with pytest.raises(SendError) as raised:
        post(f"{address}/secret-path", b"", {}, gone_is_permanent=True)
    assert (problem, permanent) == (raised.value.problem, raised.value.permanent)
    assert "secret-path" not in str(raised.value)
    assert ["/secret-path"] == [path for path, _, _ in requests.received]  # no redirect was followed


def test_one_that_is_not_there(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.9:3128")
    with pytest.raises(SendError, match="^unreachable ConnectError$"):
        post(f"http://127.0.0.1:{free_port()}/secret-path", b"", {})


def test_an_answer_without_an_end_is_not_read():
    """It could fill the memory of the process that runs the site."""
    with endless_server() as (sent, address):
        post(f"{address}/a", b"body", {})
        assert sent.wait_until_gone()
    assert sent.bytes < 64 << 20
