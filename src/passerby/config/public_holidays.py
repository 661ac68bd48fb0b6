"""The public holidays of a country or a subdivision."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=64)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a country (DE) or a subdivision (DE-BE) in one year. Raises ValueError for an unknown
    one."""
    # Imported here: it comes with the extra `watch`, and settings of cameras are also used without.
    import holidays

    country, _, part = region.partition("-")
    try:
        return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
    except NotImplementedError:
        raise ValueError(
            f"the public holidays of {region} are not known: write a country or a subdivision, such as DE or DE-BE"
        ) from None
