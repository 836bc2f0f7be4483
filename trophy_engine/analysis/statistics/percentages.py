"""Percentages and numbers in words: None is "not observed", and a share close to all or none is not rounded to it.

>>> percent_text(0.125), percent_text(None), percent_text(1.0), percent_text(0.9999), percent_text(0.00001)
('12.5 %', 'not observed', '100.0 %', '>99.9 %', '<0.1 %')
"""

from __future__ import annotations

from typing import Final

#: The text for a number that was not observed.
NOT_OBSERVED: Final = "not observed"


def percent_text(share: float | None, digits: int = 1) -> str:
    """Format a share from 0.0 to 1.0 in percent; only exact shares of none and all are formatted as 0 and 100."""
    if share is None:
        return NOT_OBSERVED
    smallest = 10**-digits
    if 0 < 100 * share < smallest / 2:
        return f"<{smallest:.{digits}f} %"
    if 0 < 100 * (1 - share) < smallest / 2:
        return f">{100 - smallest:.{digits}f} %"
    return f"{100 * share:.{digits}f} %"


def observed_number_text(number: int | None) -> str:
    """Format an integer with thousands separators."""
    return NOT_OBSERVED if number is None else f"{number:,}"


def difference_text(number: float) -> str:
    """Format a difference with its sign and thousands separators."""
    return f"{number:+,}".replace("-", "−") if number else "±0"  # noqa: RUF001
