"""A stated bound: a random draw of frames, judged by a person, and what that says of all the others.

The draw follows from the file's hash alone, so nobody can choose it, and anybody can repeat it. Drawing more frames
only adds to the ones that were drawn before.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np

from passerby.core.background import background
from passerby.core.errors import ProofError, UsageError
from passerby.detect.preprocess import colour
from passerby.documents.verification_report import Bound, Drawn, Sample
from passerby.source.fingerprint import fingerprint
from passerby.verify.released_file import Opened

#: Steps of the bisection: each halves the interval, so the share is exact to 2^-60.
_STEPS = 60


def draw(file: Path, count: int) -> Sample:
    """`count` frames of the released file at random, or all of them where there are fewer. Decodes the file once.

    Raises UsageError for a count below 1, and what opening and decoding raise.
    """
    if count < 1:
        raise UsageError("--sample takes the number of frames to draw, 1 or more.")
    sha256, _ = fingerprint(file)
    best: list[tuple[int, int, int, float]] = []
    population = 0
    with Opened.open(file) as opened:
        for video, track in enumerate(opened.videos):
            for frame in background(opened.frames(video)):
                population += 1
                rank = -_rank(sha256, video, frame.index)
                entry = (rank, video, frame.index, round(float(frame.time * track.time_base), 3))
                if len(best) < count:
                    heapq.heappush(best, entry)
                elif rank > best[0][0]:
                    heapq.heapreplace(best, entry)
    drawn = (
        Drawn(number=number, video=video, frame=frame, time=time)
        for number, (_, video, frame, time) in enumerate(sorted(best, reverse=True), 1)
    )
    return Sample(sha256=sha256, population=population, frames=tuple(drawn))


def _rank(sha256: str, video: int, frame: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{sha256}:{video}:{frame}".encode()).digest(), "big")


def pictures(file: Path, sample: Sample) -> Iterator[tuple[Drawn, bytes]]:
    """The drawn frames as PNG, as the released file shows them, in order of time.

    Raises ProofError when the file is not the one that was drawn from.
    """
    _same_file(file, sample)
    with Opened.open(file) as opened:
        for video in range(len(opened.videos)):
            wanted = {one.frame: one for one in sample.frames if one.video == video}
            for frame in background(opened.frames(video)):
                one = wanted.pop(frame.index, None)
                if one is not None:
                    geometry = opened.geometry(video, frame)
                    good, png = cv2.imencode(".png", colour(frame, geometry, geometry.upright))
                    assert good
                    yield one, np.asarray(png).tobytes()
                if not wanted:
                    break


def judge(sample: Sample, shows: Mapping[int, bool], who: str, when: str) -> Bound:
    """What a person's judgement comes to; `shows` says for each number of the draw whether something shows that should
    not (a doubtful one shows).

    Raises ProofError when a frame was not judged, or nobody is named.
    """
    numbers = {one.number for one in sample.frames}
    missing = sorted(numbers - shows.keys())
    if missing:
        names = ", ".join(str(n) for n in missing[:5]) + (" …" if len(missing) > 5 else "")
        raise ProofError(f"{len(missing)} frames of the draw were not judged ({names}). A bound needs all of them.")
    if not who.strip():
        raise ProofError("Nobody is named who judged the frames. Fill in the line that begins with `checked by:`.")
    bad = tuple(sorted(n for n in numbers if shows[n]))
    percent = 100 * upper_bound(len(bad), len(numbers))
    return Bound(sample=sample, who=who.strip(), when=when, shows=bad, percent=math.ceil(percent * 100) / 100)


def upper_bound(shows: int, drawn: int, confidence: float = 0.95) -> float:
    """Clopper and Pearson's upper bound (Biometrika 1934) on a share of which `shows` of `drawn` have shown: the share
    at which as few as that would be seen with a chance of 1 - `confidence` alone.

    The draw is without replacement, which makes the bound a little wider than it need be, never narrower.
    """
    if shows >= drawn:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        share = (low + high) / 2
        chance = math.fsum(
            math.exp(_log_choose(drawn, k) + k * math.log(share) + (drawn - k) * math.log1p(-share))
            for k in range(shows + 1)
        )
        low, high = (share, high) if chance > 1 - confidence else (low, share)
    return high


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def form(sample: Sample, name: str) -> str:
    """The text in which a person gives the answers."""
    lines = [
        f"# {len(sample.frames)} frames of {name}, drawn at random.",
        "# Look at each picture. Behind the colon write  ok  where everybody who should be hidden is hidden,",
        "# or  shows  where something can be seen that should not be (also when in doubt).",
        f"file: {sample.sha256}",
        "checked by: ",
        "checked on: ",
        "",
    ]
    lines += [f"{one.number:04d} {picture_name(one)} at {one.time:.3f} s: " for one in sample.frames]
    return "\n".join(lines) + "\n"


def picture_name(one: Drawn) -> str:
    """The file name of a drawn frame's picture."""
    return f"{one.number:04d}.png"


def read_form(text: str, file: Path) -> Bound:
    """The answers that were written into a form. The draw is made again from the file, so a form for another file, or
    one with frames taken out, is refused.

    Raises ProofError, naming the line.
    """
    told: dict[str, str] = {}
    shows: dict[int, bool] = {}
    for line in (line.strip() for line in text.splitlines()):
        name, _, value = line.rpartition(":")
        if not line or line.startswith("#"):
            continue
        head = line.split(":", 1)[0].strip().lower()
        if head in ("file", "checked by", "checked on"):
            told[head] = line.split(":", 1)[1].strip()
        elif line[:4].isdigit():
            answer = value.strip().lower()
            if answer not in ("ok", "shows"):
                raise ProofError(f"The answer to frame {line[:4]} is {answer or 'missing'}. Write ok or shows.")
            shows[int(line[:4])] = answer == "shows"
        else:
            raise ProofError(f"There is a line in the answers that is none: {name[:40] or line[:40]!r}. Take it out.")
    if not shows:
        raise ProofError("There is not one answer in the form. Write ok or shows behind each frame.")
    if not told.get("checked on"):
        raise ProofError("The answers say not when they were given. Fill in the line that begins with `checked on:`.")
    sample = draw(file, len(shows))
    if told.get("file") != sample.sha256:
        raise ProofError(f"The answers are about another file than {file.name}. Draw anew with: --sample {len(shows)}")
    return judge(sample, shows, told.get("checked by", ""), told["checked on"])


def _same_file(file: Path, sample: Sample) -> None:
    if fingerprint(file)[0] != sample.sha256:
        raise ProofError(f"The frames were drawn from another file than {file.name}. Draw anew with --sample.")
