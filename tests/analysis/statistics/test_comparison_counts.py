"""The counts of a comparison: those of different users are merged in any order, and summarized in sentences."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from three_streaks import RULES

from trophy_engine import Achievement, Metric, MetricTrigger, PointsSystem, Ruleset
from trophy_engine.analysis.comparison import Difference, UserTotals
from trophy_engine.analysis.statistics.comparison_counts import ComparisonCounts

OLD = evolve(
    RULES,
    streaks=RULES.streaks[:2],
    achievements=[Achievement("one", MetricTrigger("words", 1))],
    points=[PointsSystem("xp", name="Experience")],
)
NEW = evolve(OLD, streaks=RULES.streaks)
_NUMBERS = st.integers(0, 9)
_TOTALS = st.builds(
    UserTotals,
    events=_NUMBERS,
    streak=_NUMBERS,
    longest=_NUMBERS,
    points=st.tuples(_NUMBERS),
    achievements=st.frozensets(st.just("one")),
    other_streaks=st.tuples(_NUMBERS, _NUMBERS),
    other_longest=st.tuples(_NUMBERS, _NUMBERS),
)
_DIFFERENCES = st.lists(st.builds(Difference, st.just("ann"), _TOTALS, _TOTALS))


def counts_of(differences):
    counts = ComparisonCounts(OLD, NEW)
    for difference in differences:
        counts.add(difference)
    return counts


@given(_DIFFERENCES, _DIFFERENCES)
def test_merged_counts_of_parts_are_those_of_all(first, second):
    merged = counts_of(second)
    merged.merge(counts_of(first))
    assert merged == counts_of([*first, *second])


def test_each_streak_and_system_has_its_sentences():
    old = UserTotals(9, 3, 4, (10,), frozenset(), (2, 0), (2, 0))
    new = UserTotals(9, 3, 4, (15,), frozenset({"one"}), (1, 5), (2, 6))
    assert list(counts_of([Difference("ann", old, new), Difference("ben", old, old)]).sentences()) == [
        "The longest daily streak changes for no user.",
        "The longest weekly streak changes for no user.",
        "Of the weekly streaks that run at the end, 0 would be longer and 1 shorter.",
        "The old rules have no third-day streak; 1 of 2 users would have one.",
        "1 of 2 users gains an achievement; no user loses one.",
        "Experience: 1 of 2 users would have more points, 0 fewer; +5 in all.",
    ]


def test_rules_without_streaks_have_no_sentence_about_them():
    bare = Ruleset([Metric("words")])
    counts = ComparisonCounts(bare, bare)
    nothing = UserTotals(1, 0, 0, (), frozenset())
    counts.add(Difference("ann", nothing, nothing))
    assert list(counts.sentences()) == []
