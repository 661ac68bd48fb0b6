from fractions import Fraction

import pytest
from pydantic import TypeAdapter, ValidationError

from passerby.config.rational import Rational

adapter = TypeAdapter(Rational)


def test_a_fraction_is_text_in_json():
    assert Fraction(1, 90000) == adapter.validate_json('"1/90000"')
    assert b'"1/90000"' == adapter.dump_json(Fraction(1, 90000))


@pytest.mark.parametrize("text", ['"1/0"', '"0/1"', '"-1/3"', '"x"', "null"])
def test_what_is_no_positive_fraction_is_refused(text):
    with pytest.raises(ValidationError):
        adapter.validate_json(text)
