"""Values by run behave like a dict, although copies share past runs."""

from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.core.aggregation import AGGREGATES, RunValues, aggregate_without_start, find_changed_run_values

SUM = AGGREGATES["sum"]


@st.composite
def steps(draw):
    """Draw steps: one of three copies adds to a run, or is replaced by a copy of another."""
    kinds = st.tuples(st.just("add"), st.integers(0, 2), st.integers(-3, 6)) | st.tuples(
        st.just("copy"), st.integers(0, 2), st.integers(0, 2)
    )
    return draw(st.lists(kinds, max_size=60))


@given(steps())
def test_copies_are_independent_dicts(history):
    values, models, newest = [RunValues(SUM) for _ in range(3)], [{}, {}, {}], [0, 0, 0]
    for at, (kind, one, other) in enumerate(history):
        if kind == "add":
            run = max(newest[one] + other, 0)
            newest[one] = max(newest[one], run)
            values[one].add(run, at + 1, at)
            models[one][run] = (models[one].get(run, (0, 0))[0] + at + 1, at)
        else:
            values[one], models[one], newest[one] = values[other].copy(), dict(models[other]), newest[other]
        for found, model in zip(values, models, strict=True):
            assert dict(found) == model
            assert len(found) == len(model)
        for found, model in zip(values, models, strict=True):
            for before, known in zip(values, models, strict=True):
                unlike = {run for run in {*known, *model} if known.get(run) != model.get(run)}
                assert set(find_changed_run_values(before, found)) == unlike
    for found, model in zip(values, models, strict=True):
        assert dict(RunValues(SUM, found)) == model


def test_a_past_run_can_be_read():
    values = RunValues(SUM, {run: (run + 1, run) for run in range(0, 100, 2)})
    assert values[40] == (41, 40)
    assert 41 not in values
    assert values.get(200) is None
    values.add(10, 5, 99)  # long closed
    assert values[10] == (16, 99)
    assert len(values) == 50


def test_a_value_is_added_to_the_run_that_was_closed_last():
    values = RunValues(SUM)
    for run in range(10):
        values.add(run, 1, run)
    values.add(6, 1, 10)
    assert {**values} == {run: (1, run) for run in range(10)} | {6: (2, 10)}


def test_a_run_in_which_nothing_has_counted_keeps_nothing():
    distinct = AGGREGATES["distinct"]
    values, counted = RunValues(distinct), RunValues(aggregate_without_start(distinct))
    for run in range(100):
        values.add(run, None, run)
        counted.add(run, None, run)
    assert (len(values), values._held) == (0, {})
    assert dict(counted) == {run: (0, run) for run in range(100)}
    assert RunValues.load(distinct, counted.dump()).dump() == counted.dump()
    values.add(100, "a", 100)
    assert dict(values) == {100: (1, 100)}


def test_a_first_total_of_nothing_is_a_value_where_the_total_has_no_start():
    values = RunValues(aggregate_without_start(SUM))
    for at, item in enumerate((0, 0, 2, -2, 0)):
        values.add(0, item, at)
        assert values[0] == [(0, 0), (0, 0), (2, 2), (0, 3), (0, 3)][at]
    assert SUM.nothing == 0
