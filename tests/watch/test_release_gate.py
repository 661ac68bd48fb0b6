from hypothesis import given
from hypothesis import strategies as st

from passerby.documents.status import Reason
from passerby.watch.release_gate import FURTHEST, Proof, Prover


def settled(looks, proofs):
    """The reasons of `proofs` after looks at the given indices; a value is why that look failed, or None."""
    prover, begin = Prover(), 0
    for index, failed in looks.items():
        prover.settle(proofs[begin : index + 1], failed)
        begin = index + 1
    return [proof.reason for proof in proofs]


def steady(count, every=0.1, apart=()):
    """Frames one by one; no motion leads to the first, nor to those in `apart`."""
    return [Proof(n * every, joined=n > 0 and n not in apart) for n in range(count)]


def test_frames_between_two_looks_may_leave():
    assert [None] * 11 == settled({0: None, 10: None}, steady(11))


def test_frames_after_the_last_look_wait_for_the_next():
    assert [None, Reason.LATE, Reason.LATE] == settled({0: None}, steady(3))


def test_frames_before_the_first_look_are_covered():
    assert [Reason.START] * 3 + [None] == settled({3: None}, steady(4))


def test_looks_too_far_apart_prove_nothing_but_themselves():
    proofs = steady(3, every=FURTHEST * 0.6)
    assert [None, Reason.LATE, None] == settled({0: None, 2: None}, proofs)


def test_a_failed_look_proves_nothing():
    assert [None, Reason.FAILED, Reason.FAILED] == settled({0: None, 2: Reason.FAILED}, steady(3))


def test_a_failed_look_does_no_harm_when_the_next_one_comes_in_time():
    assert [None] * 7 == settled({0: None, 3: Reason.FAILED, 6: None}, steady(7))


def test_after_failed_looks_the_reason_is_told():
    proofs = steady(5, every=0.5)
    assert [None, *[Reason.MODELS] * 3, None] == settled({0: None, 2: Reason.MODELS, 4: None}, proofs)


def test_nothing_is_joined_over_a_gap():
    reasons = settled({0: None, 6: None}, steady(7, apart={4}))
    assert [None, Reason.MOTION, Reason.MOTION, Reason.MOTION, Reason.START, Reason.START, None] == reasons


def test_looks_at_both_sides_of_a_cut_keep_both_scenes():
    assert [None] * 7 == settled({0: None, 3: None, 4: None, 6: None}, steady(7, apart={4}))


def test_a_broken_frame_is_never_passed_on():
    proofs = steady(7, apart={3, 4})
    proofs[3].damaged = True
    reasons = settled({0: None, 6: None}, proofs)
    assert [None, Reason.MOTION, Reason.MOTION, Reason.DAMAGED, Reason.START, Reason.START, None] == reasons


@given(
    st.lists(
        st.tuples(
            st.floats(0.01, 1.0),
            st.booleans(),
            st.booleans(),
            st.sampled_from([None, "good", Reason.FAILED, Reason.MODELS]),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_only_what_lies_between_two_good_looks_is_passed_on(frames):
    """The rule by brute force: whatever happens, a frame that may leave has what the rule asks for."""
    proofs, looks, at = [], {}, 0.0
    for n, (gap, joined, damaged, look) in enumerate(frames):
        at += gap
        proofs.append(Proof(at, joined and not damaged and n > 0, damaged))
        if look is not None and not damaged:
            looks[n] = None if look == "good" else look
    settled(looks, proofs)
    good = [n for n, failed in looks.items() if failed is None]
    for n, proof in enumerate(proofs):
        before = max((g for g in good if g <= n), default=None)
        after = min((g for g in good if g >= n), default=None)
        held = (
            before is not None
            and after is not None
            and (
                before == after
                or (
                    proofs[after].at - proofs[before].at <= FURTHEST
                    and all(p.joined and not p.damaged for p in proofs[before + 1 : after + 1])
                )
            )
        )
        assert held == (proof.reason is None)
