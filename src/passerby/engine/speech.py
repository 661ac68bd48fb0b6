"""Where somebody speaks in a file: every audio track, every channel, as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from passerby.core.errors import PlanError
from passerby.core.media import AudioInfo, SourceInfo
from passerby.core.progress import Progress
from passerby.detect.speech.known_answer_sound import check_speech
from passerby.detect.speech.network import SILERO, SpeechNetwork
from passerby.detect.speech.spectrum import RATE
from passerby.detect.speech.speech_detector import SpeechDetector
from passerby.detect.weights import Registry
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.speech import SpeechSpan
from passerby.sink.audio.dsp import AudioTimeline
from passerby.source.fingerprint import printable_name
from passerby.source.video.audio import AudioReader, is_decodable


def find_speech(path: Path, source: SourceInfo, registry: Registry, progress: Progress) -> tuple[SpeechSpan, ...]:
    """The speech in all audio tracks of a file, in order of track and time. The network is given the known-answer test
    first. Raises WeightsError, DetectorError or SourceError."""
    tracks = [info for info in source.audio_tracks if is_decodable(path, info)]
    if not tracks:
        return ()
    network = SpeechNetwork(registry)
    check_speech(network, registry[SILERO].known_answer_score)
    detector = SpeechDetector(network)
    spans = list[SpeechSpan]()
    for info in tracks:
        number = source.audio_tracks.index(info) + 1
        progress.start(printable_name(path), "listen", None if source.duration is None else round(source.duration))
        with AudioReader(path, source, info) as reader:
            spans += (
                SpeechSpan(
                    track=number,
                    start=found.start,
                    end=found.end,
                    score=found.score,
                    origin=found.origin,
                    channels=found.channels,
                )
                for found in detector.find(_sound(reader, info, progress))
            )
        progress.finish()
    return tuple(spans)


def check_searched(plan: Plan, path: Path) -> None:
    """Raises PlanError where voices are to be removed with a plan for which nobody looked for them."""
    if plan.speech is None:
        raise PlanError(
            "The plan does not say where somebody speaks: it was made without looking for speech. Make a new one with: "
            f"passerby redact {path} --audio remove-voices --save-plan"
        )


def _sound(reader: AudioReader, info: AudioInfo, progress: Progress) -> Iterator[npt.NDArray[np.float32]]:
    """All channels at RATE, timed as they are written later."""
    timeline = AudioTimeline(RATE, _layout(reader, info), reader.max_silence_s, keep_positions=True)
    done = 0
    for samples in timeline.continuous(reader.frames(), info.time_base):
        yield samples
        before, done = done // RATE, done + samples.shape[1]
        if done // RATE > before:
            progress.advance(done // RATE - before)


def _layout(reader: AudioReader, info: AudioInfo) -> str:
    """The track's own channels, so that each is heard by itself; stereo where they have no name."""
    name = reader.template.codec_context.layout.name
    try:
        av.AudioResampler("fltp", name, RATE)
        if av.AudioLayout(name).nb_channels == info.channels:
            return name
    except (ValueError, av.FFmpegError):
        pass
    return "mono" if info.channels == 1 else "stereo"
