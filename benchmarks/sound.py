#!/usr/bin/env python
"""How much speech remains when voices are removed, and how much other sound goes: benchmarks/sound.py [--minutes 60].

Mixtures are made from a seed (sound_mixtures.py: espeak-ng must be installed). `--cost` measures processor time and
memory on an hour of stereo sound instead, `--undo` how far the unnatural voice can be undone. Prints JSON;
`benchmarks/run.py sound` does all three and renders docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import sound_mixtures as mixtures

from passerby.core.progress import NullProgress
from passerby.detect.speech.network import SpeechNetwork
from passerby.detect.speech.speech_detector import FoundSpeech, SpeechDetector
from passerby.detect.weights import Registry
from passerby.engine.speech import find_speech
from passerby.sink.audio.dsp import PITCH_FACTOR, make_unnatural
from passerby.source.video.file import VideoFile
from passerby.verify.checks import speech as check

BLOCKS_A_SECOND = 100
#: One of so many ranges is left in, as if somebody had taken it out of the plan, to see whether the verification tells.
LEFT_IN = 4
#: Manners in which somebody speaks aloud, and the others.
ALOUD = ("plain", "child")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cost", action="store_true")
    parser.add_argument("--undo", action="store_true")
    arguments = parser.parse_args()
    if arguments.cost:
        result = cost(arguments.minutes)
    elif arguments.undo:
        result = undo(arguments.seed)
    else:
        result = measure(arguments.minutes, arguments.seed)
    print(json.dumps(result))
    return 0


def measure(minutes: int, seed: int) -> dict[str, Any]:
    """Shares of speech time that is left and of other time that is muted, and what the verification finds."""
    network = SpeechNetwork(Registry.load())
    detector = SpeechDetector(network)
    checker = SpeechDetector(network, check.CRITERIA)
    counts: dict[str, dict[str, np.ndarray]] = {name: defaultdict(lambda: np.zeros(4)) for name in ("snr", "noise")}
    manners: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(2))
    checked = {"as_released": Checked(), "left_in": Checked()}
    for number, scene in enumerate(mixtures.scenes(seed, minutes)):
        spans = detector.find([scene.mixture[None]])
        muted = blocks(spans, len(scene.speech))
        speech = scene.speech
        tally = np.array([(speech & ~muted).sum(), speech.sum(), (muted & ~speech).sum(), (~speech).sum()])
        for name, key in (("snr", str(scene.snr)), ("noise", scene.noise)):
            counts[name][key] += tally
        for said in scene.utterances:
            part = slice(said.start // 160, said.end // 160)
            group = "aloud" if said.manner in ALOUD else said.manner
            for key in (f"{group} {scene.snr}", f"{group} all"):
                manners[key] += [(speech[part] & ~muted[part]).sum(), speech[part].sum()]
        checked["as_released"].add(checker, scene, muted)
        kept = [span for place, span in enumerate(spans) if place % LEFT_IN != number % LEFT_IN]
        checked["left_in"].add(checker, scene, blocks(kept, len(speech)))
    shares = {
        name: {key: {"left": share(row[0], row[1]), "muted": share(row[2], row[3])} for key, row in by.items()}
        for name, by in counts.items()
    }
    whole = np.sum(list(counts["snr"].values()), axis=0)
    better = np.sum([row for key, row in counts["snr"].items() if key != "0"], axis=0)
    return {
        "minutes": minutes,
        "seed": seed,
        **shares,
        "left_5_db_and_better": share(better[0], better[1]),
        "left_0_db": shares["snr"].get("0", {}).get("left"),  # not in a few minutes
        "muted": share(whole[2], whole[3]),
        "manner": {key: share(*row) for key, row in sorted(manners.items())},
        "speech_minutes": round(float(whole[1]) / BLOCKS_A_SECOND / 60, 1),
        "check": {name: asdict(counted) for name, counted in checked.items()},
    }


@dataclass
class Checked:
    """What the verification finds in releases: `findings`, how many of them have speech that is left within 0.2 s
    (`with_speech`), and how many utterances there are of which more than half a second is left (`left`), and how many
    of these it finds (`found`)."""

    findings: int = 0
    with_speech: int = 0
    left: int = 0
    found: int = 0

    def add(self, checker: SpeechDetector, scene: mixtures.Scene, muted: np.ndarray) -> None:
        released = np.where(np.repeat(muted, 160), 0, scene.mixture).astype(np.float32)
        left, near = scene.speech & ~muted, np.zeros(len(muted), bool)
        for finding in checker.find([released[None]]):
            first, after = int(finding.start * BLOCKS_A_SECOND), int(finding.end * BLOCKS_A_SECOND) + 1
            part = slice(max(0, first - 20), after + 20)
            near[part] = True
            self.findings += 1
            self.with_speech += bool(left[part].any())
        for said in scene.utterances:
            part = slice(said.start // 160, said.end // 160)
            if left[part].sum() > BLOCKS_A_SECOND / 2:
                self.left += 1
                self.found += bool((left & near)[part].any())


def blocks(spans: list[FoundSpeech], count: int) -> np.ndarray:
    """10 ms blocks that lie in a span as a whole."""
    flags = np.zeros(count, bool)
    for span in spans:
        flags[int(np.ceil(span.start * BLOCKS_A_SECOND)) : int(span.end * BLOCKS_A_SECOND)] = True
    return flags


def share(part: float, whole: float) -> float | None:
    return round(float(part / whole), 5) if whole else None


def cost(minutes: int) -> dict[str, Any]:
    """Processor seconds and memory of the search of a file of stereo AAC, whose channels differ."""
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as folder:
        path = make_file(Path(folder) / "sound.mkv", minutes)
        short = make_file(Path(folder) / "short.mkv", max(1, minutes // 6))
        registry = Registry.load()
        memory = []
        for file in (short, path):
            with VideoFile.open(file) as video:
                info = video.info
            started = time.process_time()
            spans = find_speech(file, info, registry, NullProgress())
            seconds = time.process_time() - started
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {
        "minutes": minutes,
        "processor_s": round(seconds, 1),
        "processor_s_per_hour": round(seconds / minutes * 60, 1),
        "short_minutes": max(1, minutes // 6),
        "memory_mib": [round(value) for value in memory],
        "spans": len(spans),
    }


def make_file(path: Path, minutes: int) -> Path:
    """Stereo sound of that length at 48 kHz, the same minute again and again, and a picture a second."""
    scene = mixtures.scene(np.random.default_rng(1), "street", 10)
    stereo = np.stack([scene.mixture, np.roll(scene.mixture, 3 * mixtures.RATE)])
    with av.open(str(path), "w", format="matroska") as output:
        video = output.add_stream("libx264", rate=1, width=64, height=64, options={"preset": "ultrafast"})
        audio = output.add_stream("aac", rate=48000, layout="stereo")
        resampler = av.AudioResampler("fltp", "stereo", 48000)
        done = 0
        for minute in range(minutes):
            for second in range(60):
                picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
                picture.pts, picture.time_base = minute * 60 + second, Fraction(1)
                output.mux(video.encode(picture))
                part = np.ascontiguousarray(stereo[:, second * 16000 : (second + 1) * 16000])
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
                frame.sample_rate, frame.pts, frame.time_base = 16000, done, Fraction(1, 16000)
                done += 16000
                for piece in resampler.resample(frame):
                    output.mux(audio.encode(piece))
        output.mux(video.encode())
        output.mux(audio.encode())
    return path


def undo(seed: int, voices: int = 24) -> dict[str, Any]:
    """The unnatural voice shifted back, by a search for the factor at which pitch and envelope are those of before:
    how far both are then from the original, beside how far two voices are from each other."""
    rng = np.random.default_rng(seed)
    left, apart, changed, factors = list[list[float]](), list[list[float]](), list[list[float]](), list[float]()
    previous: tuple[float, np.ndarray] | None = None
    for _ in range(voices):
        original = mixtures.utterance(rng, "plain") * np.float32(0.1)
        hidden = np.concatenate(list(make_unnatural([original[None]], mixtures.RATE, "mono")), axis=1)[0]
        before = features(original)
        tried = [(distance(features(stretch(hidden, factor)), before), factor) for factor in np.arange(0.7, 1.01, 0.02)]
        best, factor = min(tried, key=lambda pair: pair[0][0] * 10 + pair[0][1])
        left.append(best)
        factors.append(float(factor))
        changed.append(distance(features(hidden), before))
        if previous is not None:
            apart.append(distance(previous, before))
        previous = before
    names = ("pitch", "envelope_db")
    return {
        "voices": voices,
        "factor": PITCH_FACTOR,
        "found_factor": round(float(np.median(factors)), 3),
        **{
            label: dict(zip(names, np.median(np.array(rows), axis=0).round(3).tolist(), strict=True))
            for label, rows in (("as_released", changed), ("undone", left), ("between_voices", apart))
        },
    }


def stretch(voice: np.ndarray, factor: float) -> np.ndarray:
    """Played faster by 1/factor: pitch and formants go up together."""
    at = np.arange(0, len(voice) - 1, 1 / factor)
    return np.asarray(np.interp(at, np.arange(len(voice)), voice), np.float32)


def features(voice: np.ndarray) -> tuple[float, np.ndarray]:
    """Median pitch (Hz), and mean level of 20 bands from 150 to 3000 Hz (dB, mean 0)."""
    frames = np.lib.stride_tricks.sliding_window_view(voice, 1024)[::256] * np.hanning(1024)
    spectrum = np.abs(np.fft.rfft(frames, 2048)) ** 2
    correlation = np.fft.irfft(spectrum)
    lags = correlation[:, 33:230] / (correlation[:, :1] + 1e-12)
    voiced = (lags.max(axis=1) > 0.5) & (correlation[:, 0] > 0.05 * correlation[:, 0].max())
    pitch = mixtures.RATE / (33 + lags[voiced].argmax(axis=1)) if voiced.any() else np.array([1.0])
    edges = np.searchsorted(np.fft.rfftfreq(2048, 1 / mixtures.RATE), np.geomspace(150, 3000, 21))
    power = spectrum[voiced].mean(axis=0) if voiced.any() else spectrum.mean(axis=0)
    level = np.array([10 * np.log10(power[a:b].mean() + 1e-12) for a, b in pairwise(edges)])
    return float(np.median(pitch)), level - level.mean()


def distance(one: tuple[float, np.ndarray], other: tuple[float, np.ndarray]) -> list[float]:
    """[difference of pitch as a share, root mean square difference of the envelopes in dB]."""
    return [abs(one[0] / other[0] - 1), float(np.sqrt(((one[1] - other[1]) ** 2).mean()))]


if __name__ == "__main__":
    sys.exit(main())
