"""What a page hears: the sound as it will be released, piece by piece."""

import wave
from io import BytesIO

import numpy as np
import pytest

from passerby.review.sound.pieces import PEAK_RATE, RATE
from tests.detect.speech.sounds import voice_at
from tests.plans import plan_for
from tests.server.fixtures import HEADERS, opened, review_paths
from tests.sound_clips import with_sound, with_voice

SECONDS = 14  # more than a piece
VOICE = (9.0, 11.0)  # across the edge of two pieces


@pytest.fixture
def spoken(tmp_path):
    """A review of a clip in which somebody speaks."""
    clip = with_voice(tmp_path / "yard.mp4", VOICE[0], SECONDS)
    review_paths(clip).plan.write_text(plan_for(clip).to_json())
    return opened(clip)


def heard(review, view):
    """What a browser that asks for everything gets, from -1 to 1."""
    with wave.open(BytesIO(review.get(f"/sound/{view}").content)) as file:
        assert (RATE, 1, 2) == (file.getframerate(), file.getnchannels(), file.getsampwidth())
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


def level(sound, start, end):
    return float(np.sqrt((sound[round(start * RATE) : round(end * RATE)] ** 2).mean()))


def test_the_original_is_heard_when_it_was(spoken):
    sound = heard(spoken, "original")
    assert SECONDS <= len(sound) / RATE <= SECONDS + 1
    truth = np.repeat(voice_at(VOICE[0], seconds=SECONDS)[0], 3)[::2]  # 16 000 samples a second at 24 000
    part = slice(round(8.5 * RATE), round(11.5 * RATE))
    lags = range(-480, 481, 24)
    alike = [float(np.dot(sound[part], np.roll(truth, lag)[part])) for lag in lags]
    assert abs(lags[int(np.argmax(alike))]) <= 0.02 * RATE


def test_the_release_is_heard_as_the_plan_has_it(spoken):
    # Sound is removed unless somebody asks for it.
    assert 0 == np.abs(heard(spoken, "released")).max()
    spoken.edit("audio_mode", audio="keep", voice_fill="silence")
    original = heard(spoken, "original")
    assert np.array_equal(original, heard(spoken, "released"))

    spoken.edit("audio", spans=[{"start": 9.5, "end": 10.5, "action": "mute"}])
    muted = heard(spoken, "released")
    assert 0 == np.abs(muted[round(9.5 * RATE) : round(10.5 * RATE)]).max()
    for part in (slice(0, round(9.5 * RATE)), slice(round(10.5 * RATE), None)):
        assert np.abs(muted[part] - original[part]).max() <= 1 / 32768
    spoken.edit("audio", spans=[{"start": 2.0, "end": 3.0, "action": "bleep"}])
    assert 0.05 < level(heard(spoken, "released"), 2, 3) < 0.1
    spoken.post("/undo")
    assert 0 == level(heard(spoken, "released"), 9.5, 10.5)

    spoken.edit("audio_mode", audio="unnatural-voice", voice_fill="silence")
    changed = heard(spoken, "released")
    assert len(original) == len(changed)
    assert level(changed, 9.0, 9.4) > 0.01
    assert np.abs(changed - original)[round(9 * RATE) : round(9.4 * RATE)].max() > 0.05


def test_any_bytes_can_be_asked_for(spoken):
    spoken.edit("audio_mode", audio="keep", voice_fill="silence")
    spoken.edit("audio", spans=[{"start": 9.5, "end": 10.5, "action": "mute"}])
    whole = spoken.get("/sound/released").content
    for asked in ("bytes=0-", "bytes=0-43", "bytes=43-44", "bytes=479001-490002", f"bytes={len(whole) - 1}-"):
        answer = spoken.client.get("/api/files/0/sound/released", headers=HEADERS | {"range": asked})
        assert 206 == answer.status_code
        first, after, size = map(int, answer.headers["content-range"][6:].replace("/", "-").split("-"))
        assert len(whole) == size
        assert whole[first : after + 1] == answer.content
        assert asked.startswith(f"bytes={first}-")
    answer = spoken.client.get("/api/files/0/sound/released", headers=HEADERS | {"range": f"bytes={len(whole)}-"})
    assert 416 == answer.status_code


def test_peaks_are_where_it_is_loud(spoken):
    peaks = np.frombuffer(spoken.get("/sound/peaks").content, np.uint8)
    assert len(peaks) == pytest.approx(SECONDS * PEAK_RATE, abs=2)
    inside = slice(round(VOICE[0] * PEAK_RATE), round(VOICE[1] * PEAK_RATE))
    assert peaks[inside].max() > 50
    assert np.delete(peaks, range(inside.start - 2, inside.stop + 2)).max() < 5


def test_other_machines_do_not_hear_the_original(spoken, review):
    assert 404 == review.get("/sound/released").status_code  # no sound
    assert "no_sound" == review.get("/sound/peaks").json()["error"]["code"]
    review_state = spoken.client.app.state
    review_state.review = type(review_state.review)(spoken.library, originals_allowed=False)
    assert 403 == spoken.get("/sound/original").status_code
    assert 200 == spoken.get("/sound/released").status_code


def test_what_is_cut_is_not_heard_in_the_release_and_is_in_the_original(spoken):
    spoken.edit("audio_mode", audio="keep", voice_fill="silence")
    spoken.edit("trim", spans=[{"start": 9.5, "end": 10.5}])
    released, original = heard(spoken, "released"), heard(spoken, "original")
    assert 0 == level(released, 9.5, 10.5)
    assert level(original, 9.5, 10.5) > 0.01
    for rest in (slice(0, round(9.4 * RATE)), slice(round(10.6 * RATE), None)):
        assert np.array_equal(released[rest], original[rest])


def test_each_audio_track_can_be_heard_by_itself(tmp_path):
    moments = np.arange(2 * 16000) / 16000
    low, high = (0.3 * np.sin(2 * np.pi * pitch * moments) for pitch in (300, 2000))
    clip = with_sound(tmp_path / "yard.mkv", low, high)
    review_paths(clip).plan.write_text(plan_for(clip).to_json())
    review = opened(clip)

    def pitches(track):
        sound = heard(review, f"original?track={track}")[RATE // 2 : 3 * RATE // 2]
        spectrum = np.abs(np.fft.rfft(sound))
        return [pitch for pitch in (300, 2000) if spectrum[pitch] > 0.1 * spectrum.max()]

    assert [[300, 2000], [300], [2000]] == [pitches(track) for track in (0, 1, 2)]
    assert 2 == review.get("").json()["audio_tracks"]
    assert review.get("/sound/peaks?track=2").content != review.get("/sound/peaks").content
    assert 404 == review.get("/sound/original?track=3").status_code
