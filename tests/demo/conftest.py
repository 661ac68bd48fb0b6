import cv2
import numpy as np
import pytest

from passerby.demo.sample import make_sample


@pytest.fixture(scope="session")
def noise():
    return np.random.default_rng(1).integers(0, 256, (512, 512, 3), np.uint8)


@pytest.fixture(scope="session")
def noise_clip(noise, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    cv2.imwrite(str(folder / "noise.png"), noise)
    make_sample(folder / "sample.mp4", folder / "noise.png")
    return folder / "sample.mp4"
