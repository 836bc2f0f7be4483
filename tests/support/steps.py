"""Steps: how much work a call takes, counted and not timed, so that no machine is too slow for a test."""

import sys


def count_calls(function):
    """Count the calls of Python and C functions that a call makes."""
    calls = 0

    def note(_frame, event, _argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    former = sys.getprofile()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(former)
    return calls


def growth(work, size, factor=4):
    """Return the ratio of the numbers of calls for work of one size and work ``factor`` times as large.

    ``work`` prepares a size and returns the function to count.
    """
    work(size)()  # fills caches
    return count_calls(work(factor * size)) / count_calls(work(size))
