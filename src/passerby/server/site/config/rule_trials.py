"""Trying a rule before it is saved: how often it would have told yesterday."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, HTTPException
from pydantic import Field

from passerby.config.counting_config import CrossingRule, PresenceRule
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.counting.rule_trial import try_rule
from passerby.server.site.auth.rights import ERROR_RESPONSES, requires
from passerby.server.site.dependencies import Context
from passerby.server.site.parameters import CameraName


class RuleTrialRequest(FrozenModel):
    """The rule as it would be saved."""

    rule: Annotated[PresenceRule | CrossingRule, Field(discriminator="kind")]


class RuleTrialResponse(FrozenModel):
    """Events that there would have been yesterday, by the counts of each minute: hence a range."""

    start: float = Field(description="Unix seconds, as is `end`: yesterday by the clock of the site.")
    end: float
    at_least: int
    at_most: int
    observed_share: float = Field(description="Share of the day, 0 to 1, in which the zone or line was observed.")


router = APIRouter(
    prefix="/api/cameras/{camera}/counting",
    tags=["counting"],
    responses=ERROR_RESPONSES,
    dependencies=[requires(Right.EDIT_CONFIG)],
)


@router.post("/try-rule")
def try_rule_yesterday(context: Context, camera: CameraName, request: RuleTrialRequest) -> RuleTrialResponse:
    """How often a rule would have told yesterday. Nothing is changed."""
    context.require_camera(camera)
    zone = ZoneInfo(context.site.timezone)
    today = datetime.fromtimestamp(context.wall_time(), zone).replace(hour=0, minute=0, second=0, microsecond=0)
    # By the calendar: a day of a change of summer time has 23 or 25 hours.
    start, end = (today - timedelta(days=1)).timestamp(), today.timestamp()
    try:
        trial = try_rule(request.rule, context.counts.between(start, end, camera), context.site.schedules())
    except KeyError as error:
        raise HTTPException(422, f"There is no timetable {error.args[0]} here.") from None
    share = min(1.0, trial.observed_s / (end - start))
    return RuleTrialResponse(
        start=start, end=end, at_least=trial.at_least, at_most=trial.at_most, observed_share=round(share, 4)
    )
