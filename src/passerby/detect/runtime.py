"""What knows the inference runtime for pictures: an image in, arrays out (for sound: speech/network.py).

OpenVINO is the runtime. Another one would be a sibling class that implements the protocol `Backend`.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from passerby.core.errors import DetectorError, WeightsError
from passerby.detect.backend.model_cache import CompiledModelCache
from passerby.detect.backend.openvino_core import new_core
from passerby.detect.backend.openvino_import import PrePostProcessor, ov
from passerby.detect.preprocess import Image

#: What a network puts out.
Array = npt.NDArray[np.float32]


def _initialise_binding() -> None:
    """The binding initialises itself with the first array. Two threads that give it their first ones at the same time
    deadlock (with OpenVINO 2026.4), so it gets one on import, where there is one thread."""
    for shared in (False, True):
        ov.Tensor(np.zeros(1, np.uint8), shared_memory=shared).data  # noqa: B018


_initialise_binding()

#: Compiled input sizes that are kept in memory. Compiling one takes up to a second, and each takes a few dozen MiB.
MAX_COMPILED_SIZES = 6


@dataclass(frozen=True, slots=True)
class ModelInput:
    """How 8-bit BGR pixels become what a network was trained on: (pixel - mean) / scale, channels reversed if `rgb`.

    `mean` and `scale` are in the network's channel order. `border` is the pixel value that pads an image to a size
    that the network takes. `channels_last` says that the network itself takes (1, h, w, 3).
    """

    rgb: bool
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    scale: tuple[float, ...] = (1.0, 1.0, 1.0)
    border: int = 0
    channels_last: bool = False


class Backend(Protocol):
    """A network that is ready to run. Not safe for two threads at once."""

    def infer(self, image: Image) -> list[Array]:
        """Outputs, in the order of `Family.outputs`, of one BGR image (h, w, 3) whose sides suit the network.

        The arrays are the runtime's own and last until the next call. Raises DetectorError when the runtime fails or
        an output is not a finite number.
        """
        ...

    def prepare(self, width: int, height: int) -> None:
        """Compile for images of that size, which otherwise happens with the first of them."""
        ...


class OpenVinoModel:
    """A network on OpenVINO, compiled for each image size when it first comes."""

    def __init__(
        self,
        content: bytes,
        name: str,
        input: ModelInput,
        outputs: Sequence[str] = (),
        threads: int | None = None,
        cache: CompiledModelCache | None = None,
    ) -> None:
        """`content` is an ONNX or TFLite file, `name` is for messages; `outputs` as in `Family.outputs`. Compiled
        networks are kept in `cache` from run to run.

        Raises WeightsError when the content is not a network, or not one with these outputs.
        """
        self._name = name
        self._input = input
        self._core = core = new_core()
        self._cache = cache
        # Pinned, two models in parallel would both run on the first processor.
        self._config: dict[str, str | int | bool] = {
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": _precision(self._core),
            "ENABLE_CPU_PINNING": False,
        }
        if threads is not None:
            self._config["INFERENCE_NUM_THREADS"] = threads
        self._requests: OrderedDict[tuple[int, int], ov.InferRequest] = OrderedDict()
        # Not of `self`: in a cycle it would stay in memory, a gigabyte a video, until the garbage collector comes.
        self._network = functools.cache(lambda: _truncate_at_outputs(_read_network(core, content, name), outputs, name))
        #: All that a compiled network depends on, but for the size of the image.
        machine = [self._core.get_property("CPU", what) for what in ("FULL_DEVICE_NAME", "OPTIMIZATION_CAPABILITIES")]
        sha256 = hashlib.sha256(content).hexdigest()
        self._cache_key = (
            sha256,
            tuple(outputs),
            input,
            ov.get_version(),
            *map(str, machine),
            sorted(self._config.items()),
        )
        if cache is None or cache.load(self._cache_key) is None:
            self._network()
            if cache is not None:
                cache.save(self._cache_key, b"")  # this is a network, and has these outputs

    def prepare(self, width: int, height: int) -> None:
        self._request(height, width)

    def infer(self, image: Image) -> list[Array]:
        height, width, _ = image.shape
        try:
            request = self._request(height, width)
            request.infer([np.ascontiguousarray(image)[None]], share_inputs=True, share_outputs=True)
            outputs = [tensor.data for tensor in request.output_tensors]
        except RuntimeError as error:
            raise DetectorError(
                f"The model {self._name} failed on an image of {width}x{height}: {_last_line(error)}"
            ) from error
        for output in outputs:
            # One not-a-number or infinity makes the whole sum one.
            if not np.isfinite(output.sum()):
                raise DetectorError(
                    f"The model {self._name} returned values that are not numbers. "
                    f"Fetch it again with: passerby models fetch {self._name}"
                )
        return outputs

    def _request(self, height: int, width: int) -> ov.InferRequest:
        key = (height, width)
        if key not in self._requests:
            while len(self._requests) >= MAX_COMPILED_SIZES:
                self._requests.popitem(last=False)
            self._requests[key] = self._compile(height, width)
        self._requests.move_to_end(key)
        return self._requests[key]

    def _compile(self, height: int, width: int) -> ov.InferRequest:
        made_from = (*self._cache_key, height, width)
        if self._cache is not None and (blob := self._cache.load(made_from)) is not None:
            with suppress(RuntimeError):  # what the runtime no longer accepts is compiled anew
                # From bytes, it makes a copy. A tensor it would go on using after it was freed.
                return self._core.import_model(blob.tobytes(), "CPU", self._config).create_infer_request()
        network = self._core.compile_model(self._build_for_size(height, width), "CPU", self._config)
        if self._cache is not None:
            self._cache.save(made_from, network.export_model().getvalue())
        return network.create_infer_request()

    def _build_for_size(self, height: int, width: int) -> ov.Model:
        """The network for images of that size, with the preprocessing built in."""
        network = self._network().clone()
        last = self._input.channels_last
        network.reshape([1, height, width, 3] if last else [1, 3, height, width])
        steps = PrePostProcessor(network)
        steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
        steps.input().model().set_layout(ov.Layout("NHWC" if last else "NCHW"))
        change = steps.input().preprocess().convert_element_type(ov.Type.f32)
        if self._input.rgb:
            change.reverse_channels()
        change.mean(list(self._input.mean)).scale(list(self._input.scale))
        for index in range(len(network.outputs)):
            steps.output(index).tensor().set_element_type(ov.Type.f32)
        return steps.build()


def _precision(core: ov.Core) -> str:
    return "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


def _read_network(core: ov.Core, content: bytes, name: str) -> ov.Model:
    try:
        if content[4:8] != b"TFL3":
            return core.read_model(content)
        # OpenVINO reads TFLite by path alone. The copy is ours, private, and gone once it is read.
        with tempfile.TemporaryDirectory(prefix="passerby-") as folder:
            path = Path(folder, "model.tflite")
            path.write_bytes(content)
            return core.read_model(os.fspath(path), config={"ENABLE_MMAP": False})
    except RuntimeError as error:
        raise WeightsError(
            f"The weights {name} are not a model that can be run: {_last_line(error)} "
            f"Fetch them again with: passerby models fetch {name}"
        ) from error


def _truncate_at_outputs(network: ov.Model, outputs: Sequence[str], name: str) -> ov.Model:
    """The network up to these outputs; all of it when none is given."""
    if not outputs:
        return network
    by_name: dict[str, ov.Output] = {}
    for node in network.get_ordered_ops():
        for output in node.outputs():
            for known in (node.get_friendly_name(), *output.get_names()):
                by_name[known] = output
    ends = []
    for pattern in outputs:
        matches = [output for known, output in by_name.items() if re.fullmatch(pattern, known)]
        if not matches:
            raise WeightsError(
                f"The weights {name} have no output like {pattern}: they are not of the family that their entry names. "
                f"Correct `family` there, or take the entry out."
            )
        ends.append(matches[0])
    return ov.Model(ends, network.get_parameters(), name)


def _last_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
