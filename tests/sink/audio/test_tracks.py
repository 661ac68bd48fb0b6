"""Sound stays with the picture: clicks and flashes come at the same moments, however it is written."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby import Plan, Settings, redact
from passerby.config.settings import Audio
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.redaction_log import LogAction
from tests import clips
from tests.fake_detector import use_fixed_face

RATE = 48000
#: Seconds from the first frame at which a flash is to be seen and a click to be heard.
MOMENTS = (0.32, 0.92, 1.4)
FRAMES = 45
VARIABLE = tuple(n * 1200 + (n * n * 7) % 500 for n in range(FRAMES))  # ticks of 1/30000


@pytest.fixture(autouse=True)
def fixed_face(monkeypatch):
    use_fixed_face(monkeypatch)


def clip(
    path, *, codec="aac", container="mp4", times=None, base=clips.TIME_BASE, tracks=1, language=None, video="libx264",
    options=None,
):  # fmt: skip
    """A clip that flashes and clicks: frames nearest to the moments are white, and the click begins with the frame."""
    times = times or [round(n * Fraction(1, 25) / base) for n in range(FRAMES)]
    flashes = [min(range(FRAMES), key=lambda n: abs((times[n] - times[0]) * base - moment)) for moment in MOMENTS]
    with av.open(str(path), "w", format=container) as output:
        options = ({"preset": "ultrafast"} if video == "libx264" else {}) | (options or {})
        stream = output.add_stream(video, rate=25, options=options, time_base=base, width=128, height=96)
        stream.pix_fmt = "yuv420p"
        sounds = []
        for _ in range(tracks):
            sounds.append(output.add_stream(codec, rate=RATE, bit_rate=128_000))
            if language:
                sounds[-1].metadata.update({"language": language, "title": "Secret name of a track"})
        for number, time in enumerate(times):
            picture = clips.video_frame(number)
            if number in flashes:
                np.frombuffer(picture.planes[0], np.uint8)[:] = 235
            picture.pts, picture.time_base = time, base
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
        samples = np.zeros(int(2.4 * RATE))
        for number in flashes:
            begin = (
                int((times[number] - min(times[0], 0)) * base * RATE)
                if times[0] < 0
                else int(times[number] * base * RATE)
            )
            samples[begin : begin + 480] = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(480) / RATE)
        for sound in sounds:
            first = int(times[0] * base * RATE) if times[0] < 0 else 0
            clips.sound(output, sound, samples, first)
    return path


def flashes(path):
    return [float(moment) for moment, shown in clips.decoded(path) if shown[:20].mean() > 200]


def audio_of(path, track=0):
    """(samples of one channel, moment of each)."""
    parts, moments = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=track):
            resampled = av.AudioResampler("fltp", "mono", frame.sample_rate).resample(frame)[0]
            parts.append(resampled.to_ndarray()[0])
            moments.append(float(frame.pts * frame.time_base) + np.arange(len(parts[-1])) / frame.sample_rate)
    return np.concatenate(parts), np.concatenate(moments)


def clicks(path, track=0):
    samples, moments = audio_of(path, track)
    loud = np.flatnonzero(np.abs(samples) > 0.4 * np.abs(samples).max())
    begins = loud[np.concatenate([[True], np.diff(moments[loud]) > 0.2])]
    return [float(moments[place]) for place in begins]


def apart(path, track=0):
    """Seconds between each flash and its click."""
    seen, beeps = flashes(path), clicks(path, track)
    assert len(seen) == len(beeps) == len(MOMENTS)
    return [abs(a - b) for a, b in zip(seen, beeps, strict=True)]


MS, QUARTER = Fraction(1, 1000), Fraction(1, 25)
REORDERED = {"preset": "veryfast", "bf": "3"}
SOURCES = {
    "AAC in MP4": {},
    "AAC in MP4, B-frames": {"options": REORDERED},
    "PCM in MOV": {"codec": "pcm_s16le", "container": "mov"},
    "MP3 in MP4": {"codec": "libmp3lame"},
    "AAC in 3GP": {"container": "3gp", "video": "mpeg4"},
    "AAC in TS, B-frames": {"container": "mpegts", "base": Fraction(1, 90000), "options": REORDERED},
    "AC-3 in TS": {"container": "mpegts", "base": Fraction(1, 90000), "codec": "ac3"},
    "MP2 in MPEG-PS": {"container": "mpeg", "codec": "mp2", "base": QUARTER, "video": "mpeg2video"},
    "AAC in FLV": {"container": "flv", "base": MS},
    "Opus in MKV": {"container": "matroska", "codec": "libopus", "base": MS},
    "FLAC in MKV": {"container": "matroska", "codec": "flac", "base": MS},
    "Opus in WebM": {"container": "webm", "codec": "libopus", "base": MS, "video": "libvpx"},
    "PCM in AVI": {"container": "avi", "codec": "pcm_s16le", "base": QUARTER, "video": "mpeg4"},
    "MP2 in AVI, B-frames": {
        "container": "avi", "codec": "mp2", "base": QUARTER, "video": "mpeg4", "options": {"bf": "2"}
    },
    "PCM in AVI, H.264 with B-frames": {
        "container": "avi", "codec": "pcm_s16le", "base": QUARTER, "options": REORDERED
    },
    "WMA in ASF": {"container": "asf", "codec": "wmav2", "base": MS, "video": "wmv2"},
    "WMA in ASF, H.264 with B-frames": {"container": "asf", "codec": "wmav2", "base": MS, "options": REORDERED},
    "late picture": {"times": [15000 + 1200 * n for n in range(FRAMES)]},
    "variable rate": {"times": VARIABLE},
    "edit list": {"times": [1200 * (n - 6) for n in range(FRAMES)]},
}  # fmt: skip
AVI = {"container": "avi", "base": QUARTER, "video": "mpeg4"}
#: Each source is kept in MP4, and written in one other way: those take their turns.
OTHERS = [("unnatural-voice", ".mkv"), ("keep", ".mkv"), ("unnatural-voice", ".mp4")]
WAYS = [(name, *way) for n, name in enumerate(SOURCES) for way in (("keep", ".mp4"), OTHERS[n % len(OTHERS)])]


@pytest.mark.parametrize(("source", "audio", "ending"), WAYS)
def test_in_sync(tmp_path, source, audio, ending):
    path, out = clip(tmp_path / "source", **SOURCES[source]), tmp_path / f"o{ending}"
    report = redact(path, out, Settings(audio=audio))
    assert report.damage == ()
    assert max(apart(out)) < 0.02


@pytest.mark.parametrize("audio", ["keep", "unnatural-voice"])
def test_mp3_in_avi_is_as_far_from_the_picture_as_it_was(tmp_path, audio):
    """FFmpeg writes the packet that only prepares the decoder as sound, so such a file is never quite in step."""
    path, out = clip(tmp_path / "s", codec="libmp3lame", **AVI), tmp_path / "o.mp4"
    redact(path, out, Settings(audio=audio))
    assert max(abs(a - b) for a, b in zip(apart(path), apart(out), strict=True)) < 0.02


@pytest.mark.parametrize(("codec", "container", "ending", "expected"), [
    ("aac", "mp4", ".mp4", "aac"),
    ("aac", "mpegts", ".mp4", "aac"),
    ("pcm_s16le", "mov", ".mp4", "aac"),
    ("pcm_s16le", "mov", ".mov", "pcm_s16le"),
    ("pcm_s16le", "avi", ".mkv", "pcm_s16le"),
    ("libopus", "matroska", ".mp4", "opus"),
    ("libopus", "matroska", ".mov", "aac"),
    ("mp2", "mpegts", ".mp4", "aac"),
    ("ac3", "mpegts", ".mp4", "ac3"),
])  # fmt: skip
def test_copied_where_the_container_allows(tmp_path, codec, container, ending, expected):
    options = AVI if container == "avi" else {"container": container}
    path, out = clip(tmp_path / "s", codec=codec, **options), tmp_path / f"o{ending}"
    report = redact(path, out, Settings(audio="keep"))
    with av.open(str(out)) as opened, av.open(str(path)) as source:
        assert opened.streams.audio[0].codec_context.codec.canonical_name == expected
        copied = [bytes(packet) for packet in opened.demux(audio=0) if packet.size]
        given = [bytes(packet) for packet in source.demux(audio=0) if packet.size]
    reencoded = any("re-encoded" in line for line in report.warnings)
    assert reencoded == (expected not in codec)
    if not reencoded and not (container == "mpegts" and codec == "aac"):  # there each packet has a header in front
        assert set(copied) <= set(given)
        assert len(copied) >= len(given) - 2  # but for what only prepares the decoder


def test_every_track_and_its_language_but_not_its_name(tmp_path):
    out = tmp_path / "o.mp4"
    redact(clip(tmp_path / "s.mp4", tracks=3, language="deu"), out, Settings(audio="keep"))
    with av.open(str(out)) as opened:
        assert [stream.language for stream in opened.streams.audio] == ["deu"] * 3
    assert all(max(apart(out, track)) < 0.02 for track in range(3))
    assert b"Secret" in (tmp_path / "s.mp4").read_bytes()
    assert b"Secret" not in out.read_bytes()


def test_removed_by_default(tmp_path):
    report = redact(clip(tmp_path / "s.mp4"), tmp_path / "o.mp4")
    with av.open(str(tmp_path / "o.mp4")) as opened:
        assert [stream.type for stream in opened.streams] == ["video"]
    assert "audio tracks: 1" in report.dropped


def planned(tmp_path, spans, ending=".mp4", codec=None):
    """The clip with a tone all through, released with these spans of its plan."""
    path, saved, out = tmp_path / "s.mp4", tmp_path / "plan.json", tmp_path / f"o{ending}"

    def prepare(output, _):
        output.add_stream("aac", rate=RATE)

    clips.write_clip(
        path, times=clips.constant(90), prepare=prepare, finish=lambda o: clips.tone(o, o.streams.audio[0], 3, 300)
    )
    redact(path, tmp_path / "first.mp4", save_plan=saved)
    plan = Plan.load(saved).model_copy(update={"audio": spans, "settings": Settings(audio="keep", codec=codec)})
    redact(path, out, plan=plan)
    return audio_of(out)


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_muted_spans_are_silent(tmp_path, ending):
    samples, moments = planned(tmp_path, (AudioSpan(start=0.5, end=1.0), AudioSpan(start=2.0, end=2.5)), ending)
    for start, end in ((0.5, 1.0), (2.0, 2.5)):
        assert np.abs(samples[(moments > start + 0.03) & (moments < end - 0.03)]).max() < 1e-3
    for start, end in ((0.1, 0.45), (1.1, 1.9)):
        assert np.abs(samples[(moments > start) & (moments < end)]).max() > 0.25


def test_bleeped_spans_hold_a_tone_and_nothing_else(tmp_path):
    samples, moments = planned(tmp_path, (AudioSpan(start=0.5, end=1.5, action="bleep"),))
    inside = samples[(moments > 0.6) & (moments < 1.4)]
    spectrum = np.abs(np.fft.rfft(inside * np.hanning(len(inside))))
    pitch = np.fft.rfftfreq(len(inside), 1 / RATE)
    assert pitch[spectrum.argmax()] == pytest.approx(1000, abs=5)
    assert spectrum[np.abs(pitch - 300) < 20].max() < 0.01 * spectrum.max()


def test_an_unnatural_voice_has_lower_pitch_and_no_highs_and_is_called_weak(tmp_path):
    path, out = tmp_path / "s.mp4", tmp_path / "o.mp4"

    def finish(output):
        moments = np.arange(3 * RATE) / RATE
        clips.sound(
            output, output.streams.audio[0], 0.3 * (np.sin(2e3 * np.pi * moments) + np.sin(12e3 * np.pi * moments))
        )

    clips.write_clip(path, times=clips.constant(90), prepare=lambda o, _: o.add_stream("aac", rate=RATE), finish=finish)
    report = redact(path, out, Settings(audio=Audio.UNNATURAL_VOICE))
    samples, moments = audio_of(out)
    inside = samples[(moments > 0.5) & (moments < 2.5)]
    spectrum = np.abs(np.fft.rfft(inside * np.hanning(len(inside))))
    pitch = np.fft.rfftfreq(len(inside), 1 / RATE)
    assert pitch[spectrum.argmax()] == pytest.approx(780, abs=15)
    assert spectrum[pitch > 3500].max() < 0.2 * spectrum.max()
    assert any("hides nobody" in line for line in report.warnings)
    assert moments[-1] == pytest.approx(3, abs=0.05)


def test_a_gap_in_the_audio_stays_a_gap(tmp_path):
    """Sound that stops for a while must not move up."""
    path, out = tmp_path / "s.mkv", tmp_path / "o.mp4"

    def finish(output):
        stream = output.streams.audio[0]
        burst = 0.5 * np.sin(2 * np.pi * 500 * np.arange(RATE // 2) / RATE)
        for first in (0, 2 * RATE):
            frame = av.AudioFrame.from_ndarray(
                (burst * 32767).astype(np.int16)[np.newaxis], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            output.mux(stream.encode(frame))

    clips.write_clip(
        path,
        container="matroska",
        time_base=Fraction(1, 1000),
        times=range(0, 3000, 40),
        prepare=lambda o, _: o.add_stream("pcm_s16le", rate=RATE, layout="mono"),
        finish=finish,
    )
    redact(path, out, Settings(audio="keep"))
    samples, moments = audio_of(out)
    loud = moments[np.abs(samples) > 0.3]
    assert loud[loud < 1].max() == pytest.approx(0.5, abs=0.02)
    assert loud[loud > 1].min() == pytest.approx(2.0, abs=0.02)


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_cuts_of_the_plan_are_removed_from_video_and_audio(tmp_path, ending):
    """A stretch between two flashes: those before it stay, those after it come earlier, each with its click."""
    path, saved, out = clip(tmp_path / "s.mp4"), tmp_path / "plan.json", tmp_path / f"o{ending}"
    redact(path, tmp_path / "first.mp4", save_plan=saved)
    first, second = MOMENTS[0], MOMENTS[1]
    start, end = first + 0.3, second - 0.1
    plan = Plan.load(saved).model_copy(
        update={"trim": (TrimSpan(start=start, end=end),), "settings": Settings(audio="keep")}
    )
    report = redact(path, out, plan=plan)
    assert [] == list(report.check.findings)
    assert LogAction.CUT in {entry.action for entry in report.redaction_log}
    expected = [moment if moment < start else moment - (end - start) for moment in MOMENTS]
    assert expected == pytest.approx(flashes(out), abs=0.041)
    assert max(apart(out)) <= 0.02


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm"])
def test_encoded_sound_is_there_from_its_first_sample_on(tmp_path, ending):
    """The packet before time 0 primes the decoder: without it, Matroska's players skip the first 21 ms of the sound."""
    codec = "av1" if ending == ".webm" else "h264"
    samples, moments = planned(tmp_path, (AudioSpan(start=2.0, end=2.5),), ending, codec=codec)
    assert moments[0] == pytest.approx(0, abs=1e-3)
    loud = [np.sqrt(np.mean(samples[(moments >= at) & (moments < at + 0.01)] ** 2)) for at in (0, 0.01, 0.02, 0.5)]
    assert loud == pytest.approx([0.3 / 2**0.5] * 4, rel=0.2)
