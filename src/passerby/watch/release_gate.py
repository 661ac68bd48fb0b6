"""Which frames may leave with their masks, and which are covered whole: the rule, on numbers alone.

A frame may leave when it was looked at itself, or when it lies between two looks at most FURTHEST apart with trusted
motion all the way between them. Whatever else happens, it is covered, and the reason is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from passerby.documents.status import Reason

#: Seconds between two looks, at most, for the frames between them to be passed on.
FURTHEST = 1.5


@dataclass(slots=True)
class Proof:
    """What is known of one frame. `at` in seconds; `joined` says that trusted motion leads here from the frame before.

    `reason` is why it cannot be passed on, None when it can. Until a look tells, the look is late.
    """

    at: float
    joined: bool
    damaged: bool = False
    reason: Reason | None = Reason.LATE


@dataclass(slots=True)
class Prover:
    """Takes frames in order, and settles them with each look that ends."""

    _looked: Proof | None = None
    _since: list[Proof] = field(default_factory=list)
    _failed: Reason | None = None

    def settle(self, proofs: Iterable[Proof], failed: Reason | None) -> None:
        """The frames up to and with the next one that was looked at, in order. `failed` is why that look says nothing,
        None when it does."""
        proofs = list(proofs)
        for proof in proofs:
            if not proof.joined:
                self._break()
            if proof.damaged:
                proof.reason = Reason.DAMAGED
            self._since.append(proof)
        if failed is not None:
            self._failed = failed
            for proof in self._since:
                proof.reason = failed if proof.reason is Reason.LATE else proof.reason
            return
        here = self._since[-1]
        for proof in self._since[:-1]:
            if proof.reason is not Reason.DAMAGED:
                proof.reason = self._between(here)
        if not here.damaged:
            here.reason = None
            self._looked = here
        self._since, self._failed = [], None

    def _between(self, here: Proof) -> Reason | None:
        """Why frames between the last look and `here` cannot be passed on."""
        if self._looked is None:
            return Reason.START
        if here.at - self._looked.at > FURTHEST:
            return self._failed or Reason.LATE
        return None

    def _break(self) -> None:
        """A new scene begins, or frames are missing: what lies after the last look lies between no two looks."""
        for proof in self._since:
            if proof.reason is Reason.LATE:
                proof.reason = Reason.START if self._looked is None else Reason.MOTION
        self._since, self._looked, self._failed = [], None, None
