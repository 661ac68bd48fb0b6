import sys

import numpy as np
import pytest

from passerby.bench.clip_info import probe
from passerby.bench.speed import measure, measure_fidelity, statistic
from passerby.bench.tools import Tool, transcode
from tests.bench.footage import BOX, painted, texture, write_video

COPY = "import shutil, sys; shutil.copyfile(sys.argv[1], sys.argv[2])"
#: Tells of its first frame as passerby does, and copies.
REPORTS_PROGRESS = 'print(\'{"event": "progress", "stage": "analyse", "done": 1}\', flush=True)\n' + COPY


@pytest.fixture
def clip(tmp_path):
    return write_video(tmp_path / "yard.mkv", [texture()] * 20)


def compared(clip, pictures, folder, is_redaction=True):
    written = write_video(folder / "out.mkv", pictures)
    return measure_fidelity(clip, probe(clip), written, probe(written), is_redaction)


def test_programs_take_turns_and_are_compared_round_by_round(clip, tmp_path):
    copy = Tool("passerby", [sys.executable, "-c", COPY, str(clip)])
    turns = []
    tools = [copy, transcode(clip)]
    found = measure(clip, tools, 2, tmp_path, "passerby", "balanced", lambda n, name, _: turns.append((n, name)))
    assert [(1, "passerby"), (1, "transcode"), (2, "passerby"), (2, "transcode")] == turns
    ours, theirs = found.tools["passerby"], found.tools["transcode"]
    assert [found.clip.bit_rate] * 2 == [run.bit_rate for run in ours.rounds]
    assert ["transcode"] == list(found.ratios)
    pairs = [a.speed / b.speed for a, b in zip(ours.rounds, theirs.rounds, strict=True)]
    assert statistic(pairs) == found.ratios["transcode"].speed
    assert ours.bit_rate.median / theirs.bit_rate.median == pytest.approx(
        found.ratios["transcode"].bit_rate.median, 1e-3
    )
    for run in ours.rounds + theirs.rounds:
        assert run.cpu > 0
        assert run.memory > 0
    assert ours.fidelity > 70
    assert 20 < theirs.fidelity < 70
    assert None is ours.first_frame_s is theirs.first_frame_s


def test_startup_is_measured_on_one_frame_where_a_program_reports_frames(clip, tmp_path):
    tool = Tool("passerby", [sys.executable, "-c", REPORTS_PROGRESS, str(clip)])
    assert measure(clip, [tool], 1, tmp_path, "passerby", "balanced").tools["passerby"].first_frame_s is None
    # A program that takes --json: passerby's own flag.
    code = REPORTS_PROGRESS.replace("sys.argv[2]", "sys.argv[3]")
    tool = Tool("passerby", [sys.executable, "-c", code, str(clip), "--json"])
    start = measure(clip, [tool], 1, tmp_path, "passerby", "balanced").tools["passerby"].first_frame_s
    assert start.median > 0
    assert 1 == probe(tmp_path / "one.out.mp4").frames


def test_a_mask_is_no_loss_of_fidelity_but_of_a_transcode_it_would_be(clip, tmp_path):
    masked = [painted(texture(), BOX)] * 20
    assert compared(clip, masked, tmp_path)[0] > 70
    assert compared(clip, masked, tmp_path, is_redaction=False)[0] < 30


def test_an_even_error_gives_the_fidelity_that_follows_from_it(clip, tmp_path):
    # Decoded pictures go through YUV, which rounds.
    expected = 10 * np.log10(255**2 / 4)
    assert expected == pytest.approx(compared(clip, [texture() - 2] * 20, tmp_path)[0], abs=0.5)


def test_no_fidelity_when_frames_cannot_be_paired(clip, tmp_path):
    assert (None, ["20 frames became 19"]) == compared(clip, [texture()] * 19, tmp_path)


def test_another_size_is_reported(clip, tmp_path):
    assert ["160x120 became 176x120"] == compared(clip, [texture((176, 120))] * 20, tmp_path)[1]


def test_a_statistic_is_median_minimum_and_maximum():
    assert (2.0, 1.0, 9.0) == tuple(statistic([9, 1, 2]).model_dump().values())
