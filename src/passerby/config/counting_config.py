"""What is to be counted at a camera, what is worth telling, and where it is sent: that part of site.yaml.

Places are shares of the picture, 0 to 1, x to the right and y down, so that they hold at any resolution.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from passerby.core.kinds import Kind, ObjectClass
from passerby.core.model import FrozenModel

#: A place in the picture: shares of its width and height.
Place = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]
#: Names go into topics, files and columns.
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="small letters, digits, - and _")]
SORTS: tuple[ObjectClass, ...] = (ObjectClass.PERSON,)
#: The zone of the whole picture, which every camera has.
PICTURE = "picture"


class Anchor(StrEnum):
    """The point of a box that stands for it: `foot` where it stands (middle of the lower edge), its `middle`, or the
    `head` (middle of the upper edge), for where feet are out of the picture or behind something."""

    FOOT = "foot"
    MIDDLE = "middle"
    HEAD = "head"


class Zone(FrozenModel):
    """An area in which to count: how many are in it, come into it, leave it, and how long they stay."""

    name: Name
    polygon: tuple[Place, ...] = Field(min_length=3, description="Its corners, in order.")
    count: tuple[ObjectClass, ...] = Field(default=SORTS, min_length=1, description="What is counted.")
    at: Anchor = Field(default=Anchor.FOOT, description="The point of each that has to be in the zone.")

    @model_validator(mode="after")
    def _an_area(self) -> Self:
        if abs(_twice_area(self.polygon)) < 2e-4:
            raise ValueError(f"zone {self.name} has no area: give the corners in order, around the zone")
        if _crosses_itself(self.polygon):
            raise ValueError(f"the sides of zone {self.name} cross each other: give the corners in order, around it")
        return self


class Line(FrozenModel):
    """A line to count who crosses it, each way. Seen from its first point to its last, `forward` is from the left to
    the right of it; a line drawn from the left of the picture to its right is crossed forward by who walks down."""

    name: Name
    points: tuple[Place, ...] = Field(min_length=2, description="Its ends, and the bends between.")
    count: tuple[ObjectClass, ...] = Field(default=SORTS, min_length=1, description="What is counted.")
    at: Anchor = Field(default=Anchor.FOOT, description="The point of each that has to cross.")

    @model_validator(mode="after")
    def _a_length(self) -> Self:
        if any(a == b for a, b in pairwise(self.points)):
            raise ValueError(f"line {self.name} has the same point twice in a row")
        return self


class Day(StrEnum):
    """Days of a schedule; `holiday` goes before the day of the week that it falls on."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"


class Hours(FrozenModel):
    """A stretch of some days. One that ends before it begins goes on into the next morning."""

    days: tuple[Day, ...] = Field(min_length=1)
    start: time = Field(default=time(0), description="Local time of the site.")
    end: time = Field(default=time(0), description="Local time of the site; 00:00 is the end of the day.")


def _known_holidays(place: str | None) -> str | None:
    if place is None:
        return None
    from passerby.config.timetable import public_holidays

    public_holidays(place, 2026)
    return place


class Timetable(FrozenModel):
    """When something holds: hours of the week, with holidays."""

    name: Name
    hours: tuple[Hours, ...] = Field(min_length=1)
    holidays: Annotated[str | None, AfterValidator(_known_holidays)] = Field(
        default=None, description="Whose public holidays are kept: a country, or a part of one, as ISO 3166: DE, DE-BE."
    )
    also: tuple[date, ...] = Field(default=(), description="Other days that are holidays.")


class EventKind(StrEnum):
    """What can be told of. Of a camera: the first six; of the site: the rest."""

    PRESENCE = "presence"
    CROSSING = "crossing"
    CROWD = "crowd"
    COVERED = "covered"
    MOVED = "moved"
    DARK = "dark"
    LOST = "lost"
    STORAGE = "storage"
    CLOCK = "clock"


class _Rule(FrozenModel):
    name: Name
    cool_down: float = Field(
        default=60.0, ge=0, description="Seconds after one event in which the rule tells no other."
    )
    during: Name | None = Field(
        default=None, description="The timetable in which the rule holds; always, when left out."
    )
    outside: Name | None = Field(default=None, description="The timetable outside of which the rule holds.")
    before: float = Field(default=5.0, ge=0, le=60, description="Seconds of the clip before the event.")
    after: float = Field(default=10.0, ge=0, le=300, description="Seconds of the clip after it.")

    @model_validator(mode="after")
    def _one_timetable(self) -> Self:
        if self.during is not None and self.outside is not None:
            raise ValueError(f"rule {self.name} has both `during` and `outside`: give one of them")
        return self


class PresenceRule(_Rule):
    """Somebody is in a zone, for instance outside the hours of a timetable."""

    kind: Literal[EventKind.PRESENCE]
    zone: Name
    hold: float = Field(default=2.0, ge=0, description="Seconds that they must be there.")
    count: tuple[ObjectClass, ...] = Field(default=SORTS, min_length=1, description="Who.")


class CrossingRule(_Rule):
    """A line is crossed."""

    kind: Literal[EventKind.CROSSING]
    line: Name
    way: Literal["forward", "back", "both"] = Field(default="both", description="Which way.")
    count: tuple[ObjectClass, ...] = Field(default=SORTS, min_length=1, description="Who.")
    cool_down: float = Field(
        default=10.0, ge=0, description="Seconds after one event in which the rule tells no other."
    )


class CrowdRule(_Rule):
    """More are in a zone than it may hold."""

    kind: Literal[EventKind.CROWD]
    zone: Name
    most: int = Field(ge=0, description="How many may be in it.")
    hold: float = Field(default=5.0, ge=0, description="Seconds that they must be too many.")
    count: tuple[ObjectClass, ...] = Field(default=SORTS, min_length=1, description="Who.")


class SightRule(_Rule):
    """The camera no longer shows what it should: `covered`, `moved` or `dark`."""

    kind: Literal[EventKind.COVERED, EventKind.MOVED, EventKind.DARK]
    hold: float = Field(default=10.0, ge=0, description="Seconds that it must last.")


class LostRule(_Rule):
    """No picture comes."""

    kind: Literal[EventKind.LOST]
    hold: float = Field(default=0.0, ge=0, description="Seconds that it must last, beyond the ten without a picture.")


class SiteRule(_Rule):
    """The disk or the clock of the site needs somebody."""

    kind: Literal[EventKind.STORAGE, EventKind.CLOCK]
    hold: float = Field(default=60.0, ge=0, description="Seconds that it must last.")
    cool_down: float = Field(default=3600.0, ge=0, description="Seconds after one event in which it is not told again.")


Rule = Annotated[PresenceRule | CrossingRule | CrowdRule | SightRule | LostRule, Field(discriminator="kind")]

#: What every camera tells of unless a rule of the same kind says otherwise.
ALWAYS: tuple[SightRule | LostRule, ...] = (
    SightRule(name="covered", kind=EventKind.COVERED, cool_down=600),
    SightRule(name="moved", kind=EventKind.MOVED, cool_down=600),
    SightRule(name="dark", kind=EventKind.DARK, cool_down=600),
    LostRule(name="lost", kind=EventKind.LOST, cool_down=600),
)


#: What every site tells of.
OF_SITE = (
    SiteRule(name="storage", kind=EventKind.STORAGE),
    SiteRule(name="clock", kind=EventKind.CLOCK, hold=600.0),
)


class Counting(FrozenModel):
    """Of one camera: what is counted, and what is told."""

    picture: tuple[ObjectClass, ...] = Field(default=SORTS, description="What is counted anywhere in the picture.")
    zones: tuple[Zone, ...] = Field(default=(), description="Areas in which to count.")
    lines: tuple[Line, ...] = Field(default=(), description="Lines to count who crosses them.")
    rules: tuple[Rule, ...] = Field(default=(), description="What is worth telling.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for what, names in (
            ("zone", [zone.name for zone in self.zones]),
            ("line", [line.name for line in self.lines]),
            ("rule", [rule.name for rule in self.rules]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"there is more than one {what} called {name}")
        if PICTURE in (zone.name for zone in self.zones):
            raise ValueError(f"no zone can be called {PICTURE}: that is the zone of the whole picture, always there")
        zones, lines = {PICTURE} | {zone.name for zone in self.zones}, {line.name for line in self.lines}
        for rule in self.rules:
            if isinstance(rule, PresenceRule | CrowdRule) and rule.zone not in zones:
                raise ValueError(f"rule {rule.name} speaks of zone {rule.zone}, which is not there")
            if isinstance(rule, CrossingRule) and rule.line not in lines:
                raise ValueError(f"rule {rule.name} speaks of line {rule.line}, which is not there")
        return self

    @property
    def all_zones(self) -> tuple[Zone, ...]:
        """The zones, with that of the whole picture first."""
        whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        asked = {
            sort
            for r in self.rules
            if isinstance(r, PresenceRule | CrowdRule) and r.zone == PICTURE
            for sort in r.count
        }
        sorts = tuple(sort for sort in ObjectClass if sort in self.picture or sort in asked)
        if not sorts:
            return self.zones
        return (Zone(name=PICTURE, polygon=whole, count=sorts, at=Anchor.MIDDLE), *self.zones)

    @property
    def helpers(self) -> tuple[Kind, ...]:
        """Kinds of things that have to be looked for beside persons."""
        counted = {sort for zone in self.all_zones for sort in zone.count} | {
            s for line in self.lines for s in line.count
        }
        return (Kind.VEHICLE,) if counted - {ObjectClass.PERSON} else ()

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """The rules, with those that every camera has unless one of their kind is given."""
        given = {rule.kind for rule in self.rules}
        return (*self.rules, *(rule for rule in ALWAYS if rule.kind not in given))

    @property
    def timetables(self) -> frozenset[str]:
        """Names of the timetables that the rules speak of."""
        return frozenset(name for rule in self.rules for name in (rule.during, rule.outside) if name is not None)


def _twice_area(corners: tuple[Place, ...]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, (*corners[1:], corners[0]), strict=True))


def _crosses_itself(corners: tuple[Place, ...]) -> bool:
    sides = list(zip(corners, (*corners[1:], corners[0]), strict=True))
    apart = [(i, j) for i in range(len(sides)) for j in range(i + 2, len(sides)) if (j + 1) % len(sides) != i]
    return any(_cross(*sides[i], *sides[j]) for i, j in apart)


def _cross(a: Place, b: Place, c: Place, d: Place) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Place, b: Place, c: Place) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
