from datetime import date

import pytest

from passerby.config.public_holidays import public_holidays


def test_a_subdivision_has_holidays_of_its_own():
    womens_day = date(2026, 3, 8)
    assert womens_day in public_holidays("DE-BE", 2026)
    assert womens_day not in public_holidays("DE", 2026)


@pytest.mark.parametrize("region", ["XX", "DE-XX"])
def test_an_unknown_region_is_refused_with_an_example(region):
    with pytest.raises(ValueError, match="DE-BE"):
        public_holidays(region, 2026)
