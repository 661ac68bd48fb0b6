"""Films that are done in pieces over a cluster: what comes after what."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.cluster.scheduler import Ran
from passerby.config.object_path import shown
from passerby.documents.plan import Plan
from passerby.jobs.film_steps import Join, Look, Paint, forget, piece_of
from passerby.jobs.job import Outcome, State, Work
from passerby.track.segments import Painted, Piece, Span

if TYPE_CHECKING:
    from passerby.engine.distributed import Sight


@dataclass(slots=True)
class Film:
    """One film: its spans are looked at, then its pieces are painted, then they are joined. The next begins when all of
    the one before is done."""

    work: Work
    spans: Sequence[Span]
    ran: list[Ran] = field(default_factory=list)
    under_way: int = 0
    steps: int = 0
    failed: Outcome | None = None
    #: It is to be done in one piece after all.
    in_one: bool = False
    _plan: Plan | None = None
    _pieces: list[tuple[Plan, Piece]] = field(default_factory=list)
    _sights: dict[int, Sight] = field(default_factory=dict)
    _painted: dict[int, Painted] = field(default_factory=dict)
    _within: bool = False

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1, as far as can be told."""
        return min(1.0, self.steps / (2 * len(self.spans) + 1))

    def looks(self) -> list[Work]:
        return [replace(self.work, step=Look(span)) for span in self.spans]

    def after(self, step: Work, outcome: Outcome) -> list[Work]:
        """What is to be done now that this step is."""
        self.steps += 1
        if isinstance(step.step, Look):
            self._sights[step.step.span.first] = outcome.gave  # type: ignore[assignment]
            return self._paints() if len(self._sights) == len(self.spans) else []
        if isinstance(step.step, Paint):
            self._painted[step.step.number] = outcome.gave  # type: ignore[assignment]
            return self._joins() if len(self._painted) == len(self._pieces) else []
        return []  # it was joined

    def clear(self) -> None:
        """Take away what was made of it."""
        for number in range(len(self.spans)):
            forget(piece_of(self.work.job, number))

    def _paints(self) -> list[Work]:
        from passerby.engine.distributed import as_one, pieces

        sights = [self._sights[span.first] for span in self.spans]
        self._plan = as_one(sights, self.work.settings)
        if self._plan is None:
            self.in_one = True
            return []
        self._pieces = pieces(self._plan, sights)
        return self._as_paints()

    def _as_paints(self) -> list[Work]:
        return [
            replace(self.work, step=Paint(number, plan, piece, self._within))
            for number, (plan, piece) in enumerate(self._pieces)
        ]

    def _joins(self) -> list[Work]:
        from passerby.engine.distributed import too_large

        assert self._plan is not None
        source = self._sights[0].source
        assert source is not None
        painted = [self._painted[number] for number in range(len(self._pieces))]
        if not self._within and too_large(source, self.work.settings, self.work.job.output, painted):
            self._within, self._painted = True, {}
            return self._as_paints()
        parts = tuple((piece, made) for (_, piece), made in zip(self._pieces, painted, strict=True))
        return [replace(self.work, step=Join(self._plan, parts, self._within))]


class Films:
    """All films that are under way in pieces. What is to be done for them goes to the front of `tasks`: a film that was
    begun is ended before another begins."""

    def __init__(self, tasks: deque[Work]) -> None:
        self._tasks = tasks
        self._films: dict[Path, Film] = {}

    def take(self, work: Work, outcome: Outcome, ran: Ran) -> tuple[Outcome, Ran] | None:
        """What there is to tell of a file now that this work is done; None while there is more to do for it."""
        film = None if work.step is None else self._films.get(work.job.output)
        if film is None:
            if not isinstance(outcome.gave, list):
                return outcome, ran
            film = self._films[work.job.output] = Film(work, outcome.gave, [ran])
            self._begin(film, film.looks())
            return None
        film.under_way -= 1
        film.ran.append(ran)
        if outcome.state is State.FAILED:
            film.failed = film.failed or outcome
            # A span that cannot be looked at is damaged: whoever does all of it knows what to make of that.
            film.in_one = film.in_one or (isinstance(work.step, Look) and bool(ran.node))
            self._leave(film)
        elif film.failed is None:
            self._go_on(film, work, outcome)
        if film.under_way:
            return None
        del self._films[work.job.output]
        if film.in_one:
            self._tasks.appendleft(replace(film.work, cut=0))
            return None
        if film.failed is not None:
            film.clear()
        return film.failed or outcome, together(film.ran)

    def share(self, work: Work) -> float:
        """How much is done of the film that this work is a step of, as far as can be told: 0 to 1."""
        film = self._films.get(work.job.output)
        return 0.0 if film is None else film.share

    def _go_on(self, film: Film, work: Work, outcome: Outcome) -> None:
        try:
            self._begin(film, film.after(work, outcome))
        except Exception as error:  # one film never stops the rest, whosever fault it is
            text = f"{shown(work.job.source)}: {type(error).__name__}: {error}\nThis is a fault of passerby, not yours."
            film.failed = Outcome(work.job, State.FAILED, error=text, exit_code=1)
            self._leave(film)

    def _begin(self, film: Film, steps: Sequence[Work]) -> None:
        film.under_way += len(steps)
        self._tasks.extendleft(reversed(steps))

    def _leave(self, film: Film) -> None:
        """Nothing more of it is to be begun."""
        mine = [one for one in self._tasks if one.step is not None and one.job == film.work.job]
        for one in mine:
            self._tasks.remove(one)
        film.under_way -= len(mine)


def together(ran: Sequence[Ran]) -> Ran:
    """Where and when a film was done of which several had a part: the seconds from the first to the last."""
    real = [one for one in ran if one.node]
    if not real:
        return Ran()
    began = min(one.began for one in real)
    nodes = ", ".join(dict.fromkeys(one.node for one in real))
    return Ran(nodes, began, max(one.began + one.seconds for one in real) - began)
