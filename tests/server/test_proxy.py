"""Behind a reverse proxy: who is believed, and what is served. A real one: tests/integration/test_reverse_proxy.py."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from passerby.server.guard import SECURITY_HEADERS
from passerby.server.proxy import PROXY_HEADERS, behind_proxy, without_proxy

PROXY = "192.0.2.10"
FORWARDED = {"x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https"}


async def app(scope, receive, send):
    await PlainTextResponse(f"{scope['client'][0]} {scope['scheme']}")(scope, receive, send)


def asked(app, peer, headers):
    return TestClient(app, client=(peer, 50_000)).get("/", headers=headers)


def test_the_client_is_the_one_that_the_proxy_names():
    assert "198.51.100.7 https" == asked(behind_proxy(app, PROXY), PROXY, FORWARDED).text


def test_a_client_cannot_name_another_one():
    headers = FORWARDED | {"x-forwarded-for": "203.0.113.1, 198.51.100.7"}
    assert "198.51.100.7 https" == asked(behind_proxy(app, PROXY), PROXY, headers).text
    on_the_proxy = FORWARDED | {"x-forwarded-for": f"203.0.113.1, {PROXY}"}
    assert f"{PROXY} https" == asked(behind_proxy(app, PROXY), PROXY, on_the_proxy).text


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("198.51.100.7", FORWARDED, 403),
        ("127.0.0.1", FORWARDED, 403),
        ("not an address", FORWARDED, 403),
        (PROXY, {}, 400),
        (PROXY, {"x-forwarded-for": " "}, 400),
        (PROXY, FORWARDED | {"x-forwarded-proto": "http"}, 403),
    ],
)
def test_nobody_else_is_served(peer, headers, status):
    answer = asked(behind_proxy(app, PROXY), peer, headers)
    assert status == answer.status_code
    assert SECURITY_HEADERS.items() <= dict(answer.headers).items()


@pytest.mark.parametrize("header", PROXY_HEADERS)
def test_what_is_for_this_machine_is_not_served_to_a_proxy(header):
    answer = asked(without_proxy(app), "127.0.0.1", {header: "anything"})
    assert (403, True) == (answer.status_code, "web.proxy" in answer.text)
    assert "127.0.0.1 http" == asked(without_proxy(app), "127.0.0.1", {}).text


def test_an_ipv4_address_may_be_written_as_ipv6():
    assert 200 == asked(behind_proxy(app, PROXY), f"::ffff:{PROXY}", FORWARDED).status_code
