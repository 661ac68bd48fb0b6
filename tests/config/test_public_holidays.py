from datetime import date

import pytest

from passerby.config.public_holidays import holiday_regions, named_holidays, public_holidays


def test_a_subdivision_has_holidays_of_its_own():
    womens_day = date(2026, 3, 8)
    assert womens_day in public_holidays("DE-BE", 2026)
    assert womens_day not in public_holidays("DE", 2026)


@pytest.mark.parametrize("region", ["XX", "DE-XX"])
def test_an_unknown_region_is_refused_with_an_example(region):
    with pytest.raises(ValueError, match="DE-BE"):
        public_holidays(region, 2026)


def test_holidays_have_names_in_a_language():
    german, english = (named_holidays("DE-BE", 2026, language) for language in ("de", "en"))
    assert list(german) == sorted(public_holidays("DE-BE", 2026))
    assert ("Karfreitag", "Good Friday") == (german[date(2026, 4, 3)], english[date(2026, 4, 3)])
    assert list(named_holidays("AR", 2026, "de")) == sorted(public_holidays("AR", 2026))  # there is no German list
    with pytest.raises(ValueError, match="DE-BE"):
        named_holidays("XX", 2026, "de")


def test_there_are_countries_with_parts():
    found = holiday_regions()
    assert ("Berlin", "Bayern") == (found["DE"]["BE"], found["DE"]["BY"])
    assert len(found) > 100
    assert all(public_holidays(f"DE-{part}", 2026) for part in found["DE"])
