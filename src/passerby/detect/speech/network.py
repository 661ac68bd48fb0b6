"""Silero VAD (MIT): a small recurrent network that says, for every 32 ms of sound, how likely somebody speaks.

It has one output, a probability: it cannot tell speakers apart, and knows no words.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from passerby.core.errors import DetectorError, WeightsError
from passerby.detect.backend.openvino_core import new_core
from passerby.detect.backend.openvino_import import ov
from passerby.detect.speech.spectrum import RATE, Rows
from passerby.detect.weights import Registry

#: Its id in the registry, and its family there.
SILERO, FAMILY = "silero-vad", "silero-vad"
#: Samples that it takes at once, and how many of those before it is shown again.
FRAME, CONTEXT = 512, 64
FRAME_S = FRAME / RATE
#: Width of its two states.
_STATE = 128

Scores = npt.NDArray[np.float32]


class SpeechNetwork:
    """The network, ready to run on one processor: it is so small that several only wait for each other."""

    def __init__(self, registry: Registry, id: str = SILERO) -> None:
        """Raises WeightsError when the weights are missing, altered, or no such network."""
        self.id = id
        entry = registry[id]
        if entry.family != FAMILY:
            raise WeightsError(f"The weights {id} are of the family {entry.family}. Speech is detected by {FAMILY}.")
        self._core = new_core()
        self._requests: dict[int, ov.InferRequest] = {}
        try:
            self._network = self._core.read_model(registry.load_bytes(id))
            shapes = [list(port.partial_shape.to_shape()) for port in self._network.inputs]
        except RuntimeError as error:
            raise WeightsError(
                f"The weights {id} are not a model that can be run. Fetch them again with: passerby models fetch {id}"
            ) from error
        if shapes != [[1, CONTEXT + FRAME], [2, 1, _STATE]]:
            raise WeightsError(f"The weights {id} are not of the family {FAMILY}. Correct their entry.")

    def scores(self, rows: Rows) -> Scores:
        """The probability of speech, shape (rows, samples // FRAME), each row by itself and from silence on.

        Raises DetectorError when the network fails.
        """
        count, length = rows.shape[0], rows.shape[1] // FRAME
        frame = np.zeros((count, CONTEXT + FRAME), np.float32)
        state = np.zeros((2, count, _STATE), np.float32)
        found = np.zeros((length, count), np.float32)
        try:
            request = self._request(count)
            # Given once and shared: as arguments of each call they would cost a fifth of the whole search.
            for place, tensor in enumerate((frame, state)):
                request.set_input_tensor(place, ov.Tensor(tensor, shared_memory=True))
            score, next_state = (tensor.data for tensor in request.output_tensors)
            for number in range(length):
                frame[:, :CONTEXT] = frame[:, -CONTEXT:]
                frame[:, CONTEXT:] = rows[:, number * FRAME : (number + 1) * FRAME]
                request.infer(share_outputs=True)
                found[number] = score[:, 0]
                state[:] = next_state
        except RuntimeError as error:
            raise DetectorError(f"The model {self.id} failed: {str(error).strip().splitlines()[-1]}") from error
        if not np.isfinite(found).all():
            raise DetectorError(
                f"The model {self.id} returned values that are not numbers. "
                f"Fetch it again with: passerby models fetch {self.id}"
            )
        return found.T

    def scores_both_ways(self, rows: Rows) -> Scores:
        """The mean of what it says of the sound forwards and backwards, as `scores`. Forwards it needs a while to be
        sure that somebody has begun to speak, backwards that somebody is about to stop; and what begins or stops at
        once, such as a horn, it takes for a voice only one way. `rows` hold whole frames."""
        forwards, backwards = np.split(self.scores(np.concatenate([rows, rows[:, ::-1]])), 2)
        return np.asarray((forwards + backwards[:, ::-1]) / 2, np.float32)

    def _request(self, rows: int) -> ov.InferRequest:
        if rows not in self._requests:
            network = self._network.clone()
            network.reshape({"input": [rows, CONTEXT + FRAME], "state": [2, rows, _STATE]})
            # In full precision: what a recurrent network rounds away, it goes on with.
            config = {
                "NUM_STREAMS": 1,
                "INFERENCE_NUM_THREADS": 1,
                "INFERENCE_PRECISION_HINT": "f32",
                "ENABLE_CPU_PINNING": False,
            }
            self._requests[rows] = self._core.compile_model(network, "CPU", config).create_infer_request()
        return self._requests[rows]
