import gzip

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from passerby.server import spa
from passerby.server.spa import serve_assets

SCRIPT = b"const a = 'the same over and over';\n" * 200


@pytest.fixture
def client(tmp_path, monkeypatch):
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "site-1.js").write_bytes(SCRIPT)
    monkeypatch.setattr(spa, "STATIC_DIR", tmp_path)
    app = FastAPI()
    serve_assets(app)
    return TestClient(app)


def fetched(client, accepted):
    with client.stream("GET", "/assets/site-1.js", headers={"accept-encoding": accepted}) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, gzip; q=0.5"])
def test_assets_are_compressed(client, accepted):
    answer, raw = fetched(client, accepted)
    assert ("gzip", "text/javascript; charset=utf-8") == (
        answer.headers["content-encoding"],
        answer.headers["content-type"],
    )
    assert len(raw) < len(SCRIPT) / 10
    assert gzip.decompress(raw) == SCRIPT


@pytest.mark.parametrize("accepted", ["", "identity", "br"])
def test_assets_without_compression(client, accepted):
    answer, raw = fetched(client, accepted)
    assert "content-encoding" not in answer.headers
    assert "accept-encoding" == answer.headers["vary"].lower()
    assert raw == SCRIPT
