"""What the pages of a fleet work on, beside its accounts, sessions and audit log, which are as those of a site."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from passerby.config.fleet.settings import FleetSettings
from passerby.core.version import __version__
from passerby.fleet.receiver import ReceiverStats
from passerby.fleet.store.database import FleetDatabase


@dataclass(frozen=True, slots=True)
class FleetServices:
    """One fleet. `stats`: what was received since the start of the program; `now`: Unix seconds."""

    settings: FleetSettings
    database: FleetDatabase
    stats: Callable[[], ReceiverStats]
    now: Callable[[], float] = time.time

    @property
    def current_version(self) -> str:
        """The version that sites should have."""
        return self.settings.version or __version__


async def _fleet(request: Request) -> FleetServices:
    services: FleetServices = request.app.state.fleet
    return services


Fleet = Annotated[FleetServices, Depends(_fleet)]
