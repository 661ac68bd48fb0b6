"""What a family of models defines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from passerby.detect.runtime import Array, ModelInput


class DecodedBoxes(NamedTuple):
    """The outputs for one image, decoded, in no order.

    `boxes` float32 (n, 4): x1, y1, x2, y2 in input pixels. `scores` float32 (n,), 0 to 1. `classes` int64 (n,), the
    model's own numbers.
    """

    boxes: Array
    scores: Array
    classes: npt.NDArray[np.int64]


#: (outputs in the order of `Family.outputs`, threshold, class numbers to return) -> what scores at least that.
Decode = Callable[[list[Array], float, Sequence[int]], DecodedBoxes]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of network architecture.

    `outputs` are regular expressions, each naming one node or tensor of the graph; empty takes the graph's own outputs.
    Of two boxes of one kind that overlap by more than `nms_iou` (intersection over union) the better one is kept; None
    where boxes cannot overlap. `square` is the side of the only input there is, None where any multiple of 32 will do.
    """

    input: ModelInput
    outputs: tuple[str, ...]
    decode: Decode
    nms_iou: float | None
    square: int | None = None


def logistic(x: Array) -> Array:
    """The logistic function; 80 is where float32 would overflow, and gives 0 or 1 just as well."""
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -80, 80))), np.float32)


def logit(share: float) -> float:
    """The x for which the logistic function gives `share`: comparing before the function saves most of the work."""
    share = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(share / (1 - share)))
