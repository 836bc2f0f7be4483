"""The count of steps: it is the work of the call alone."""

import gc

import pytest
from steps import count_calls


@pytest.fixture
def busy_collector():
    """Let the garbage collector run at each new container and call a function, as test tools make it."""
    thresholds, phases = gc.get_threshold(), []

    def note(phase, _info):
        phases.append(phase)

    gc.callbacks.append(note)
    gc.set_threshold(1)
    yield phases
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(note)


def test_runs_of_the_garbage_collector_are_not_counted(busy_collector):
    assert count_calls(lambda: [[], [[]], [[[]]]]) == count_calls(lambda: None)
    assert gc.isenabled()
    assert "stop" in busy_collector


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        count_calls(lambda: None)
        assert not gc.isenabled()
    finally:
        gc.enable()
