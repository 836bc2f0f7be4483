"""Steps: how much work a call takes, counted and not timed, so that no machine is too slow for a test."""

import gc
import sys


def count_calls(function):
    """Count the calls of Python and C functions that a call makes.

    The garbage collector is off meanwhile: it calls the functions that others hang on it, when it happens to run.
    """
    calls = 0

    def note(_frame, event, _argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    former, collects = sys.getprofile(), gc.isenabled()
    gc.disable()
    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(former)
        if collects:
            gc.enable()
    return calls


def growth(work, size, factor=4):
    """Return the ratio of the numbers of calls for work of one size and work ``factor`` times as large.

    ``work`` prepares a size and returns the function to count.
    """
    work(size)()  # fills caches
    return count_calls(work(factor * size)) / count_calls(work(size))
