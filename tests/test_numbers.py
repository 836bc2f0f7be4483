"""Numbers are exact in any decimal context of the caller."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import InvalidValue
from trophy_engine.numbers import add, exact, number_as_json, parse_exact_number

numbers = st.one_of(
    st.integers(-(10**29), 10**29),
    st.floats(-1e15, 1e15, allow_subnormal=False).filter(lambda n: n == 0 or abs(n) > 1e-10),
    st.decimals(-(10**20), 10**20, places=12),
)


def fraction(number):
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


@given(numbers, numbers)
def test_sums_are_those_of_fractions(left, right):
    with localcontext() as context:
        context.prec = 3
        total = add(exact(left), exact(right))
    assert Fraction(total) == fraction(left) + fraction(right)
    assert isinstance(total, int) == (Fraction(total).denominator == 1)
    assert str(total) == str(exact(total))


@given(numbers)
def test_json_reads_back_equal(number):
    written = number_as_json(exact(number))
    assert Fraction(str(written)) == fraction(number)


@pytest.mark.parametrize(
    "value",
    [10**30, -(10**30), 10**5_000, Decimal("1e999999999"), Decimal("1e-999999999"), Decimal("sNaN"), 1e300, 1e-31],
    ids=lambda value: type(value).__name__,
)
def test_a_value_beyond_the_bounds_is_shown_in_a_message_of_one_line(value):
    with pytest.raises(InvalidValue, match=r"^words must (lie within ±1e30|be finite)") as refused:
        exact(value, "words")
    assert len(str(refused.value)) < 250


class Count(int):
    """A subclass of int."""


@pytest.mark.parametrize(
    ("value", "meant"), [(2.0, 2), (0.1, Decimal("0.1")), (Decimal("2.50"), Decimal("2.5")), (Count(3), 3)]
)
def test_one_spelling_for_each_number(value, meant):
    assert (exact(value), type(exact(value))) == (meant, type(meant))


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "1",
        1j,
        float("nan"),
        float("-inf"),
        Decimal("sNaN"),
        10**30,
        -(10**30),
        Decimal("1e-31"),
        Decimal("1.1e-400"),
    ],
)
def test_an_invalid_number_is_refused(value):
    with pytest.raises(InvalidValue):
        exact(value)


def test_text_is_read_digit_by_digit():
    assert parse_exact_number("0.10") == Decimal("0.1")
    with pytest.raises(InvalidValue, match="n must be a number, not 'one'"):
        parse_exact_number("one", "n")
