from array import array

import pytest

from passerby import Settings
from passerby.core.box import Box
from passerby.core.errors import PlanError
from passerby.core.kinds import Kind
from passerby.detect.weights import Registry
from passerby.documents.plan import Keyframe, Track, VideoPlan
from passerby.engine.plan_builder import check_belongs, make_plan
from passerby.source.fingerprint import fingerprint
from passerby.source.video.file import VideoFile
from passerby.track.confirmation import TrackCandidate, TrackEvidence
from passerby.track.segments import AnalysisResult, SegmentRange
from tests import clips
from tests.plans import plan_for


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")


def candidate(start, score, x=10):
    keys = tuple(
        Keyframe(time=t, box=Box(x, 10, x + 30, 50), score=score, origin="test") for t in (start, start + 2000)
    )
    return TrackCandidate(Track(number=9, kind=Kind.FACE, keyframes=keys), TrackEvidence(score, score, hits=1))


def result(times, candidates=(), damaged=(), cuts=()):
    intact = bytearray(time not in damaged for time in times)
    return AnalysisResult(
        SegmentRange(),
        times=array("q", times),
        hashes=array("Q", times),
        intact=intact,
        cuts=list(cuts),
        candidates={0: list(candidates)},
        weights=("centerface",),
    )


def videos_of(clip):
    with VideoFile.open(clip) as video:
        return video.info.videos


def plan_of(clip, *results, settings=None):
    with VideoFile.open(clip) as video:
        registry = Registry.load(environment={})
        return make_plan(video.info, fingerprint(clip), settings or Settings(), registry, [list(results)])


def test_confirmed_tracks_are_numbered_in_order_of_time(clip):
    plan = plan_of(
        clip, result(range(0, 5000, 1000), [candidate(2000, 0.9), candidate(0, 0.9, 100), candidate(0, 0.1)])
    )
    assert [(1, 0), (2, 2000)] == [(track.number, track.start) for track in plan.videos[0].tracks]


def test_damaged_frames_are_not_among_the_analysed(clip):
    (video,) = plan_of(clip, result([0, 1000, 2000, 3000], damaged=[2000])).videos
    assert [(0, 1), (3, 3)] == [(span.first_frame, span.last_frame) for span in video.analysed]
    assert 4 == video.frames


def test_the_start_of_the_video_is_no_cut(clip):
    assert (2000,) == plan_of(clip, result([0, 1000, 2000], cuts=[0, 2000])).videos[0].cuts


def test_fixed_regions_are_tracks_and_weights_are_listed_with_their_hash(clip):
    settings = Settings(hide_regions=({"polygon": ((0, 0), (9, 0), (9, 9), (0, 9))},))
    plan = plan_of(clip, result([0, 1000]), settings=settings)
    assert [Kind.REGION] == [track.kind for track in plan.videos[0].tracks]
    registry = Registry.load(environment={})
    assert [("centerface", registry["centerface"].sha256)] == [(used.id, used.sha256) for used in plan.weights]


def test_a_plan_belongs_to_the_file_it_was_made_for_and_to_no_other(clip, tmp_path):
    plan, videos = plan_for(clip), videos_of(clip)
    check_belongs(plan, clip, videos)
    for path, tracks in ((clip, videos * 2), (clips.vfr(tmp_path / "other.mp4"), videos)):
        with pytest.raises(PlanError, match="--save-plan"):
            check_belongs(plan, path, tracks)


@pytest.mark.parametrize("changed", [{"time_base": "1/7"}, {"width": 64}, {"height": 10**6}])
def test_a_plan_that_says_something_else_of_the_pictures_is_refused(clip, changed):
    """Its times and positions would be those of other pictures, and so would the report's."""
    plan = plan_for(clip)
    video = VideoPlan.model_validate(plan.videos[0].model_dump(mode="json") | changed)
    with pytest.raises(PlanError, match=r"pixels and ticks of.*--save-plan"):
        check_belongs(plan.model_copy(update={"videos": (video,)}), clip, videos_of(clip))


def test_a_plan_is_sealed_when_it_is_made(clip):
    assert not plan_of(clip, result(range(0, 5000, 1000), [candidate(2000, 0.9)])).edited_by_hand
