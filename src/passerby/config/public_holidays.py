"""The public holidays of a country or a subdivision, and of which there are."""

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


def named_holidays(region: str, year: int, language: str) -> dict[date, str]:
    """The same with their names, in order: in a language (`de`, `en`) where the list has them, else in one
    that it has. Raises ValueError for an unknown region."""
    import holidays

    public_holidays(region, year)
    country, _, part = region.partition("-")
    kind = type(holidays.country_holidays(country))
    supported: tuple[str, ...] = getattr(kind, "supported_languages", ())
    chosen = next((known for known in supported if known.partition("_")[0] == language), None)
    found = holidays.country_holidays(country, subdiv=part or None, years=year, language=chosen)
    return dict(sorted(found.items()))


@lru_cache(maxsize=1)
def holiday_regions() -> dict[str, dict[str, str]]:
    """Countries whose holidays are known, by code, and the name of each part by its code."""
    import holidays

    found: dict[str, dict[str, str]] = {}
    for country, parts in sorted(holidays.list_supported_countries(include_aliases=False).items()):
        aliases = getattr(type(holidays.country_holidays(country)), "subdivisions_aliases", {})
        names = {code: name for name, code in reversed(list(aliases.items()))}
        found[country] = {part: names.get(part, part) for part in parts}
    return found
