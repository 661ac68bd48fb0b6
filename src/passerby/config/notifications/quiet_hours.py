"""Hours of the day in which an account is not notified, in the time zone of the site."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from passerby.core.model import FrozenModel


class QuietHours(FrozenModel):
    """From `start` to `end` each day. Quiet hours that end before they start last until the next morning."""

    start: time = Field(description="Local time of the site.")
    end: time = Field(description="Local time of the site.")

    def end_after(self, wall: float, zone: ZoneInfo) -> float | None:
        """The end (Unix seconds) of the quiet hours that `wall` (Unix seconds) is in; None outside of them."""
        local = datetime.fromtimestamp(wall, UTC).astimezone(zone)
        now = local.time()
        if self.start == self.end:
            return None
        if self.start < self.end:
            if not self.start <= now < self.end:
                return None
            day = local.date()
        elif now >= self.start:
            day = local.date() + timedelta(days=1)
        elif now < self.end:
            day = local.date()
        else:
            return None
        return datetime.combine(day, self.end, zone).timestamp()
