"""Typed columns hold every 64-bit integer and the shortest decimal of every double from 0.001 on."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.analysis.tables.columns import cell_fits_typed_column
from trophy_engine.numbers import exact


@given(st.integers(-(2**63), 2**63 - 1))
def test_every_64_bit_integer_fits(number):
    assert cell_fits_typed_column("integer", number)
    assert cell_fits_typed_column("number", number)


@given(st.floats(0.001, 9e18))
def test_every_double_from_a_thousandth_on_fits(number):
    assert cell_fits_typed_column("number", exact(number))
    assert cell_fits_typed_column("number", exact(-number))


def test_longer_numbers_do_not_fit():
    assert not cell_fits_typed_column("integer", 2**63)
    for number in (10**19, -(10**19), Decimal("1e-20"), Decimal("10000000000000000000.5")):
        assert not cell_fits_typed_column("number", number)
