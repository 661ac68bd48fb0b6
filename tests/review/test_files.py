from pathlib import Path

from passerby.documents.plan import Plan
from passerby.review.files import ReviewPaths, matches_plan, save_text


def test_names_of_a_pair_do_not_collide():
    """A photo and a video of one moment: IMG_1.jpg and IMG_1.mp4."""
    folder = Path("/data")
    photo = ReviewPaths(
        folder / "IMG_1.jpg",
        folder / "IMG_1.redacted.jpg",
        folder / "IMG_1.redacted.jpg.report.json",
        folder / "IMG_1.jpg.plan.json",
    )
    video = ReviewPaths(
        folder / "IMG_1.mp4",
        folder / "IMG_1.redacted.mp4",
        folder / "IMG_1.redacted.mp4.report.json",
        folder / "IMG_1.mp4.plan.json",
    )
    assert folder / "IMG_1.jpg.review.json" == photo.notes
    assert photo.notes != video.notes
    assert folder / "IMG_1.redacted.jpg.verification" == photo.verification
    assert photo.verification != video.verification


def test_a_plan_matches_its_source_only(paths):
    plan = Plan.load(paths.plan)
    assert matches_plan(plan, paths.source)
    paths.source.write_bytes(paths.source.read_bytes() + b"\0")
    assert not matches_plan(plan, paths.source)


def test_a_file_is_replaced(tmp_path):
    for text in ("one", "two"):
        save_text(tmp_path / "notes", text)
    assert ("two", ["notes"]) == ((tmp_path / "notes").read_text(), [path.name for path in tmp_path.iterdir()])
