"""An upper confidence bound: a random sample of frames, reviewed by a person, and what follows for all the others.

The sample is determined by the hash of the file, so nobody can choose it, and anybody can repeat it. A larger sample
contains the smaller ones.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np

from passerby.core.errors import UsageError, VerificationError
from passerby.core.prefetch import prefetch
from passerby.detect.preprocess import to_bgr
from passerby.documents.verification_report import FrameSample, SampledFrame, UpperBound
from passerby.source.fingerprint import fingerprint
from passerby.verify.released_file import ReleasedFile

#: Steps of the bisection: each halves the interval, so the share is accurate to 2^-60.
_STEPS = 60


def draw_sample(file: Path, count: int) -> FrameSample:
    """`count` frames of the released file at random, or all of them if there are fewer. Decodes the file once.

    Raises UsageError for a count below 1, and what opening and decoding raise.
    """
    if count < 1:
        raise UsageError("--sample takes the number of frames to draw_sample, 1 or more.")
    sha256, _ = fingerprint(file)
    best: list[tuple[int, int, int, float]] = []
    population = 0
    with ReleasedFile.open(file) as opened:
        for video, track in enumerate(opened.videos):
            for frame in prefetch(opened.frames(video)):
                population += 1
                rank = -_rank(sha256, video, frame.index)
                entry = (rank, video, frame.index, round(float(frame.time * track.time_base), 3))
                if len(best) < count:
                    heapq.heappush(best, entry)
                elif rank > best[0][0]:
                    heapq.heapreplace(best, entry)
    drawn = (
        SampledFrame(number=number, video=video, frame=frame, time=time)
        for number, (_, video, frame, time) in enumerate(sorted(best, reverse=True), 1)
    )
    return FrameSample(sha256=sha256, population=population, frames=tuple(drawn))


def _rank(sha256: str, video: int, frame: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{sha256}:{video}:{frame}".encode()).digest(), "big")


def sample_images(file: Path, sample: FrameSample) -> Iterator[tuple[SampledFrame, bytes]]:
    """The sampled frames as PNG, as the released file shows them, in order of time.

    Raises VerificationError when the file is not the sampled one.
    """
    _refuse_other_file(file, sample)
    with ReleasedFile.open(file) as opened:
        for video in range(len(opened.videos)):
            wanted = {
                sampled_frame.frame: sampled_frame for sampled_frame in sample.frames if sampled_frame.video == video
            }
            for frame in prefetch(opened.frames(video)):
                sampled_frame = wanted.pop(frame.index, None)
                if sampled_frame is not None:
                    geometry = opened.geometry(video, frame)
                    encoded, png = cv2.imencode(".png", to_bgr(frame, geometry, geometry.display_size))
                    assert encoded
                    yield sampled_frame, np.asarray(png).tobytes()
                if not wanted:
                    break


def bound_from_answers(sample: FrameSample, answers: Mapping[int, bool], reviewer: str, reviewed_on: str) -> UpperBound:
    """The upper bound that follows from a review. `answers` says for each number of the sample whether something shows
    that should not; a doubtful frame counts as showing something.

    Raises VerificationError when a frame was not reviewed, or the reviewer is not named.
    """
    numbers = {sampled_frame.number for sampled_frame in sample.frames}
    missing = sorted(numbers - answers.keys())
    if missing:
        names = ", ".join(str(n) for n in missing[:5]) + (" …" if len(missing) > 5 else "")
        raise VerificationError(
            f"{len(missing)} frames of the sample were not reviewed ({names}). All of them are needed."
        )
    if not reviewer.strip():
        raise VerificationError("The reviewer is not named. Fill in the line that begins with `checked by:`.")
    positives = tuple(sorted(n for n in numbers if answers[n]))
    percent = 100 * upper_bound(len(positives), len(numbers))
    return UpperBound(
        sample=sample,
        reviewer=reviewer.strip(),
        reviewed_on=reviewed_on,
        positives=positives,
        percent=math.ceil(percent * 100) / 100,
    )


def upper_bound(positives: int, sampled: int, confidence: float = 0.95) -> float:
    """Clopper-Pearson upper bound (Biometrika 1934) on a share, given `positives` of `sampled`: the share at which so
    few positives would occur with a probability of only 1 - `confidence`.

    The sample is without replacement, which makes the bound slightly wider than necessary, never narrower.
    """
    if positives >= sampled:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        share = (low + high) / 2
        chance = math.fsum(
            math.exp(_log_choose(sampled, k) + k * math.log(share) + (sampled - k) * math.log1p(-share))
            for k in range(positives + 1)
        )
        low, high = (share, high) if chance > 1 - confidence else (low, share)
    return high


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def answer_form(sample: FrameSample, name: str) -> str:
    """The form in which a person gives the answers."""
    lines = [
        f"# {len(sample.frames)} frames of {name}, sampled at random.",
        "# Look at each image. After the colon write  ok  if everybody who should be hidden is hidden,",
        "# or  shows  if something is visible that should not be (also when in doubt).",
        f"file: {sample.sha256}",
        "checked by: ",
        "checked on: ",
        "",
    ]
    lines += [
        f"{sampled_frame.number:04d} {image_name(sampled_frame)} at {sampled_frame.time:.3f} s: "
        for sampled_frame in sample.frames
    ]
    return "\n".join(lines) + "\n"


def image_name(sampled_frame: SampledFrame) -> str:
    """The file name of the image of a sampled frame."""
    return f"{sampled_frame.number:04d}.png"


def read_answers(text: str, file: Path) -> UpperBound:
    """The answers that were written into a form. The draw is made again from the file, so a form for another file, or
    one with frames taken out, is refused.

    Raises VerificationError, naming the line.
    """
    fields: dict[str, str] = {}
    answers: dict[int, bool] = {}
    for line in (line.strip() for line in text.splitlines()):
        name, _, value = line.rpartition(":")
        if not line or line.startswith("#"):
            continue
        head = line.split(":", 1)[0].strip().lower()
        if head in ("file", "checked by", "checked on"):
            fields[head] = line.split(":", 1)[1].strip()
        elif line[:4].isdigit():
            answer = value.strip().lower()
            if answer not in ("ok", "shows"):
                raise VerificationError(f"The answer to frame {line[:4]} is {answer or 'missing'}. Write ok or shows.")
            answers[int(line[:4])] = answer == "shows"
        else:
            raise VerificationError(
                f"There is a line in the answers that is none: {name[:40] or line[:40]!r}. Take it out."
            )
    if not answers:
        raise VerificationError("The form contains no answers. Write ok or shows after each frame.")
    if not fields.get("checked on"):
        raise VerificationError(
            "The answers say not when they were given. Fill in the line that begins with `checked on:`."
        )
    sample = draw_sample(file, len(answers))
    if fields.get("file") != sample.sha256:
        raise VerificationError(
            f"The answers are about another file than {file.name}. Draw anew with: --sample {len(answers)}"
        )
    return bound_from_answers(sample, answers, fields.get("checked by", ""), fields["checked on"])


def _refuse_other_file(file: Path, sample: FrameSample) -> None:
    if fingerprint(file)[0] != sample.sha256:
        raise VerificationError(
            f"The frames were sampled from another file than {file.name}. Draw a new sample with --sample."
        )
