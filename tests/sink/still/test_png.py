"""One masked frame as a PNG."""

import numpy as np
import pytest
from PIL import Image

from passerby.core.errors import OutputError
from passerby.sink.still.png import write_snapshot
from tests import clips


def test_the_picture_is_what_the_frame_shows(tmp_path):
    path = tmp_path / "new" / "a.png"
    write_snapshot(path, clips.safe_frame(3, 0))
    image = Image.open(path)
    assert ("PNG", clips.SIZE, {}) == (image.format, image.size, image.info)
    assert np.abs(np.asarray(image).astype(int) - clips.drawing(3)).mean() < 4


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written.*-o"):
        write_snapshot(tmp_path / "file" / "a.png", clips.safe_frame(0, 0))
