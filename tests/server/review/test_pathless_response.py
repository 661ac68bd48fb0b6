import json

from passerby.server.review.pathless_response import PathlessResponse


def test_texts_of_the_program_are_without_folders_and_typed_ones_as_they_are():
    content = {
        "detail": "/srv/cases/a.mp4 is gone",
        "files": [{"error": {"code": "SourceError", "message": "/srv/cases/a.mp4 is gone"}, "name": "a.mp4"}],
        "problem": None,
        "reason": "see /srv/cases/a.mp4",
        "count": 3,
    }
    expected = {
        "detail": "a.mp4 is gone",
        "files": [{"error": {"code": "SourceError", "message": "a.mp4 is gone"}, "name": "a.mp4"}],
        "problem": None,
        "reason": "see /srv/cases/a.mp4",
        "count": 3,
    }
    assert expected == json.loads(PathlessResponse(content).body)
