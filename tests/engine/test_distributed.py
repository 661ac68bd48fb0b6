"""A long video distributed in segments: plan, frames, times and audio are those of one machine alone."""

from fractions import Fraction
from functools import partial
from itertools import chain, repeat

import av
import numpy as np
import pytest

from passerby.config.settings import Audio, Codec, Settings
from passerby.core.box import Box
from passerby.core.errors import OutputError
from passerby.core.kinds import Detection, Kind
from passerby.documents.plan import Plan
from passerby.engine import distributed, video
from passerby.engine.options import RunOptions
from passerby.track.segments import SegmentLengths, SegmentRange
from tests import clips
from tests.clips import TIME_BASE, constant, decoded, tone, write_clip
from tests.fake_detector import FakeDetector, FakeDetectorFactory, nothing

#: Frames of a clip: three segments of a second and some more.
FRAMES = 100
MILLISECONDS = Fraction(1, 1000)


#: Segments of a second, which overlap by half of it.
LENGTHS = SegmentLengths(1.0, 0.5)


def face_boxes(seconds):
    """What is visible, by the clock: a face that stays, one that walks by, from before the first boundary till after
    the second, and one that is there about a boundary only."""
    faces = [Box(70, 60, 90, 90)]
    if 0.5 < seconds < 2.5:
        left = 20 + 4 * seconds
        faces.append(Box(left, 10, left + 16, 30))
    if 0.8 < seconds < 1.4:
        faces.append(Box(100, 20, 120, 40))
    return faces


def detect(frame, scope):
    seconds = float(frame.time * frame.av_frame.time_base)
    return [Detection(Kind.FACE, box, 0.8, "test") for box in face_boxes(seconds)]


def options(settings=None, lengths=LENGTHS, **kwargs):
    made = chain([FakeDetector(kwargs.pop("detect", detect))], repeat(FakeDetector()))  # the self-check detects nothing
    detectors = FakeDetectorFactory(lambda geometry: next(made))
    return RunOptions(
        settings=settings or Settings(), threads=1, detectors=detectors, segment_lengths=lengths, **kwargs
    )


def with_sound(container, stream):
    container.add_stream("aac", rate=48000)


def filled(container):
    tone(container, container.streams.audio[0], FRAMES * 1001 / 30000)


def uneven():
    """Irregular times, with a gap longer than a segment in the middle."""
    times = [int(n * 1001 + 11 * (n % 7)) for n in range(FRAMES)]
    return [time + 45000 * (n >= 50) for n, time in enumerate(times)]


CLIPS = {
    "even": {"times": constant(FRAMES), "prepare": with_sound, "finish": filled},
    "uneven": {"times": uneven()},
    "late": {"times": constant(FRAMES, first=20 * 1001)},
    "b-frames": {"times": constant(FRAMES), "options": {"preset": "medium", "bf": "3", "g": "12"}},
    "edit list": {"times": constant(FRAMES, first=-6 * 1001), "options": {"preset": "medium", "bf": "3"}},
    "one key frame": {"times": constant(FRAMES), "options": {"g": "1000", "sc_threshold": "0"}},
    "open groups": {
        "times": constant(FRAMES),
        "codec": "libx265",
        "options": {"x265-params": "log-level=none:open-gop=1:keyint=10:min-keyint=10:bframes=4"},
    },
    "ten bits": {"times": constant(FRAMES), "codec": "libx265", "pixel_format": "yuv420p10le"},
    "av1": {"times": constant(FRAMES), "codec": "libsvtav1"},
    "turned": {"times": constant(FRAMES), "prepare": lambda _, stream: stream.set_display_rotation(90)},
    "mov": {"times": constant(FRAMES), "container": "mov"},
    "mkv": {"times": constant(FRAMES, step=33), "container": "matroska", "time_base": MILLISECONDS},
    "webm": {
        "times": constant(FRAMES, step=33),
        "container": "webm",
        "time_base": MILLISECONDS,
        "codec": "libvpx-vp9",
    },
}
ENDINGS = {"mkv": ".mkv", "webm": ".webm", "mov": ".mov"}


def analyse_all(source, **kwargs):
    ranges = distributed.split(source, LENGTHS)
    return [distributed.analyse_segments(source, segments, options(**kwargs)) for segments in ranges]


def in_chunks(source, output, settings):
    """As a cluster does it, one step after the other."""
    analyses = analyse_all(source, settings=settings)
    plan = distributed.merge_plan(analyses, settings)
    assert plan is not None
    chunks = []
    for number, (part, chunk) in enumerate(distributed.plan_chunks(plan, analyses)):
        path = output.with_name(f"{number}.chunk")
        rendered = distributed.render_chunk(source, path, output, part, chunk, False, options(detect=nothing))
        chunks.append((path, chunk, rendered))
    join = partial(distributed.join_chunks, source, output, plan, chunks, False, options(), lambda: None)
    return plan, analyses, chunks, join


def streams(path):
    """All metadata of the video stream but its bit rate; and the times of its packets."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        metadata = (
            stream.time_base,
            stream.average_rate,
            stream.duration,
            stream.frames,
            context.extradata,
            context.codec_tag,
            context.sample_aspect_ratio,
            context.color_primaries,
            dict(stream.metadata),
        )
        return metadata, sorted(
            (packet.pts, packet.pts * stream.time_base) for packet in container.demux(stream) if packet.size
        )


def samples(path):
    """The audio, and when it starts."""
    with av.open(path) as container:
        frames = list(container.decode(audio=0))
        return frames[0].pts, np.concatenate([frame.to_ndarray()[0] for frame in frames])


@pytest.mark.parametrize("name", CLIPS)
def test_the_plan_the_frames_and_the_times_are_those_of_one_machine(tmp_path, name):
    source = write_clip(tmp_path / f"clip{ENDINGS.get(name, '.mp4')}", **CLIPS[name])
    codec = Codec.AV1 if name in ("webm", "av1") else None
    settings = Settings(audio=Audio.KEEP, codec=codec, quality=12)
    alone, joined = tmp_path / f"alone{source.suffix}", tmp_path / f"joined{source.suffix}"
    report = video.redact(source, alone, options(settings, save_plan=tmp_path / "alone.json"))
    plan, analyses, _, join = in_chunks(source, joined, settings)
    assert len(analyses) >= 3
    assert Plan.load(tmp_path / "alone.json") == plan
    distributed_report = join()
    assert streams(alone) == streams(joined)
    assert (report.check.frames_compared, ()) == (
        distributed_report.check.frames_compared,
        distributed_report.check.findings,
    )
    for field in ("source", "hidden", "dropped", "damage", "warnings", "weights", "plan_edited"):
        assert getattr(report, field) == getattr(distributed_report, field)
    one, other = decoded(alone), decoded(joined)
    assert [time for time, _ in one] == [time for time, _ in other]
    assert length(alone) == pytest.approx(length(joined), abs=1.5e-3)
    # The quality is the same, but encoders restart with each chunk.
    assert max(np.abs(a.astype(int) - b).mean() for (_, a), (_, b) in zip(one, other, strict=True)) < 6
    if name == "even":
        (start, audio), (joined_start, joined_audio) = samples(alone), samples(joined)
        assert start == joined_start
        assert np.array_equal(audio, joined_audio)


def length(path):
    """Seconds of the whole file."""
    with av.open(path) as file:
        return file.duration / av.time_base


@pytest.fixture
def static_clip(monkeypatch, tmp_path):
    """A clip in which nothing moves, so that motion propagates nothing away. A lamp in the corner changes, so that
    detectors run: where nothing changes at all, they do not."""

    def video_frame(index, size=clips.SIZE, pixel_format="yuv420p"):
        image = clips.drawing(0, size)
        image[:12, :12] = index * 37 % 251
        return av.VideoFrame.from_ndarray(image).reformat(format=pixel_format, threads=1)

    monkeypatch.setattr(clips, "video_frame", video_frame)
    return write_clip(tmp_path / "static.mp4", times=constant(FRAMES))


def test_an_object_at_a_boundary_is_one_track_and_masked_on_both_sides(static_clip, tmp_path):
    plan, analyses, _, _ = in_chunks(static_clip, tmp_path / "out.mp4", Settings())
    second = round(1 / TIME_BASE)
    short = [track for track in plan.videos[0].tracks if all(key.box.x1 > 90 for key in track.keyframes)]
    assert [True] == [track.start < 0.8 * second and track.end > 1.4 * second for track in short]
    for boundary in (1, 2):
        before, after = [
            [
                candidate.track
                for candidate in analyses[n].result.candidates[n]
                if candidate.track.start <= boundary * second + 1001 <= candidate.track.end
            ]
            for n in (boundary - 1, boundary)
        ]
        assert before
        assert after
        for time in range(boundary * second - 10010, boundary * second + 10010, 1001):
            masks = [key.box for track in plan.videos[0].tracks if (key := track.masked_at(time)) is not None]
            for track in (*before, *after):
                key = track.masked_at(time)
                assert key is None or any(key.box.containment(box) > 0.999 for box in masks)


def test_in_segments_no_less_is_masked_and_no_more_tracks_are_found(static_clip):
    plan = video.analyse(static_clip, options())
    unsegmented = video.analyse(static_clip, options(lengths=SegmentLengths()))
    assert 3 == len(unsegmented.videos[0].tracks) == len(plan.videos[0].tracks)
    for found in (plan, unsegmented):
        for time in constant(FRAMES):
            masks = [key.box for track in found.videos[0].tracks if (key := track.masked_at(time)) is not None]
            for face in face_boxes(float(time * TIME_BASE)):
                assert any(face.containment(box) > 0.8 for box in masks)


def test_what_does_not_decode_alike_everywhere_is_not_merged(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    analyses = analyse_all(source)
    assert distributed.merge_plan(analyses, Settings()) is not None
    time, hash_ = analyses[0].result.frames_after[3]
    for other in ((time + 1, hash_), (time, hash_ ^ 1)):
        analyses[0].result.frames_after[3] = other
        assert distributed.merge_plan(analyses, Settings()) is None
    analyses[0].result.frames_after[3] = time, hash_
    analyses[2].result.frame_before = time, hash_
    assert distributed.merge_plan(analyses, Settings()) is None


def test_a_damaged_video_is_not_distributed(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    data = bytearray(source.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    source.write_bytes(data)
    analyses = analyse_all(source)
    assert not all(analysis.decodes_cleanly for analysis in analyses)
    assert distributed.merge_plan(analyses, Settings()) is None


def test_a_truncated_video_is_not_distributed(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES), container_options={"movflags": "faststart"})
    source.write_bytes(source.read_bytes()[:-3000])
    analyses = analyse_all(source) if len(distributed.split(source, LENGTHS)) > 1 else []
    assert not analyses or distributed.merge_plan(analyses, Settings()) is None


def test_only_long_videos_with_reliable_seeking_are_split(tmp_path):
    assert 3 == len(distributed.split(write_clip(tmp_path / "long.mp4", times=constant(FRAMES)), LENGTHS))
    assert [SegmentRange(0, 0), SegmentRange(1, 1), SegmentRange(2)] == distributed.split(
        tmp_path / "long.mp4", LENGTHS
    )
    assert [SegmentRange(0)] == distributed.split(tmp_path / "long.mp4", LENGTHS, min_segments=2)
    assert 1 == len(distributed.split(write_clip(tmp_path / "short.mp4"), LENGTHS))
    stream = write_clip(tmp_path / "a.ts", times=constant(FRAMES), container="mpegts", time_base=Fraction(1, 90000))
    assert 1 == len(distributed.split(stream, LENGTHS))
    assert 1 == len(distributed.split(tmp_path / "long.mp4", SegmentLengths()))


def test_ranges_of_several_segments_give_the_same(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(5 * 30))
    ranges = distributed.split(source, LENGTHS, min_segments=2)
    assert [SegmentRange(0, 1), SegmentRange(2)] == ranges
    analyses = [distributed.analyse_segments(source, segments, options()) for segments in ranges]
    assert [[0, 1], [2, 3, 4]] == [list(analysis.result.candidates) for analysis in analyses]
    assert video.analyse(source, options()) == distributed.merge_plan(analyses, Settings())


def test_a_chunk_that_another_run_has_written_is_not_joined(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    output = tmp_path / "out.mp4"
    _, _, chunks, join = in_chunks(source, output, Settings())
    chunks[1][0].write_bytes(chunks[0][0].read_bytes())
    with pytest.raises(OutputError, match="not the chunk that was written"):
        join()
    assert not output.exists()


def test_chunks_of_another_encoder_are_not_joined(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    output = tmp_path / "out.mp4"
    _, analyses, chunks, join = in_chunks(source, output, Settings())
    part, chunk = distributed.plan_chunks(distributed.merge_plan(analyses, Settings()), analyses)[1]
    wide = part.model_copy(update={"settings": Settings(codec=Codec.HEVC)})
    path = chunks[1][0]
    rendered = distributed.render_chunk(source, path, output, wide, chunk, False, options(verify=False))
    chunks[1] = path, chunk, rendered
    with pytest.raises(OutputError, match="joined"):
        join()
    assert not output.exists()
