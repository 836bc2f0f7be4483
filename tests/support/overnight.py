"""The deep run: every property is tried in rounds of fresh examples until its share of a night is over.

Hypothesis bounds a run by examples, and what an example costs differs a hundredfold between properties. So a round has
as many examples as the profile says, and rounds follow one another for as long as the property's share lasts: the
whole time, times the processes, over the number of properties. No round begins that would end after the share if it
took as long as the longest before it, except the first. The summary says how many examples of each were tried.
"""

import functools
import time

import pytest


class Overnight:
    """A plugin of pytest that runs nothing but properties, each for its share of the time.

    Args:
        minutes: the time for all of them.
        processes: how many run side by side.
    """

    def __init__(self, minutes: float, processes: int) -> None:
        self._seconds = 60 * minutes * processes
        self._share = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config, items):
        properties = [item for item in items if getattr(getattr(item, "obj", None), "is_hypothesis_test", False)]
        config.hook.pytest_deselected(items=[item for item in items if item not in properties])
        items[:] = properties
        self._share = self._seconds / max(len(properties), 1)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem):
        examples, started = _count_examples(pyfuncitem.obj), time.monotonic()
        rounds, longest = 1, 0.0
        try:
            result = yield
            longest = ended = time.monotonic() - started
            while ended + longest <= self._share:
                rounds += 1
                pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
                spent = time.monotonic() - started
                longest, ended = max(longest, spent - ended), spent
        finally:
            spent = time.monotonic() - started
            pyfuncitem.user_properties.append(("deep", f"{len(examples)} examples, {rounds} rounds, {spent:.0f} s"))
        return result

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section("examples tried")
        for outcome in ("passed", "failed"):
            for report in terminalreporter.stats.get(outcome, ()):
                for name, text in report.user_properties:
                    if name == "deep":
                        terminalreporter.write_line(f"{outcome}: {text}: {report.nodeid}")


def _count_examples(test):
    """Count the examples that a property completes, those that ``assume`` discards left aside."""
    handle = test.hypothesis
    tried, inner = [], handle.inner_test

    @functools.wraps(inner)
    def counted(*args, **kwargs):
        result = inner(*args, **kwargs)
        tried.append(None)
        return result

    handle.inner_test = counted
    return tried
