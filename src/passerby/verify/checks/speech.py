"""Whether somebody speaks in a release from which voices were to be removed.

The network searches at a lower score than when it was redacted, which must last longer, and the second detector. What
both miss is missed here too: `NOT_CLAIMED_OF_VOICES` says so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import av
import numpy as np
import numpy.typing as npt

from passerby.core.media import AudioInfo
from passerby.detect.speech.evidence import Criteria
from passerby.detect.speech.known_answer_sound import check_speech
from passerby.detect.speech.network import SILERO, SpeechNetwork
from passerby.detect.speech.spectrum import RATE
from passerby.detect.speech.speech_detector import VOICING, FoundSpeech, SpeechDetector
from passerby.detect.weights import Registry
from passerby.source.video.audio import AudioReader
from passerby.verify.released_file import ReleasedFile

#: What counts here. The network in the sound as it is, at a quarter of the score of a redaction, and with its murmurs
#: made voices, both of which must last longer. Without its noise it hears voices in the noise that silenced ranges
#: leave around them, and so does the second detector, unless the network supports it (benchmarks/sound.py).
CRITERIA = Criteria((0.05, math.inf, 0.35), (8, 1, 12), eased=False, support=0.5, room_s=0.0, join_s=0.4)
#: Share of a stretch that must lie in a range that is left in on purpose for it not to count.
MIN_ON_PURPOSE = 0.9

NOT_CLAIMED_OF_VOICES = (
    "That no voice can be heard: voices that are faint, far away, whispered, or drowned in noise as loud as they are "
    "can be missed, by the redaction and by this check. Sounds that are kept can tell words, and where it was."
)


def speech_left(
    released: ReleasedFile, registry: Registry, on_purpose: Sequence[tuple[float, float]] = ()
) -> list[tuple[int, FoundSpeech]]:
    """(audio track from 1, speech) of what is found in the release, but for ranges that are left in `on_purpose`
    (seconds of the release)."""
    info, found = released.info, list[tuple[int, FoundSpeech]]()
    if not info.audio_tracks:
        return found
    network = SpeechNetwork(registry)
    check_speech(network, registry[SILERO].known_answer_score)
    detector = SpeechDetector(network, CRITERIA)
    for number, track in enumerate(info.audio_tracks, 1):
        with AudioReader(info.path, info, track) as file:
            speech = detector.find(_chunks(file, track))
        found += ((number, one) for one in speech if not _is_on_purpose(one, on_purpose))
    return found


def describe(track: int, speech: FoundSpeech) -> str:
    """A finding in words."""
    who = "both detectors" if "+" in speech.origin else "its syllables" if speech.origin == VOICING else "the network"
    return f"somebody may be heard speaking here (audio track {track}; found by {who}, score {speech.score:.2f})"


def _is_on_purpose(speech: FoundSpeech, ranges: Sequence[tuple[float, float]]) -> bool:
    inside = sum(max(0.0, min(speech.end, end) - max(speech.start, start)) for start, end in ranges)
    return inside >= MIN_ON_PURPOSE * (speech.end - speech.start)


def _chunks(file: AudioReader, track: AudioInfo) -> Iterator[npt.NDArray[np.float32]]:
    """The sound of a track at RATE, all channels, with silence where there is a gap."""
    resampler, done = av.AudioResampler("fltp", "mono" if track.channels == 1 else "stereo", RATE), 0
    for time, frame in file.frames():
        frame.pts, frame.time_base = time, track.time_base
        for part in resampler.resample(frame):
            samples = part.to_ndarray().astype(np.float32)
            if part.pts is not None and part.time_base is not None:
                gap = min(round(part.pts * part.time_base * RATE) - done, round(file.max_silence_s * RATE))
                while gap > RATE // 100:
                    silence = min(gap, RATE)
                    yield np.zeros((len(samples), silence), np.float32)
                    gap, done = gap - silence, done + silence
            yield samples
            done += samples.shape[1]
