"""A long film that is done in spans: the plan, the frames, the times and the sound are those of one machine alone."""

from fractions import Fraction
from functools import partial

import av
import numpy as np
import pytest

from passerby.config.settings import Audio, Codec, Settings
from passerby.core.box import Box
from passerby.core.errors import OutputError
from passerby.core.kinds import Detection, Kind
from passerby.core.progress import Silent
from passerby.documents.plan import Plan
from passerby.engine import distributed as spans
from passerby.engine import video as pipeline
from passerby.track.segments import VARIABLE, Span
from tests import clips
from tests.clips import TIME_BASE, constant, decoded, tone, write_clip
from tests.plans import ToldLooker, told

#: Frames of a clip: three stretches of a second and some more.
FRAMES = 100
MILLISECONDS = Fraction(1, 1000)


@pytest.fixture(autouse=True)
def seconds(monkeypatch):
    monkeypatch.setenv(VARIABLE, "1")


def there(seconds):
    """What is there, by the clock: a face that stays, one that walks by, from before the first seam till after the
    second, and one that shows about a seam only."""
    faces = [Box(70, 60, 90, 90)]
    if 0.5 < seconds < 2.5:
        left = 20 + 4 * seconds
        faces.append(Box(left, 10, left + 16, 30))
    if 0.8 < seconds < 1.4:
        faces.append(Box(100, 20, 120, 40))
    return faces


@pytest.fixture(autouse=True)
def seen(monkeypatch):
    def look(_, frame, reach=None):
        seconds = float(frame.time * frame.picture.time_base)
        return [Detection(Kind.FACE, box, 0.8, "test") for box in there(seconds)]

    told(monkeypatch)
    monkeypatch.setattr("passerby.engine.analyse.Looker", type("Told", (ToldLooker,), {"look": look}))


def with_sound(container, stream):
    container.add_stream("aac", rate=48000)


def filled(container):
    tone(container, container.streams.audio[0], FRAMES * 1001 / 30000)


def uneven():
    """Times of which no two are alike, with a pause longer than a stretch in the middle."""
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


def in_spans(source, output, settings, **options):
    """As a cluster does it, one step after the other."""
    sights = [spans.look_at(source, span, settings, 1, Silent()) for span in spans.cut(source)]
    plan = spans.as_one(sights, settings)
    assert plan is not None
    parts = []
    for number, (part, piece) in enumerate(spans.pieces(plan, sights)):
        path = output.with_name(f"{number}.piece")
        parts.append((path, piece, spans.paint(source, path, output, part, piece, False, True, 1, Silent())))
    join = partial(spans.join, source, output, plan, parts, False, None, False, 1, lambda: None)
    return plan, sights, parts, join


def streams(path):
    """Everything that a container says of its picture, but how many bits it takes; and its packets' times."""
    with av.open(path) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        said = (
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
        return said, sorted(
            (packet.pts, packet.pts * stream.time_base) for packet in container.demux(stream) if packet.size
        )


def samples(path):
    """The sound, and when it begins."""
    with av.open(path) as container:
        frames = list(container.decode(audio=0))
        return frames[0].pts, np.concatenate([frame.to_ndarray()[0] for frame in frames])


@pytest.mark.parametrize("name", CLIPS)
def test_the_plan_the_frames_and_the_times_are_those_of_one_machine(tmp_path, name):
    source = write_clip(tmp_path / f"clip{ENDINGS.get(name, '.mp4')}", **CLIPS[name])
    codec = Codec.AV1 if name in ("webm", "av1") else None
    settings = Settings(audio=Audio.KEEP, codec=codec, quality=12)
    alone, joined = tmp_path / f"alone{source.suffix}", tmp_path / f"joined{source.suffix}"
    report = pipeline.redact(source, alone, settings, save_plan=tmp_path / "alone.json", threads=1)
    plan, sights, _, join = in_spans(source, joined, settings)
    assert len(sights) >= 3
    assert Plan.load(tmp_path / "alone.json") == plan
    said = join()
    assert streams(alone) == streams(joined)
    assert (report.check.frames_compared, ()) == (said.check.frames_compared, said.check.suspects)
    for field in ("source", "hidden", "dropped", "damage", "warnings", "weights", "plan_edited"):
        assert getattr(report, field) == getattr(said, field)
    one, other = decoded(alone), decoded(joined)
    assert [time for time, _ in one] == [time for time, _ in other]
    # Encoders keep as much of each, but begin anew with each piece.
    assert max(np.abs(a.astype(int) - b).mean() for (_, a), (_, b) in zip(one, other, strict=True)) < 6
    if name == "even":
        (begins, heard), (begins_too, heard_too) = samples(alone), samples(joined)
        assert begins == begins_too
        assert np.array_equal(heard, heard_too)


@pytest.fixture
def calm(monkeypatch, tmp_path):
    """A clip in which nothing moves, so that motion carries nothing away."""
    monkeypatch.setattr(clips, "picture", lambda _, *given, picture=clips.picture: picture(0, *given))
    return write_clip(tmp_path / "calm.mp4", times=constant(FRAMES))


def test_a_thing_at_a_seam_is_one_track_and_hidden_on_both_sides(calm, tmp_path):
    source = calm
    plan, sights, _, _ = in_spans(source, tmp_path / "out.mp4", Settings())
    second = round(1 / TIME_BASE)
    short = [track for track in plan.videos[0].tracks if all(key.box.x1 > 90 for key in track.keyframes)]
    assert [True] == [track.start < 0.8 * second and track.end > 1.4 * second for track in short]
    for seam in (1, 2):
        before, after = [
            [
                one.track
                for one in sights[n].looked.tracks[n]
                if one.track.start <= seam * second + 1001 <= one.track.end
            ]
            for n in (seam - 1, seam)
        ]
        assert before
        assert after
        for time in range(seam * second - 10010, seam * second + 10010, 1001):
            hidden = [here.box for track in plan.videos[0].tracks if (here := track.at(time)) is not None]
            for track in (*before, *after):
                there = track.at(time)
                assert there is None or any(there.box.inside(box) > 0.999 for box in hidden)


def test_in_stretches_no_less_is_hidden_and_no_more_tracks_are_found(calm, monkeypatch):
    plan = pipeline.analyse(calm, threads=1)
    monkeypatch.delenv(VARIABLE)
    alone = pipeline.analyse(calm, threads=1)
    assert 3 == len(alone.videos[0].tracks) == len(plan.videos[0].tracks)
    for found in (plan, alone):
        for time in constant(FRAMES):
            hidden = [here.box for track in found.videos[0].tracks if (here := track.at(time)) is not None]
            for face in there(float(time * TIME_BASE)):
                assert any(face.containment(box) > 0.8 for box in hidden)


def test_what_does_not_decode_alike_everywhere_is_not_put_together(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    sights = [spans.look_at(source, span, Settings(), 1, Silent()) for span in spans.cut(source)]
    assert spans.as_one(sights, Settings()) is not None
    time, hash_ = sights[0].looked.after[3]
    for other in ((time + 1, hash_), (time, hash_ ^ 1)):
        sights[0].looked.after[3] = other
        assert spans.as_one(sights, Settings()) is None
    sights[0].looked.after[3] = time, hash_
    sights[2].looked.before = time, hash_
    assert spans.as_one(sights, Settings()) is None


def test_a_damaged_film_is_done_in_one_piece(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    data = bytearray(source.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    source.write_bytes(data)
    sights = [spans.look_at(source, span, Settings(), 1, Silent()) for span in spans.cut(source)]
    assert not all(sight.sound for sight in sights)
    assert spans.as_one(sights, Settings()) is None


def test_a_film_that_was_cut_off_is_done_in_one_piece(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES), container_options={"movflags": "faststart"})
    source.write_bytes(source.read_bytes()[:-3000])
    found = spans.cut(source)
    sights = [spans.look_at(source, span, Settings(), 1, Silent()) for span in found] if len(found) > 1 else []
    assert not sights or spans.as_one(sights, Settings()) is None


def test_only_long_films_in_which_one_can_jump_are_cut(tmp_path, monkeypatch):
    assert 3 == len(spans.cut(write_clip(tmp_path / "long.mp4", times=constant(FRAMES))))
    assert [Span(0, 0), Span(1, 1), Span(2)] == spans.cut(tmp_path / "long.mp4")
    assert [Span(0)] == spans.cut(tmp_path / "long.mp4", least=2)
    assert 1 == len(spans.cut(write_clip(tmp_path / "short.mp4")))
    stream = write_clip(tmp_path / "a.ts", times=constant(FRAMES), container="mpegts", time_base=Fraction(1, 90000))
    assert 1 == len(spans.cut(stream))
    monkeypatch.delenv(VARIABLE)
    assert 1 == len(spans.cut(tmp_path / "long.mp4"))


def test_spans_of_several_stretches_give_the_same(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(5 * 30))
    found = spans.cut(source, least=2)
    assert [Span(0, 1), Span(2)] == found
    sights = [spans.look_at(source, span, Settings(), 1, Silent()) for span in found]
    assert [[0, 1], [2, 3, 4]] == [list(sight.looked.tracks) for sight in sights]
    assert pipeline.analyse(source, threads=1) == spans.as_one(sights, Settings())


def test_a_piece_that_another_run_has_written_is_not_joined(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    output = tmp_path / "out.mp4"
    _, _, parts, join = in_spans(source, output, Settings())
    parts[1][0].write_bytes(parts[0][0].read_bytes())
    with pytest.raises(OutputError, match="not what was written"):
        join()
    assert not output.exists()


def test_pieces_of_another_encoder_are_not_joined(tmp_path):
    source = write_clip(tmp_path / "clip.mp4", times=constant(FRAMES))
    output = tmp_path / "out.mp4"
    _, sights, parts, join = in_spans(source, output, Settings())
    part, piece = spans.pieces(spans.as_one(sights, Settings()), sights)[1]
    wide = part.model_copy(update={"settings": Settings(codec=Codec.HEVC)})
    path = parts[1][0]
    parts[1] = path, piece, spans.paint(source, path, output, wide, piece, False, False, 1, Silent())
    with pytest.raises(OutputError, match="joined"):
        join()
    assert not output.exists()
