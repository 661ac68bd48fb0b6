from array import array
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

from passerby.jobs.file_job import FileJob
from passerby.jobs.video_steps import JoinStep, RenderStep, chunk_path, remove_chunk, rendered_amount
from passerby.sink.output_file import temp_path_for
from passerby.track.segments import RenderChunk

PLAN = SimpleNamespace(videos=(SimpleNamespace(time_base=Fraction(1, 10)),))
CHUNK = RenderChunk(0, array("q", [0, 10, 25]), array("Q", [1, 2, 3]))


def test_a_chunk_lies_beside_the_output():
    assert Path("out/a.mp4.0012.piece") == chunk_path(FileJob(Path("a.mp4"), Path("out/a.mp4")), 12)


def test_frames_and_seconds_of_a_rendered_chunk_count_once():
    assert (3, 2.5) == rendered_amount(RenderStep(0, PLAN, CHUNK))
    assert (0, 0.0) == rendered_amount(RenderStep(0, PLAN, CHUNK, rate_capped=True))
    assert (0, 0.0) == rendered_amount(JoinStep(PLAN, ()))
    assert (0, 0.0) == rendered_amount(None)


def test_a_chunk_is_removed_with_its_part(tmp_path):
    chunk = tmp_path / "a.mp4.0000.piece"
    chunk.write_bytes(b"masked")
    temp_path_for(chunk).write_bytes(b"half")
    remove_chunk(chunk)
    remove_chunk(chunk)
    assert [] == list(tmp_path.iterdir())
