"""Voices out of a file, the rest stays: every track, every channel, in the plan, the report and the check."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby import Plan, Settings, redact
from passerby.config.settings import Audio
from passerby.core.errors import PlanError
from passerby.documents.plan import Correction
from passerby.documents.redaction_log import DecidedBy, LogAction
from passerby.documents.verification_report import Check
from passerby.source.video.audio import AudioReader
from passerby.source.video.file import VideoFile
from passerby.verify.verify import verify
from tests import clips
from tests.detect.speech.sounds import voice_at
from tests.fake_detector import use_fake_detectors
from tests.verify.fake_ensemble import use_ensemble

RATE, SECONDS, SPOKEN = 16000, 8, (3, 5)


def rumble(rng, shape):
    """Noise as in a street: more of it low than high."""
    spectrum = np.fft.rfft(rng.normal(0, 1, shape))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(spectrum.shape[-1]), 400)), shape[-1])
    return 0.02 * noise / noise.std()


def tracks():
    """Two tracks of two channels with a little noise and a shot at 6 s; a voice in the right channel of the second."""
    rng = np.random.default_rng(4)
    times = np.arange(SECONDS * RATE) / RATE
    shot = 0.3 * rng.normal(0, 1, len(times)) * (times > 6) * np.exp(-np.maximum(times - 6, 0) / 0.1)
    made = [np.float32(rumble(rng, (2, SECONDS * RATE)) + shot) for _ in range(2)]
    made[1][1] += voice_at(SPOKEN[0], seconds=SECONDS)[0]
    return made


@pytest.fixture
def source(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch)
    sounds = tracks()

    def prepare(output, _):
        for _ in sounds:
            output.add_stream("pcm_s16le", rate=RATE, layout="stereo")

    def finish(output):
        for stream, samples in zip(output.streams.audio, sounds, strict=True):
            data = np.ascontiguousarray((samples * 32767).astype(np.int16).T.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(data, format="s16", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
            output.mux(stream.encode(frame))
            output.mux(stream.encode(None))

    times = clips.constant(24 * SECONDS, step=clips.STEP)
    return clips.write_clip(tmp_path / "yard.mkv", container="matroska", times=times, prepare=prepare, finish=finish)


def released(source, **settings):
    out = source.with_name("yard.redacted.mkv")
    plan, report = source.with_name("yard.plan.json"), source.with_name("yard.redacted.report.json")
    made = redact(
        source,
        out,
        settings=Settings(audio=Audio.REMOVE_VOICES, **settings),
        save_plan=plan,
        force=True,
        verify=False,
    )
    report.write_text(made.to_json())
    return out, plan, made


def heard(path):
    """(channels, samples) of each track of a file, in their places."""
    found = []
    with VideoFile.open(path) as file:
        for info in file.info.audio_tracks:
            sound, resampler = (
                np.zeros((2, SECONDS * RATE + 5000), np.float32),
                av.AudioResampler("fltp", "stereo", RATE),
            )
            with AudioReader(path, file.info, info) as reader:
                for time, frame in reader.frames():
                    frame.pts, frame.time_base = time, info.time_base
                    for part in resampler.resample(frame):
                        at = round(part.pts * part.time_base * RATE)
                        sound[:, at : at + part.samples] = part.to_ndarray()[:, : sound.shape[1] - at]
            found.append(sound)
    return found


def level(samples, start, end):
    return float(np.sqrt((samples[:, round(start * RATE) : round(end * RATE)] ** 2).mean()))


def test_speech_is_silent_in_every_track_and_channel_and_all_else_is_there(source):
    out, plan, _ = released(source)
    (span,) = Plan.load(plan).speech
    assert (2, True) == (span.track, 2 in span.channels)
    assert SPOKEN[0] - 0.6 < span.start <= SPOKEN[0]
    assert SPOKEN[1] <= span.end < SPOKEN[1] + 0.6
    for before, after in zip(tracks(), heard(out), strict=True):
        assert level(after, span.start + 0.1, span.end - 0.1) < 1e-3
        for start, end in ((0.5, span.start - 0.1), (span.end + 0.1, 5.9), (6.05, 6.45)):
            assert level(after, start, end) == pytest.approx(level(before, start, end), rel=0.25)


def test_the_plan_says_where_and_the_report_who_and_when(source):
    _, plan, report = released(source)
    made = Plan.load(plan)
    assert not made.edited_by_hand
    assert "silero-vad" in {weights.id for weights in made.weights}
    (span,) = made.audio
    assert span.origin is not None
    assert span.score > 0.5
    (entry,) = report.redaction_log
    assert (LogAction.MUTED, DecidedBy.PROGRAM, "all") == (entry.action, entry.decided_by, entry.channels)
    assert (span.start, span.end, span.origin) == (entry.start, entry.end, entry.detected)


def test_room_tone_is_as_loud_as_the_noise(source):
    out, plan, report = released(source, voice_fill="room-tone")
    (span,) = Plan.load(plan).audio
    assert LogAction.ROOM_TONE is report.redaction_log[0].action
    for samples in heard(out):
        assert 0.01 < level(samples, span.start + 0.3, span.end - 0.1) < 0.03


def test_the_check_passes_and_finds_a_voice_that_was_left(source):
    out, plan, _ = released(source)
    checked = verify(out, plan=plan)
    assert [] == [finding for finding in checked.findings if finding.check in (Check.AUDIO, Check.REPORT)]
    assert any("faint" in line for line in checked.not_claimed)
    kept = redact(source, out, settings=Settings(audio=Audio.KEEP), verify=False, force=True)
    report = source.with_name("yard.redacted.report.json")
    report.write_text(kept.to_json().replace('"audio": "keep"', '"audio": "remove-voices"'))
    audio = [finding for finding in verify(out).findings if finding.check is Check.AUDIO]
    assert SPOKEN[0] - 0.5 < audio[0].time < SPOKEN[1]
    assert "somebody may be heard speaking" in audio[0].description


def test_what_a_person_leaves_in_is_in_the_report_and_no_finding(source):
    out, plan, _ = released(source)
    made = Plan.load(plan)
    correction = Correction(
        author="Kim", created="2026-03-01T10:30:00+00:00", video=0, action="audio", reason="consent",
        audio_before=made.audio, audio_after=(),
    )  # fmt: skip
    edited = made.model_copy(update={"audio": (), "corrections": (correction,)})
    plan.write_text(edited.to_json())
    report = redact(source, out, plan=edited, verify=False, force=True)
    source.with_name("yard.redacted.report.json").write_text(report.to_json())
    (entry,) = report.redaction_log
    assert (LogAction.VOICES_KEPT, "Kim", "consent", False) == (entry.action, entry.by, entry.reason, entry.withheld)
    findings = [one for one in verify(out, plan=plan).findings if one.check in (Check.AUDIO, Check.REPORT)]
    assert [] == [one for one in findings if one.time is None or one.time < 5.9]  # the shot may be told: it is no voice


def test_a_detected_range_that_is_deleted_by_hand_is_told(source):
    _, plan, _ = released(source)
    edited = Plan.load(plan).model_copy(update={"audio": ()})
    assert edited.edited_by_hand
    report = redact(source, source.with_name("x.mkv"), plan=edited, verify=False)
    (entry,) = report.redaction_log
    assert (LogAction.VOICES_KEPT, DecidedBy.UNKNOWN) == (entry.action, entry.decided_by)


def test_voices_are_not_removed_with_a_plan_that_does_not_know_them(source):
    out = source.with_name("a.mkv")
    plan = source.with_name("b.plan.json")
    redact(source, out, settings=Settings(audio=Audio.KEEP), save_plan=plan, verify=False)
    with pytest.raises(PlanError, match="without looking for speech"):
        redact(source, out, settings=Settings(audio=Audio.REMOVE_VOICES), plan=Plan.load(plan), force=True)


def test_without_speech_the_sound_is_copied(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    noise = rumble(np.random.default_rng(1), (48000 * 3,))
    source = clips.write_clip(
        tmp_path / "street.mp4",
        times=clips.constant(72),
        prepare=lambda output, _: output.add_stream("aac", rate=48000, layout="mono"),
        finish=lambda output: clips.sound(output, output.streams.audio[0], noise),
    )
    out = tmp_path / "out.mp4"
    report = redact(source, out, settings=Settings(audio=Audio.REMOVE_VOICES), verify=False)
    assert () == report.redaction_log

    def packets(path):
        with av.open(str(path)) as file:
            return [bytes(packet) for packet in file.demux(audio=0) if packet.size]

    assert set(packets(out)) <= set(packets(source))
    assert len(packets(source)) - 1 <= len(packets(out))  # without what primes the decoder
