"""Listening and serving."""

import ssl

import httpx2
import pytest
from starlette.responses import PlainTextResponse

from passerby.core.errors import UsageError
from passerby.server.serve import BackgroundServer, listen
from passerby.server.tls import self_signed

HOST = "127.0.0.1"


async def app(scope, receive, send):
    assert "http" == scope["type"]
    await PlainTextResponse(scope["client"][0] + " " + scope["scheme"])(scope, receive, send)


def served(**how):
    return BackgroundServer(app, listen(HOST, 0), **how)


def request(serving, scheme="http", **how):
    port = serving._socket.getsockname()[1]
    with httpx2.Client(trust_env=False, **{k: v for k, v in how.items() if k == "verify"}) as client:
        return client.get(f"{scheme}://{HOST}:{port}/", timeout=20, headers=how.get("headers"))


def test_it_is_served_while_the_block_runs():
    with served() as serving:
        assert f"{HOST} http" == request(serving).text
    with pytest.raises((httpx2.TransportError, OSError)):
        request(serving)


def test_forwarded_headers_are_not_believed_without_a_proxy():
    headers = {"x-forwarded-for": "192.0.2.9", "x-forwarded-proto": "https"}
    with served() as serving:
        assert f"{HOST} http" == request(serving, headers=headers).text


def test_tls_and_no_old_version_of_it(tmp_path):
    certificate = self_signed(tmp_path, HOST)
    trusts = ssl.create_default_context(cafile=str(certificate.certificate))
    with served(certificate=certificate) as serving:
        assert f"{HOST} https" == request(serving, "https", verify=trusts).text
        old = ssl.create_default_context(cafile=str(certificate.certificate))
        old.set_ciphers("AES128-SHA:@SECLEVEL=0")
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises(httpx2.ConnectError):
            request(serving, "https", verify=old)
        with pytest.raises(httpx2.TransportError):
            request(serving)


def test_a_port_in_use_is_an_error():
    taken = listen(HOST, 0)
    try:
        with pytest.raises(UsageError, match="taken.*another port with --port"):
            listen(HOST, taken.getsockname()[1])
    finally:
        taken.close()


def test_a_port_in_use_names_the_option():
    with listen("127.0.0.1", 0) as taken, pytest.raises(UsageError, match="--port"):
        listen("127.0.0.1", taken.getsockname()[1])
