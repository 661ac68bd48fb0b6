"""Every format from end to end: what must be kept is kept, what is changed is told, and the docs say the same."""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.source.video.file import VideoFile
from tests import clips, formats
from tests.fake_detector import FACE_POSITION, use_fixed_face
from tests.geometry import box_to_stored


@pytest.fixture(autouse=True)
def fake_detector(monkeypatch):
    use_fixed_face(monkeypatch)


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """The result of a recipe. Each is made and redacted once, for its test and for the page."""
    done = {}

    def of(recipe):
        if recipe.name not in done:
            done[recipe.name] = formats.run(recipe, tmp_path_factory.mktemp("format"))
        return done[recipe.name]

    return of


def seconds(path, video=0):
    with VideoFile.open(path) as file:
        base = file.info.videos[video].time_base
        return [frame.time * base for frame in file.frames(video)]


@pytest.mark.parametrize("recipe", formats.RECIPES, ids=lambda recipe: recipe.name.replace(" ", "_"))
def test_format(result, recipe):
    result = result(recipe)
    report = result.report
    assert report.check.findings == ()
    assert (report.damage, report.output.covered, report.needs_review) == ((), 0, False)
    with VideoFile.open(result.source) as before, VideoFile.open(result.output) as after:
        assert len(before.info.videos) == len(after.info.videos)
        assert len(before.info.audio_tracks) == len(after.info.audio_tracks)
        for number, (old, new) in enumerate(zip(before.info.videos, after.info.videos, strict=True)):
            assert (old.interlaced, old.top_first) == (new.interlaced, new.top_first) or not old.interlaced
            assert replace(new.colour, full_range=None) == replace(old.colour, full_range=None)
            assert bool(new.colour.full_range) == bool(old.colour.full_range)  # limited is what goes without saying
            assert new.geometry.pixel_aspect == old.geometry.pixel_aspect
            padded = any("padded" in line for line in report.warnings)
            size = (old.geometry.width + padded, old.geometry.height + padded)
            assert (new.geometry.width, new.geometry.height) == size
            times = seconds(result.output, number)
            assert seconds(result.source, number) == pytest.approx(times, abs=0 if recipe.becomes != ".mkv" else 5e-4)
            # These start with audio packets that only prime the decoder.
            begins = times[0] if recipe.container in ("mpegts", "mpeg", "flv", "asf") and recipe.audio else 0
            assert begins < 0.05
            shown = [time + begins for time in recipe.shown]
            assert pytest.approx(shown, abs=1.1e-3 if recipe.becomes == ".mkv" else 1e-5) == times
            assert len(times) == recipe.frames
            assert formats.mean_error(result.source, result.output, number) < 6
            masked(result.output, number)


def probed_tracks(path):
    """How many tracks of each kind FFmpeg's own program sees."""
    probe = ["ffprobe", "-v", "error", "-show_entries", "stream=index,codec_type:stream_disposition=attached_pic"]
    text = subprocess.run([*probe, "-of", "json", str(path)], capture_output=True, text=True, check=True).stdout
    return Counter(
        "cover" if stream["disposition"]["attached_pic"] else stream.get("codec_type", "unknown")
        for stream in json.loads(text)["streams"]
    )


#: Lines of `dropped` that count tracks, and the kind that ffprobe gives them.
DROPPED = {
    "subtitle tracks": "subtitle",
    "data tracks (telemetry, timecode and the like)": "data",
    "attached files": "attachment",
    "cover images": "cover",
    "audio tracks": "audio",
    "audio tracks that cannot be read": "audio",
    "video tracks that cannot be read": "video",
    "tracks of unknown type": "unknown",
}


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("recipe", formats.RECIPES, ids=lambda recipe: recipe.name.replace(" ", "_"))
def test_no_track_vanishes_unsaid(result, recipe):
    """What ffprobe counts in the source is in the output, or in the report."""
    result = result(recipe)
    told = Counter()
    for line in result.report.dropped:
        name, _, count = line.rpartition(": ")
        if name in DROPPED:
            told[DROPPED[name]] += int(count)
    assert probed_tracks(result.source) == probed_tracks(result.output) + told


def masked(path, number):
    """Nothing is visible where the fake face is."""
    with VideoFile.open(path) as file:
        geometry = file.info.videos[number].geometry
        width, height = geometry.display_size
        box = box_to_stored(
            geometry, Box(*(part * side for part, side in zip(FACE_POSITION, (width, height) * 2, strict=True)))
        )
        for frame in file.frames(number):
            shown = clips.rgb(frame.av_frame)[int(box.y1) + 2 : int(box.y2) - 2, int(box.x1) + 2 : int(box.x2) - 2]
            assert shown.mean() < 8


def test_the_page_is_up_to_date(result):
    table, _, _ = formats.PAGE.read_text(encoding="utf-8").partition("\n## Situations")
    assert formats.page(result) == table, "run: make docs"


@pytest.mark.parametrize(("order", "name"), [(2, "tff"), (3, "bff")])
def test_fields_stay_apart(tmp_path, order, name):
    """The two fields show different points in time; both must be preserved, in their order."""
    size = (128, 96)
    path = tmp_path / "s.mp4"
    graph = av.filter.Graph()
    source = graph.add_buffer(width=128, height=96, format=av.VideoFormat("yuv420p"), time_base=Fraction(1, 25))
    graph.link_nodes(source, graph.add("setfield", mode=name), graph.add("buffersink")).configure()
    with av.open(str(path), "w") as output:
        options = formats.FIELDS | {"preset": "ultrafast", "crf": "12"}
        stream = output.add_stream("libx264", rate=25, options=options, width=128, height=96, time_base=Fraction(1, 25))
        stream.codec_context.field_order = order
        for number in range(8):
            image = clips.drawing(2 * number, size)
            image[1::2] = clips.drawing(2 * number + 9, size)[1::2]
            picture = av.VideoFrame.from_ndarray(image).reformat(format="yuv420p", threads=1)
            picture.pts, picture.time_base = number, Fraction(1, 25)
            graph.push(picture)
            output.mux(stream.encode(graph.pull()))
        output.mux(stream.encode(None))
    out = tmp_path / "o.mp4"
    report = formats.redact(path, out)
    assert report.check.findings == ()
    with VideoFile.open(path) as before, VideoFile.open(out) as after:
        assert before.info.videos[0].interlaced
        assert (after.info.videos[0].interlaced, after.info.videos[0].top_first) == (True, name == "tff")
        for old, new in zip(before.frames(), after.frames(), strict=True):
            top = [clips.rgb(frame.av_frame)[80::2].astype(int) for frame in (old, new)]
            bottom = [clips.rgb(frame.av_frame)[81::2].astype(int) for frame in (old, new)]
            assert np.abs(top[0] - top[1]).mean() < 5
            assert np.abs(bottom[0] - bottom[1]).mean() < 5
    masked(out, 0)


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_outside_tools_see_fields(result):
    result = result(next(recipe for recipe in formats.RECIPES if "DV" in recipe.name))
    probe = ["ffprobe", "-v", "error", "-show_entries", "frame=interlaced_frame,top_field_first", "-of", "csv=p=0"]
    probed = subprocess.run([*probe, str(result.output)], capture_output=True, text=True, check=True).stdout.split()
    assert {line.strip(",") for line in probed if line[0].isdigit()} == {"1,0"}
