"""Mixtures of voices and noise whose truth is known, for benchmarks/sound.py: all made here, from a seed.

Voices come from espeak-ng: nobody's. Where somebody speaks is taken from the clean voice, before anything is mixed in.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import av
import numpy as np
import numpy.typing as npt

RATE = 16000
#: Seconds of one scene; it has one noise, one loudness, and several utterances.
SCENE_S = 60
#: Loudness of the voices over the noise, dB.
SNRS = (20, 15, 10, 5, 0)
#: Speech is where the clean voice is within this many dB of its own 95th percentile; shorter pauses belong to it.
SPEECH_DB, PAUSE_S = 35.0, 0.25
_BLOCK = 160  # samples: 10 ms

Samples = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

#: Sentences by espeak-ng's voice.
TEXTS = {
    "en-us": "Please step back from the car. I told you twice already, my sister lives over there!",
    "en-gb": "Would you mind telling me what happened? He came round the corner and simply ran off.",
    "de": "Bitte treten Sie zurück. Ich habe nichts gesehen, wir standen nur vor der Tür!",
    "fr-fr": "Reculez, s'il vous plaît. Je ne sais pas où il est allé, il faisait trop sombre.",
    "es": "Quédese donde está. Mi hermano vive en esa calle desde hace muchos años.",
    "it": "Non ho visto niente. Eravamo seduti davanti al bar quando è arrivata la macchina.",
    "pl": "Proszę się cofnąć. Nie wiem, kto to był, widziałem tylko czerwony samochód.",
    "ru": "Отойдите, пожалуйста. Я ничего не видел, мы просто стояли у дома.",  # noqa: RUF001  # Cyrillic is meant
    "tr": "Lütfen geri çekilin. Hiçbir şey görmedim, kapının önünde duruyorduk.",  # noqa: RUF001  # as Turkish is written
    "sw": "Tafadhali rudi nyuma. Sikuona kitu chochote, tulikuwa tumekaa nje ya nyumba.",
    "hi": "कृपया पीछे हटिए। मैंने कुछ नहीं देखा, हम बस दरवाज़े पर खड़े थे।",
    "cmn-latn-pinyin": "qing3 tui4 hou4 yi1 dian3. wo3 shen2 me5 dou1 mei2 you3 kan4 jian4.",
}
VARIANTS = ("m1", "m3", "m7", "f1", "f3", "f5")
#: How somebody speaks, and how many of ten utterances are spoken so.
MANNERS = {"plain": 5, "child": 1, "shouted": 1, "whispered": 1, "sung": 1, "radio": 1}


@dataclass(frozen=True)
class Utterance:
    """Where one voice speaks in a scene: samples from `start` to `end`, and how."""

    start: int
    end: int
    manner: str


@dataclass(frozen=True)
class Scene:
    """The mixture, 10 ms blocks in which somebody speaks, the voices alone, and what it was made from."""

    mixture: Samples
    speech: Flags
    voices: Samples
    noise: str
    snr: int
    utterances: tuple[Utterance, ...]


def scenes(seed: int, minutes: int) -> Iterator[Scene]:
    """Every noise at every loudness in turn."""
    kinds = [(noise, snr) for noise in NOISES for snr in SNRS]
    for number in range(minutes):
        noise, snr = kinds[number % len(kinds)]
        yield scene(np.random.default_rng([seed, number]), noise, snr)


def scene(rng: np.random.Generator, noise: str, snr: int, seconds: int = SCENE_S) -> Scene:
    """One minute: utterances with pauses of 4 to 12 s between them, over one noise."""
    count = seconds * RATE
    voices, speech = np.zeros(count, np.float32), np.zeros(count // _BLOCK, bool)
    placed, at = list[Utterance](), int(rng.uniform(1, 5) * RATE)
    manners = [manner for manner, share in MANNERS.items() for _ in range(share)]
    while True:
        manner = str(rng.choice(manners))
        voice = utterance(rng, manner)
        if rng.random() < 0.15:  # two at once
            other = utterance(rng, "plain")
            length = max(len(voice), len(other))
            voice = np.pad(voice, (0, length - len(voice))) + np.pad(other, (0, length - len(other)))
        if at + len(voice) > count:
            break
        voices[at : at + len(voice)] += voice
        first = at // _BLOCK
        flags = active(voice)
        speech[first : first + len(flags)] |= flags[: len(speech) - first]
        placed.append(Utterance(at, at + len(voice), manner))
        at += len(voice) + int(rng.uniform(4, 12) * RATE)
    background = NOISES[noise](rng, count)
    power = float((voices**2).reshape(-1, _BLOCK).mean(1)[speech].mean()) if speech.any() else 1.0
    background *= np.sqrt(power / (background**2).mean()) * 10 ** (-snr / 20)
    mixture = voices + background
    loudness = 10 ** (-rng.uniform(0, 30) / 20)  # recordings are loud and faint
    scale = 0.8 * loudness / max(1e-6, float(np.abs(mixture).max()))
    return Scene(
        np.asarray(mixture * scale, np.float32),
        speech,
        np.asarray(voices * scale, np.float32),
        noise,
        snr,
        tuple(placed),
    )


def active(voice: Samples) -> Flags:
    """The 10 ms blocks in which a clean voice is heard."""
    blocks = voice[: len(voice) // _BLOCK * _BLOCK].reshape(-1, _BLOCK)
    level = 10 * np.log10((blocks**2).mean(1) + 1e-12)
    heard = np.flatnonzero(level > np.percentile(level, 95) - SPEECH_DB)
    flags = np.zeros(len(level), bool)
    for a, b in zip(heard, [*heard[1:], heard[-1] + 1], strict=True):
        flags[a : b if b - a <= PAUSE_S * RATE / _BLOCK else a + 1] = True
    return flags


def utterance(rng: np.random.Generator, manner: str) -> Samples:
    """One sentence, of level 1 (RMS where it is heard), in some language, pitch and speed."""
    language = str(rng.choice(sorted(TEXTS)))
    parts = TEXTS[language].replace("!", ".").replace("?", ".").split(". ")
    text = str(rng.choice(parts)) + ("!" if manner == "shouted" else ".")
    variant, pitch, speed = str(rng.choice(VARIANTS)), int(rng.integers(20, 80)), int(rng.integers(120, 240))
    if manner == "child":
        variant, pitch = "f3", 99
    elif manner == "whispered":
        variant = "whisper"
    elif manner == "shouted":
        pitch, speed = min(99, pitch + 25), 190
    voice = spoken(language, variant, pitch, speed, text)
    if manner == "shouted":
        voice = np.diff(voice, prepend=np.float32(0))  # shouting has more of the high partials
        voice = np.asarray(np.tanh(4 * voice / (np.abs(voice).max() + 1e-9)), np.float32)
    elif manner == "sung":
        voice = sung(rng, voice)
    elif manner == "radio":
        voice = np.clip(4 * shaped(voice, lambda f: (f > 350) & (f < 3200)), -0.6, 0.6)
    flags = np.repeat(active(voice), _BLOCK)
    return np.asarray(voice / np.sqrt((voice[: len(flags)][flags] ** 2).mean()), np.float32)


@cache
def spoken(language: str, variant: str, pitch: int, speed: int, text: str) -> Samples:
    """What espeak-ng says, at RATE."""
    command = ["espeak-ng", "--stdout", "-v", f"{language}+{variant}", "-p", str(pitch), "-s", str(speed), text]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    resampler = av.AudioResampler("flt", "mono", RATE)
    with av.open(BytesIO(wave), "r") as container:
        parts = [part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate(parts).astype(np.float32)


def sung(rng: np.random.Generator, voice: Samples) -> Samples:
    """The same sounds on held notes: the voice's spectral envelope, every 10 ms, on a tone with vibrato."""
    size, hop = 512, 160
    frames = range(0, len(voice) - size, hop)
    window = np.hanning(size).astype(np.float32)
    notes = np.repeat(rng.choice([196, 220, 247, 262, 294, 330, 392], len(voice) // 5600 + 1), 5600)[: len(voice)]
    pitch = notes * (1 + 0.02 * np.sin(2 * np.pi * 5.5 * np.arange(len(voice)) / RATE))
    phase = np.cumsum(pitch) / RATE
    pulses = np.asarray(np.diff(np.floor(phase), prepend=0.0), np.float32)
    out, weight = np.zeros_like(voice), np.full_like(voice, 1e-3)
    for at in frames:
        part = slice(at, at + size)
        cepstrum = np.fft.irfft(np.log(np.abs(np.fft.rfft(voice[part] * window)) + 1e-4))
        cepstrum[30:-30] = 0
        envelope = np.exp(np.fft.rfft(cepstrum).real)
        out[part] += window * np.fft.irfft(np.fft.rfft(pulses[part] * window) * envelope).astype(np.float32)
        weight[part] += window**2
    return np.asarray(out / np.maximum(weight, 0.1), np.float32)


def shaped(noise: Samples, gain: Callable[[Any], Any]) -> Samples:
    """Filtered by a gain over frequency (Hz)."""
    spectrum = np.fft.rfft(noise)
    return np.asarray(np.fft.irfft(spectrum * gain(np.fft.rfftfreq(len(noise), 1 / RATE)), len(noise)), np.float32)


def street(rng: np.random.Generator, count: int) -> Samples:
    """Pink noise, cars that pass, and a horn now and then."""
    pink = shaped(rng.standard_normal(count).astype(np.float32), lambda f: 1 / np.sqrt(np.maximum(f, 40)))
    pink /= np.sqrt((pink**2).mean())
    times = np.arange(count) / RATE
    level = np.full(count, 0.5)
    for _ in range(count // (RATE * 6)):
        level += rng.uniform(0.5, 2) / (1 + ((times - rng.uniform(0, times[-1])) / rng.uniform(0.6, 2)) ** 2)
    out = pink * level
    for _ in range(max(1, count // (RATE * 25))):
        start, length = rng.uniform(0, times[-1] - 1), rng.uniform(0.3, 0.9)
        on = (times > start) & (times < start + length)
        horn = sum(np.sin(2 * np.pi * f * k * times) / k for f in (420, 510) for k in (1, 2, 3, 4, 5))
        out += on * horn * 0.6
    return np.asarray(out, np.float32)


def engine(rng: np.random.Generator, count: int) -> Samples:
    """A motor: partials of a rate that rises and falls, and noise in its rhythm."""
    times = np.arange(count) / RATE
    rate = 45 + 25 * np.sin(2 * np.pi * times / rng.uniform(9, 20)) + 8 * np.sin(2 * np.pi * times / 3.1)
    phase = np.cumsum(rate) / RATE
    partials = sum(np.sin(2 * np.pi * k * phase + rng.uniform(0, 6)) / k**1.1 for k in range(1, 24))
    noise = shaped(rng.standard_normal(count).astype(np.float32), lambda f: 1 / np.maximum(f, 150) ** 0.7)
    noise /= np.sqrt((noise**2).mean())
    return np.asarray(partials + 0.8 * noise * (1 + 0.5 * np.sin(2 * np.pi * phase)), np.float32)


def music(rng: np.random.Generator, count: int) -> Samples:
    """Chords, a tune and a drum."""
    out, beat = np.zeros(count, np.float64), int(0.42 * RATE)
    times = np.arange(beat * 2) / RATE
    roots = 110 * 2 ** (rng.choice([0, 5, 7, 9], count // beat // 4 + 1) / 12)
    for number, at in enumerate(range(0, count - 2 * beat, beat)):
        root = roots[number // 4]
        tune = 440 * 2 ** (rng.choice([0, 2, 4, 5, 7, 9, 12]) / 12)
        notes = [(root, 0.5), (root * 1.26, 0.4), (root * 1.5, 0.4), (tune, 0.7)]
        decay = np.minimum(times / 0.01, 1) * np.exp(-times * 3)
        for pitch, level in notes:
            tone = sum(np.sin(2 * np.pi * pitch * k * times) / k**1.5 for k in range(1, 7))
            out[at : at + 2 * beat] += level * decay * tone
        drum = rng.standard_normal(beat) * np.exp(-np.arange(beat) / (0.03 * RATE))
        out[at : at + beat] += drum * (1.5 if number % 2 else 0.7)
    return np.asarray(out, np.float32)


def crowd(rng: np.random.Generator, count: int) -> Samples:
    """Many murmurs at once, none of which can be made out: noise in the bands of vowels, each at its own rhythm."""
    out = np.zeros(count, np.float32)
    times = np.arange(count) / RATE

    def vowel(first: float, second: float) -> Callable[[Any], Any]:
        return lambda f: np.exp(-(((f - first) / 150) ** 2)) + 0.5 * np.exp(-(((f - second) / 250) ** 2))

    for _ in range(24):
        white = rng.standard_normal(count).astype(np.float32)
        murmur = shaped(white, vowel(rng.uniform(300, 800), rng.uniform(900, 2300)))
        rhythm = 1 + np.sin(2 * np.pi * rng.uniform(2, 6) * times + rng.uniform(0, 6))
        out += np.asarray(murmur * rhythm, np.float32)
    return out


NOISES: dict[str, Callable[[np.random.Generator, int], Samples]] = {
    "street": street, "engine": engine, "music": music, "crowd": crowd,
}  # fmt: skip
