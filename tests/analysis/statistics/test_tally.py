"""The counts of a tally, and the curves that follow from them."""

from datetime import UTC, date, datetime

from attrs import evolve
from stories import at
from tallied import LOG, RULES, events

from trophy_engine import (
    Freezes,
    Metric,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.calendar.instants import to_micros


def test_streaks_and_freezes_are_counted(tally):
    # ann: two days, a frozen 3 April, lost on the 4th's end, a new one on the 6th of Berlin, lost. ben: freeze, lost.
    assert dict(tally.streaks["habit"].ended) == {2: 2, 1: 1}
    assert dict(tally.streaks["habit"].running) == {1: 1}
    assert dict(tally.streaks["habit"].longest) == {2: 2, 1: 1}
    freezes = tally.freezes["habit"]
    assert (freezes.granted, freezes.earned, freezes.used, freezes.wasted, freezes.remaining) == (3, 0, 2, 1, 1)


def test_an_undone_loss_is_not_counted_although_a_later_day_was_credited_ahead():
    """In St John's the 7th was shown for a minute before the 6th was shown again; in Vancouver it was still the 6th."""
    home, away = "America/St_Johns", "America/Vancouver"
    log = [(4, 15, 0, home), (5, 15, 0, home), (7, 2, 30, home), (7, 5, 0, away)]
    walked = [
        Event(to_micros(datetime(2010, 11, day, hour, minute, tzinfo=UTC)), "ann", "words", 1, where)
        for day, hour, minute, where in log
    ]
    counted = replay(
        evolve(RULES, streaks=[Streak("habit", metrics=[StreakMetric("words")])]), walked, tally=True
    ).tally
    assert not any(counted.streaks["habit"].ended.values())
    assert dict(counted.streaks["habit"].running) == {4: 1}


def test_a_returned_freeze_beside_an_earned_one_is_counted_once():
    """The midnight in London that consumes the freeze grants another; the maximum is one."""
    freezes = Freezes(start_count=1, max_count=1, auto_earn_interval=2, auto_earn_amount=1)
    log = [(1, 12, "Europe/London"), (3, 1, "America/New_York")]
    walked = [
        Event(to_micros(datetime(2025, 6, day, hour, tzinfo=UTC)), "ann", "words", 1, zone) for day, hour, zone in log
    ]
    rules = evolve(RULES, streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=freezes)])
    counted = replay(rules, walked, tally=True).tally.freezes["habit"]
    assert (counted.granted, counted.earned, counted.used, counted.remaining) == (1, 0, 0, 1)


def test_derived_metrics_are_no_events_of_their_own():
    best = Metric("best", source="words", aggregate="max")
    counted = [
        replay(rules, events(LOG), tally=True).tally
        for rules in (RULES, evolve(RULES, metrics=(*RULES.metrics, best, evolve(best, key="last", aggregate="last"))))
    ]
    assert counted[0].events == counted[1].events > 0
    assert counted[0].hours == counted[1].hours
    assert counted[0].active == counted[1].active


def test_tallies_of_different_users_add_up():
    log = list(events(LOG))
    until = at("04-09T23:00")
    whole = replay(RULES, log, until=until, tally=True).tally
    parts = [
        replay(RULES, [e for e in log if e.user_id == user], until=until, tally=True).tally
        for user in ("cyd", "ann", "ben")
    ]
    parts[0].merge(parts[1])
    parts[0].merge(parts[2])
    assert parts[0] == whole
    assert date.fromordinal(min(whole.created)) == date(2025, 4, 1)
