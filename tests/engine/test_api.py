"""The entry point: stills and videos by their content, and the same options for both."""

import pytest

from passerby import Settings, analyse, redact
from passerby.core.errors import PasserbyError, UnsupportedSource
from passerby.detect.factory import StillDetectorCache
from passerby.engine.api import redact_file
from passerby.engine.options import RunOptions
from passerby.source.video.file import VideoFile
from tests import clips, stills
from tests.fake_detector import FixedFaceInStill, fake_detectors, use_fixed_face_in_stills


def test_the_content_decides_and_not_the_name(tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    stills.image().save(tmp_path / "photo.mp4", format="png")
    (tmp_path / "clip.png").write_bytes(clips.cfr(tmp_path / "clip.mp4").read_bytes())
    assert 1 == analyse(tmp_path / "photo.mp4").videos[0].frames
    assert clips.FRAMES == analyse(tmp_path / "clip.png", detectors=fake_detectors()).videos[0].frames


def test_a_video_frees_the_models_for_stills(tmp_path):
    made = []
    cache = StillDetectorCache(lambda settings, threads: made.append(1) or FixedFaceInStill())
    stills.image().save(tmp_path / "a.png")
    clips.cfr(tmp_path / "clip.mp4")
    options = RunOptions(detectors=fake_detectors(), still_detectors=cache, verify=False, force=True)
    for source in ("a.png", "a.png", "clip.mp4", "a.png"):
        redact_file(tmp_path / source, tmp_path / f"out-{source}", options)
    assert 2 == len(made)


def test_the_function_with_keywords_and_the_one_with_options_do_the_same(tmp_path):
    source = clips.cfr(tmp_path / "clip.mp4")
    settings = Settings(hide=("plate",))
    first = redact(source, tmp_path / "a.mp4", settings, verify=False, detectors=fake_detectors())
    options = RunOptions(settings=settings, verify=False, detectors=fake_detectors())
    second = redact_file(source, tmp_path / "b.mp4", options)
    assert (first.settings, first.source, first.output.frames) == (
        second.settings,
        second.source,
        second.output.frames,
    )


def test_what_is_neither_is_refused(tmp_path):
    (tmp_path / "notes.mp4").write_text("text")
    with pytest.raises(UnsupportedSource):
        redact(tmp_path / "notes.mp4", tmp_path / "out.mp4")


def test_names_may_be_text(tmp_path, monkeypatch):
    clips.cfr(tmp_path / "clip.mp4")
    monkeypatch.chdir(tmp_path)
    report = redact("clip.mp4", "o.mp4", detectors=fake_detectors(), save_plan="o.plan.json")
    assert ("clip.mp4", "o.mp4", True) == (report.source.name, report.output.name, (tmp_path / "o.plan.json").exists())
    assert clips.FRAMES == analyse("clip.mp4", detectors=fake_detectors()).videos[0].frames


@pytest.mark.parametrize("wrong", [None, 3, [], b"clip.mp4"])
def test_what_is_no_name_is_one_of_our_errors(tmp_path, wrong):
    for call in (lambda: redact(wrong, tmp_path / "o.mp4"), lambda: redact("a.mp4", wrong), lambda: analyse(wrong)):
        with pytest.raises(PasserbyError, match="is no path. Give a str or a PathLike"):
            call()


def test_analyse_decodes_with_as_many_threads_as_it_is_given(tmp_path, monkeypatch):
    path, given = clips.cfr(tmp_path / "clip.mp4"), []
    opened = VideoFile.open
    monkeypatch.setattr(
        VideoFile, "open", lambda path, threads=0, rate=None: given.append(threads) or opened(path, threads, rate)
    )
    analyse(path, threads=2, detectors=fake_detectors())
    assert [2] == given
