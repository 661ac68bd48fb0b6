"""Counting and event rules of a camera: the `counting` block of site.yaml.

Positions are normalized to the frame, 0 to 1, x to the right and y down, so that they hold at any resolution.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from passerby.config.public_holidays import public_holidays
from passerby.core.kinds import Kind, ObjectClass
from passerby.core.model import FrozenModel
from passerby.core.names import DisplayName, Name

#: A position in the frame: fractions of its width and height.
NormalizedPoint = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]
DEFAULT_CLASSES: tuple[ObjectClass, ...] = (ObjectClass.PERSON,)
#: Fraction of the frame below which a polygon is taken for a mistake: 10 x 10 px of 1000 x 1000.
MIN_ZONE_AREA = 1e-4
#: The zone of the full frame, which every camera has.
FULL_FRAME_ZONE = "picture"


class Anchor(StrEnum):
    """The point of a bounding box that is tested against zones and lines: `foot` (bottom centre), `middle` (centre) or
    `head` (top centre), for views in which feet are out of the frame or occluded."""

    FOOT = "foot"
    MIDDLE = "middle"
    HEAD = "head"


class Zone(FrozenModel):
    """A polygon in which to count: occupancy, entries, exits and dwell times."""

    name: Name
    display_name: DisplayName | None = Field(default=None, description="What people call it; null for `name`.")
    polygon: tuple[NormalizedPoint, ...] = Field(min_length=3, description="Its vertices, in order.")
    count: tuple[ObjectClass, ...] = Field(
        default=DEFAULT_CLASSES, min_length=1, description="Object classes to count."
    )
    anchor: Anchor = Field(default=Anchor.FOOT, description="The point of a bounding box that must lie in the zone.")

    @model_validator(mode="after")
    def _check_area(self) -> Self:
        from shapely import Polygon  # here, not above: most commands read no zones, and need not wait for the library

        polygon = Polygon(self.polygon)
        if polygon.area < MIN_ZONE_AREA:
            raise ValueError(f"zone {self.name} has no area: give its vertices in order, around the zone")
        if not polygon.is_valid:
            raise ValueError(f"the edges of zone {self.name} cross each other: give its vertices in order, around it")
        return self


class Line(FrozenModel):
    """A line whose crossings are counted in both directions. Looking from its first point to its last, `forward` is
    from left to right: a line drawn from the left of the frame to its right is crossed forward by moving down."""

    name: Name
    display_name: DisplayName | None = Field(default=None, description="What people call it; null for `name`.")
    points: tuple[NormalizedPoint, ...] = Field(min_length=2, description="Its end points, and the bends between them.")
    count: tuple[ObjectClass, ...] = Field(
        default=DEFAULT_CLASSES, min_length=1, description="Object classes to count."
    )
    anchor: Anchor = Field(default=Anchor.FOOT, description="The point of a bounding box that must cross the line.")

    @model_validator(mode="after")
    def _check_length(self) -> Self:
        if any(a == b for a, b in pairwise(self.points)):
            raise ValueError(f"line {self.name} has the same point twice in a row")
        return self


class Day(StrEnum):
    """Days of a timetable; on a holiday, `holiday` applies instead of the day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"


class Hours(FrozenModel):
    """A time range on some days. One that ends before it starts continues into the next morning."""

    days: tuple[Day, ...] = Field(min_length=1)
    start: time = Field(default=time(0), description="Local time of the site.")
    end: time = Field(default=time(0), description="Local time of the site; 00:00 is the end of the day.")


def _known_holidays(region: str | None) -> str | None:
    if region is None:
        return None
    public_holidays(region, 2026)
    return region


class Timetable(FrozenModel):
    """Weekly hours in which rules are active, with holidays."""

    name: Name
    display_name: DisplayName | None = Field(default=None, description="What people call it; null for `name`.")
    hours: tuple[Hours, ...] = Field(min_length=1)
    holidays: Annotated[str | None, AfterValidator(_known_holidays)] = Field(
        default=None, description="Public holidays to observe: a country or subdivision, as ISO 3166: DE, DE-BE."
    )
    extra_holidays: tuple[date, ...] = Field(default=(), description="Further dates that are treated as holidays.")


class EventKind(StrEnum):
    """Event types. The first seven concern a camera, the others the site."""

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
        default=60.0, ge=0, description="Seconds after an event in which the rule raises no other."
    )
    during: Name | None = Field(
        default=None, description="The timetable in which the rule is active; by default it always is."
    )
    outside: Name | None = Field(default=None, description="The timetable outside of which the rule is active.")
    pre_roll: float = Field(default=5.0, ge=0, le=60, description="Seconds of the event clip before the event.")
    post_roll: float = Field(default=10.0, ge=0, le=300, description="Seconds of the event clip after the event.")

    @model_validator(mode="after")
    def _check_timetables(self) -> Self:
        if self.during is not None and self.outside is not None:
            raise ValueError(f"rule {self.name} has both `during` and `outside`: give one of them")
        return self


class PresenceRule(_Rule):
    """Somebody is in a zone, for instance outside the hours of a timetable."""

    kind: Literal[EventKind.PRESENCE]
    zone: Name
    min_duration: float = Field(default=2.0, ge=0, description="Seconds for which somebody must be there.")
    count: tuple[ObjectClass, ...] = Field(
        default=DEFAULT_CLASSES, min_length=1, description="Object classes to which the rule applies."
    )


class CrossingRule(_Rule):
    """A line is crossed."""

    kind: Literal[EventKind.CROSSING]
    line: Name
    direction: Literal["forward", "backward", "both"] = Field(default="both", description="Direction of the crossing.")
    count: tuple[ObjectClass, ...] = Field(
        default=DEFAULT_CLASSES, min_length=1, description="Object classes to which the rule applies."
    )
    cool_down: float = Field(
        default=10.0, ge=0, description="Seconds after an event in which the rule raises no other."
    )


class CrowdRule(_Rule):
    """A zone holds more than its limit."""

    kind: Literal[EventKind.CROWD]
    zone: Name
    max_count: int = Field(ge=0, description="The highest allowed number in the zone.")
    min_duration: float = Field(default=5.0, ge=0, description="Seconds for which the limit must be exceeded.")
    count: tuple[ObjectClass, ...] = Field(
        default=DEFAULT_CLASSES, min_length=1, description="Object classes to which the rule applies."
    )


class TamperRule(_Rule):
    """Camera tampering: the view is `covered`, `moved` or `dark`."""

    kind: Literal[EventKind.COVERED, EventKind.MOVED, EventKind.DARK]
    min_duration: float = Field(default=10.0, ge=0, description="Seconds for which the condition must last.")


class SignalLossRule(_Rule):
    """The camera sends no video."""

    kind: Literal[EventKind.LOST]
    min_duration: float = Field(
        default=0.0, ge=0, description="Seconds for which the signal must be lost, beyond the first ten."
    )


class SiteRule(_Rule):
    """The disk or the clock of the site needs attention."""

    kind: Literal[EventKind.STORAGE, EventKind.CLOCK]
    min_duration: float = Field(default=60.0, ge=0, description="Seconds for which the condition must last.")
    cool_down: float = Field(
        default=3600.0, ge=0, description="Seconds after an event in which the rule raises no other."
    )


Rule = Annotated[PresenceRule | CrossingRule | CrowdRule | TamperRule | SignalLossRule, Field(discriminator="kind")]

#: Rules that every camera has unless one of the same kind is configured.
DEFAULT_CAMERA_RULES: tuple[TamperRule | SignalLossRule, ...] = (
    TamperRule(name="covered", kind=EventKind.COVERED, cool_down=600),
    TamperRule(name="moved", kind=EventKind.MOVED, cool_down=600),
    TamperRule(name="dark", kind=EventKind.DARK, cool_down=600),
    SignalLossRule(name="lost", kind=EventKind.LOST, cool_down=600),
)

#: Rules that every site has.
DEFAULT_SITE_RULES = (
    SiteRule(name="storage", kind=EventKind.STORAGE),
    SiteRule(name="clock", kind=EventKind.CLOCK, min_duration=600.0),
)


class CountingSettings(FrozenModel):
    """What one camera counts, and the events it raises."""

    full_frame: tuple[ObjectClass, ...] = Field(
        default=DEFAULT_CLASSES, description="Object classes to count anywhere in the frame."
    )
    zones: tuple[Zone, ...] = Field(default=(), description="Zones in which to count.")
    lines: tuple[Line, ...] = Field(default=(), description="Lines whose crossings are counted.")
    rules: tuple[Rule, ...] = Field(default=(), description="Rules that raise events.")

    @model_validator(mode="after")
    def _check_references(self) -> Self:
        for item, names in (
            ("zone", [zone.name for zone in self.zones]),
            ("line", [line.name for line in self.lines]),
            ("rule", [rule.name for rule in self.rules]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"there is more than one {item} named {name}")
        if FULL_FRAME_ZONE in (zone.name for zone in self.zones):
            raise ValueError(f"a zone cannot be named {FULL_FRAME_ZONE}: this name is reserved for the full frame")
        zones, lines = {FULL_FRAME_ZONE} | {zone.name for zone in self.zones}, {line.name for line in self.lines}
        for rule in self.rules:
            if isinstance(rule, PresenceRule | CrowdRule) and rule.zone not in zones:
                raise ValueError(f"rule {rule.name} refers to zone {rule.zone}, which does not exist")
            if isinstance(rule, CrossingRule) and rule.line not in lines:
                raise ValueError(f"rule {rule.name} refers to line {rule.line}, which does not exist")
        return self

    @property
    def all_zones(self) -> tuple[Zone, ...]:
        """The zones, with that of the full frame first."""
        whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
        in_rules = {
            object_class
            for rule in self.rules
            if isinstance(rule, PresenceRule | CrowdRule) and rule.zone == FULL_FRAME_ZONE
            for object_class in rule.count
        }
        classes = tuple(name for name in ObjectClass if name in self.full_frame or name in in_rules)
        if not classes:
            return self.zones
        return (Zone(name=FULL_FRAME_ZONE, polygon=whole, count=classes, anchor=Anchor.MIDDLE), *self.zones)

    @property
    def required_kinds(self) -> tuple[Kind, ...]:
        """Kinds that must be detected besides persons."""
        counted = {name for zone in self.all_zones for name in zone.count}
        counted |= {name for line in self.lines for name in line.count}
        return (Kind.VEHICLE,) if counted - {ObjectClass.PERSON} else ()

    @property
    def all_rules(self) -> tuple[Rule, ...]:
        """The configured rules, and the default ones of the kinds that are not configured."""
        configured = {rule.kind for rule in self.rules}
        return (*self.rules, *(rule for rule in DEFAULT_CAMERA_RULES if rule.kind not in configured))

    @property
    def timetables(self) -> frozenset[str]:
        """Names of the timetables that the rules refer to."""
        return frozenset(name for rule in self.rules for name in (rule.during, rule.outside) if name is not None)


class Door(FrozenModel):
    """A line of a camera, and the direction in which it is crossed on the way in."""

    camera: str = Field(description="Name of the camera.")
    line: Name = Field(description="Name of its line.")
    inwards: Literal["forward", "backward"] = Field(default="forward", description="The direction of the way in.")


class OccupancySettings(FrozenModel):
    """A place whose doors are all counted. Outside the hours of `during` nobody is inside, so it starts from zero."""

    name: Name
    doors: tuple[Door, ...] = Field(min_length=1, description="All ways in and out.")
    count: ObjectClass = Field(default=ObjectClass.PERSON, description="Object class.")
    during: Name = Field(description="The timetable in which somebody may be inside.")
