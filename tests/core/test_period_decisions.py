"""Period decisions: the account of what the core decided of each period of a streak."""

from datetime import date

import attrs
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from period_accounts import check_decisions
from stories import at, play

from trophy_engine import Engine, Freezes, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import PeriodDecisions
from trophy_engine.testing import games, streak_rules, time_zones, travellers
from trophy_engine.testing import play as do
from trophy_engine.testing.datetimes import all_time_zones
from trophy_engine.testing.histories import commands, journeys, records


def engine_of(**streak):
    rule = Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True, **streak)
    return Engine(Ruleset(metrics=[Metric("words")], streaks=[rule]))


def account_of(engine, when):
    """Return the decisions up to an instant: what, the first and the last day, and the length after it."""
    decisions = [one for transition in engine.transitions("jo", at=at(when)) for one in transition.decisions]
    return [
        (one.kind, f"{date.fromordinal(one.first_day):%m-%d}", f"{date.fromordinal(one.last_day):%m-%d}", one.length)
        for one in decisions
    ]


def day(kind, text, length):
    return kind, text, text, length


def test_credits_freezes_days_off_and_the_missed_day():
    engine = engine_of(freezes=Freezes(1), days_off=["saturday", "sunday"])
    play(engine, "04-03T10:00 words 1\n04-04T10:00 words 1\n04-07T10:00 words 1")
    assert account_of(engine, "04-10T00:00") == [
        day("credited", "04-03", 1),
        day("credited", "04-04", 2),
        day("day_off", "04-05", 2),
        day("day_off", "04-06", 2),
        day("credited", "04-07", 3),
        day("frozen", "04-08", 3),
        day("missed", "04-09", 0),
    ]
    [*_, missed] = (
        one for transition in engine.transitions("jo", at=at("04-10T00:00")) for one in transition.decisions
    )
    assert (missed.ended, missed.started, from_micros(missed.at)) == (3, None, at("04-10T00:00"))


def test_a_pause_is_one_decision_when_a_later_credit_passes_it():
    engine = engine_of()
    play(engine, "04-01T10:00 words 1")
    engine.pause("jo", date(2025, 4, 2), date(2025, 4, 20), at=at("04-01T11:00"))
    assert account_of(engine, "04-10T00:00") == [day("credited", "04-01", 1)]
    play(engine, "04-10T10:00 words 1\n04-21T10:00 words 1")
    assert account_of(engine, "04-21T11:00") == [
        day("credited", "04-01", 1),
        ("paused", "04-02", "04-09", 1),
        day("credited", "04-10", 2),
        ("paused", "04-11", "04-20", 2),
        day("credited", "04-21", 3),
    ]


def test_a_flight_east_protects_the_days_that_it_cuts_short():
    engine = engine_of()
    engine.identify("jo", time_zone="America/New_York", at=at("06-10T12:00"))
    play(engine, "06-10T16:00 words 1")
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("06-12T02:00"))
    play(engine, "06-12T16:00 words 1")
    assert account_of(engine, "06-12T17:00") == [
        day("credited", "06-10", 1),
        day("protected", "06-11", 1),
        day("protected", "06-12", 1),
        day("credited", "06-13", 2),
    ]


def test_a_flight_west_undoes_a_miss_with_the_day_off_before_it():
    engine = engine_of(days_off=["sunday"])
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("06-07T01:00"))
    play(engine, "06-07T02:00 words 1")  # Saturday
    engine.settle(at=at("06-09T16:00"))  # Tuesday in Tokyo, Monday in Los Angeles
    engine.identify("jo", time_zone="America/Los_Angeles", at=at("06-09T17:00"))
    play(engine, "06-09T18:00 words 1")
    assert account_of(engine, "06-09T19:00") == [
        day("credited", "06-07", 1),
        day("day_off", "06-08", 1),
        day("missed", "06-09", 0),
        ("undone", "06-08", "06-09", 1),
        day("day_off", "06-08", 1),
        day("credited", "06-09", 2),
    ]
    in_force = [
        decision.kind for decision, _ in PeriodDecisions("habit", engine.transitions("jo", at=at("06-09T19:00")))
    ]
    assert in_force == ["credited", "day_off", "credited"]


def test_a_reset_a_restoration_and_a_disabled_streak():
    engine = engine_of()
    play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1")
    engine.reset_streak("jo", at=at("04-02T11:00"))
    play(engine, "04-02T12:00 words 1")
    engine.restore_streak("jo", at=at("04-04T12:00"))
    play(engine, "04-04T13:00 words 1")
    engine.prefer("jo", streak_enabled=False, at=at("04-05T13:00"))
    assert account_of(engine, "04-05T14:00") == [
        day("credited", "04-01", 1),
        day("credited", "04-02", 2),
        day("reset", "04-02", 0),
        day("credited", "04-02", 1),
        day("missed", "04-03", 0),
        ("restored", "04-02", "04-04", 2),
        day("credited", "04-04", 3),
        day("disabled", "04-05", 0),
    ]


def over_a_repeated_midnight(**streak):
    """Return an engine with credits on 5 and 7 November 2010; the clock then goes back to the 6th for an hour."""
    engine = engine_of(**streak)
    engine.identify("jo", time_zone="America/St_Johns", at=at("2010-11-05T12:00"))
    engine.pause("jo", date(2010, 11, 7), date(2010, 11, 7), at=at("2010-11-05T12:00"))
    play(engine, "2010-11-05T13:00 words 1\n2010-11-07T02:30:30 words 1")
    assert account_of(engine, "2010-11-07T03:00") == [day("credited", "11-05", 1), day("credited", "11-07", 2)]
    return engine


def test_a_day_credited_ahead_begins_the_next_streak_if_the_one_before_it_is_missed():
    assert account_of(over_a_repeated_midnight(), "2010-11-07T04:00")[2:] == [
        day("missed", "11-06", 0),
        day("credited", "11-07", 1),
    ]


def test_a_day_credited_ahead_is_decided_once_if_the_one_before_it_is_credited_or_frozen():
    engine = over_a_repeated_midnight()
    play(engine, "2010-11-07T03:00 words 1")
    assert account_of(engine, "2010-11-07T04:00")[2:] == [day("credited", "11-06", 3)]
    frozen = over_a_repeated_midnight(freezes=Freezes(1))
    assert account_of(frozen, "2010-11-07T04:00")[2:] == [day("frozen", "11-06", 2)]


def test_paused_days_are_decided_before_a_streak_is_disabled_or_has_another_calendar():
    engine = engine_of()
    play(engine, "04-01T10:00 words 1")
    engine.pause("jo", date(2025, 4, 2), date(2025, 4, 20), at=at("04-01T11:00"))
    weekly = attrs.evolve(engine.ruleset.primary_streak, frequency="weekly")
    changed = Engine.from_log(engine.log())
    changed.update(attrs.evolve(engine.ruleset, streaks=[weekly], first_weekday="tuesday"), at=at("04-05T11:00"))
    engine.prefer("jo", streak_enabled=False, at=at("04-05T11:00"))
    assert account_of(engine, "04-05T12:00")[1:] == [("paused", "04-02", "04-04", 1), day("disabled", "04-05", 0)]
    assert account_of(changed, "04-05T12:00")[1:] == [
        ("paused", "04-02", "04-04", 1),
        ("recounted", "04-01", "04-07", 1),
    ]


def test_a_recount_decides_the_periods_of_the_new_calendar():
    engine = engine_of()
    play(engine, "03-31T10:00 words 1\n04-08T10:00 words 1\n04-22T10:00 words 1\n04-29T10:00 words 1")
    weekly = attrs.evolve(engine.ruleset.primary_streak, frequency="weekly")
    engine.update(attrs.evolve(engine.ruleset, streaks=[weekly], first_weekday="monday"), at=at("04-30T10:00"))
    assert account_of(engine, "04-30T10:00")[-3:] == [
        ("recounted", "03-31", "04-13", 2),
        ("lost", "04-14", "04-20", 0),
        ("recounted", "04-21", "05-04", 2),
    ]


def test_without_a_streak_nothing_is_decided():
    engine = Engine(Ruleset(metrics=[Metric("words")]))
    play(engine, "04-01T10:00 words 1")
    assert account_of(engine, "04-05T10:00") == []


# Any history --------------------------------------------------------------------------------------------------------

METRICS = ("lessons", "minutes")
RULES = streak_rules(METRICS).map(lambda streak: Ruleset(metrics=tuple(map(Metric, METRICS)), streaks=[streak]))


def credits_travels_and_care(rules, user, at):
    """Draw commands of which most are events or travel, so that streaks run and dates are shown again."""
    far_apart = st.sampled_from(["+14:00", "Asia/Tokyo", "Europe/London", "America/New_York", "-11:00"])
    return st.one_of(
        *[records(rules, user, at).map(lambda event: event._replace(value=1000, idempotency_key=None))] * 3,
        journeys(user, at, st.one_of(far_apart, time_zones(), all_time_zones())),
        commands(rules, user, at),
    )


@pytest.mark.thorough
@settings(max_examples=4 * settings.default.max_examples)
@given(
    st.one_of(
        games(max_size=20),
        games(RULES, users=("jo",), min_size=8, max_size=40, kinds=credits_travels_and_care),
        travellers(streak_rules(METRICS)),
    )
)
def test_every_period_is_decided_once_and_credits_add_up_to_the_length(history):
    engine = Engine(history.ruleset)
    do(engine, history)
    for user in engine.users():
        decisions = check_decisions(engine.transitions(user, at=from_micros(history.commands[-1].at)))
        for kind in sorted({decision.kind for decision in decisions}):
            event(kind)
