"""Steps: how much work a call takes, counted and not timed, so that no machine is too slow for a test."""

import sys


def count_calls(function):
    """Count the calls, of Python and of C functions, that a call sets off."""
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
    """Return by how much the calls grow from work of one size to work of ``factor`` times as much.

    ``work`` prepares a size and returns the function to count.
    """
    work(size)()  # fills caches that are there once
    return count_calls(work(factor * size)) / count_calls(work(size))
