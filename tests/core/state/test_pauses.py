"""The stretches that pauses cover equal those of a scan of every pause."""

from hypothesis import given
from hypothesis import strategies as st
from steps import growth

from trophy_engine.core.state.pauses import Pauses

DAYS = st.integers(0, 40)
PAUSES = st.lists(st.tuples(DAYS, DAYS, st.booleans()), max_size=8)


@given(PAUSES, st.lists(st.tuples(st.integers(0, 7), DAYS, DAYS), max_size=4), DAYS, st.integers(1, 8))
def test_a_stretch_is_covered_by_pauses_without_a_gap(made, replaced, first_day, length):
    pauses = Pauses()
    for start, end, archived in made:
        pauses = pauses.add((start, max(start, end), archived))
    for place, start, end in replaced:
        if place < len(pauses):
            pauses = pauses.replace(place, (start, end, True))
    paused = {day for start, end, _ in pauses for day in range(start, end + 1)}
    touched = [day for day in range(first_day, first_day + length) if day in paused]
    expected = None
    if touched:
        expected = touched[0]
        while expected + 1 in paused:
            expected += 1
    assert pauses.end_of_stretch(first_day, first_day + length) == expected


def test_a_lookup_does_not_visit_every_pause():
    def work(size):
        pauses = Pauses()
        for day in range(0, 10 * size, 10):
            pauses = pauses.add((day, day + 1, False))
        return lambda: pauses.end_of_stretch(5 * size, 5 * size + 1)

    assert growth(work, 500) == 1
