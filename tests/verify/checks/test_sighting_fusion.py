"""What is seen weakly single_frame does not count, what comes again does; what is hidden, or too small, never does."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check
from passerby.verify.checks.independent_detectors import FACE, PLATE, SECOND_FACE, TEXT, Sighting
from passerby.verify.checks.sighting_fusion import SightingFusion, weight

PLACE = Box(100, 100, 160, 170)


def seen(*passes, every=0.2):
    """What is suspicious after looks that saw these sightings, `every` seconds apart."""
    fusion = SightingFusion()
    for number, sightings in enumerate(passes):
        fusion.update(sightings, number * 5, number * every)
    return list(fusion.candidates())


def face(first=0.0, second=0.0, box=PLACE):
    scores = {id: score for id, score in ((FACE, first), (SECOND_FACE, second)) if score}
    return Sighting(Kind.FACE, box, scores)


def test_a_face_that_both_models_see_counts_at_once():
    (candidate,) = seen([face(0.8, 0.75)])
    assert (Kind.FACE, PLACE, Check.FACES) == (candidate.kind, candidate.box, candidate.check)


@pytest.mark.parametrize("weak", [face(0.1, 0.45), face(0.25, 0.35), face(0.3)])
def test_a_weak_one_does_not(weak):
    assert [] == seen([weak])


def test_one_that_comes_again_does():
    passes = [[face(0.5, 0.45, PLACE.translate(6 * n, 0))] for n in range(4)]
    (candidate,) = seen(*passes)
    assert (0.0, pytest.approx(0.6)) == (candidate.start, candidate.end)


def test_a_flicker_at_changing_positions_is_no_finding():
    assert [] == seen(*[[face(0.2, 0.5, PLACE.translate(150 * n, 0))] for n in range(10)])


def test_what_only_the_redaction_models_detect_is_reported_as_such():
    (candidate,) = seen([face(0.9)])
    assert Check.REDACTION_MODELS is candidate.check


def test_what_identifies_nobody_does_not_count():
    assert [] == seen([face(0.9, 0.9, Box(10, 10, 21, 30))])


def test_two_sightings_in_one_pass_are_two_candidates():
    assert 2 == len(seen([face(0.8, 0.8), face(0.8, 0.8, PLACE.translate(70, 0))]))


def test_after_a_while_it_is_another_one():
    empty = [[]] * 8
    assert 2 == len(seen([face(0.8, 0.8)], *empty, [face(0.8, 0.8)]))


def test_the_best_time_is_kept():
    (candidate,) = seen([face(0.5, 0.5)], [face(0.9, 0.8)], [face(0.6, 0.5)])
    assert (5, 0.2) == candidate.best[1:3]


def test_text_alone_is_no_plate_at_once():
    text = Sighting(Kind.PLATE, PLACE, {TEXT: 0.9})
    assert [] == seen([text])
    assert 1 == len(seen([text], [text], [text], every=0.6))
    assert weight(Sighting(Kind.PLATE, PLACE, {TEXT: 0.9, PLATE: 0.4})) > weight(text)


def test_a_still_needs_no_second_sighting():
    fusion = SightingFusion()
    fusion.update([face(0.6, 0.5)], 0, 0.0)
    fusion.end_page()
    fusion.update([face(0.2, 0.4)], 1, 0.1)
    fusion.end_page()
    assert [0] == [candidate.best[1] for candidate in fusion.candidates()]
