import json

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Track
from passerby.documents.plan_parts.spans import VisibleSpan
from passerby.review.answers import EditResponse, FileDetail, HistoryResponse, TrackResponse
from passerby.review.history import Change

TRACK = Track(
    number=4,
    kind=Kind.FACE,
    keyframes=(
        Keyframe(time=0, box=Box(0, 1, 2, 3), score=0.5, origin="model"),
        Keyframe(time=9, box=Box(4, 5, 6, 7), score=0.7, origin="model"),
    ),
    visible=(VisibleSpan(start=3, end=5),),
)


def test_boxes_are_flattened():
    response = TrackResponse.of(TRACK)
    assert ((0, 9), (0, 1, 2, 3, 4, 5, 6, 7), ((3, 5),)) == (response.times, response.boxes, response.visible)
    assert (0.6, False) == (response.confidence, response.manual)


def test_tracks_are_serialised_alike_with_and_without_validation(item):
    detail = FileDetail(
        id=0,
        name="yard.mp4",
        videos=(),
        tracks=((TrackResponse.of(TRACK),),),
        history=HistoryResponse.of(item.file.history),
        audio="remove",
        has_audio=False,
        output="yard.redacted.mp4",
    )
    assert detail.model_dump(mode="json") == json.loads(detail.json_with_tracks([[TRACK]]))


def test_an_edit_lists_changed_and_removed_tracks(item):
    history = item.file.history
    history.apply([Change(0, 1, None), Change(0, 4, TRACK), Change(audio=())])
    response = EditResponse.of(history, [(0, 1), (0, 4), ("audio",)], selected=4)
    assert ([4], ((0, 1),), 4) == ([track.number for _, track in response.tracks], response.removed, response.selected)
