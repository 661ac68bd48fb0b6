from passerby import redact
from tests import clips
from tests.fake_detector import use_fixed_face
from tests.verify.containers.inspection import remnants


def test_bytes_at_the_end_of_matroska(tmp_path, monkeypatch):
    use_fixed_face(monkeypatch)
    out = tmp_path / "o.mkv"
    redact(clips.cfr(tmp_path / "s.mp4"), out, verify=False)
    assert "" == remnants(out)
    content = out.read_bytes()
    for more in (b"Secret bytes behind the end", bytes(30), b"\xec\x84GPS!"):
        out.write_bytes(content + more)
        assert "after the last element" in remnants(out) or "unused space" in remnants(out)
