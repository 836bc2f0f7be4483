"""The tally, the summary and the table of users count every streak as an engine, and as rules with it alone, do."""

from collections import Counter
from operator import attrgetter

from attrs import evolve
from hypothesis import given
from three_streaks import END, RULES, logs, play_log

from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.summary import summarize
from trophy_engine.core import FreezeGranted, StreakLossUndone, StreakLost, effect_from_raw

_COLUMNS = {
    "streak_length": attrgetter("length"),
    "longest_streak": attrgetter("longest"),
    "streak_started": attrgetter("started"),
    "freezes": lambda streak: streak.freezes or 0,
    "freezes_used": attrgetter("freezes_used"),
}


@given(logs())
def test_every_streak_is_counted_as_an_engine_says(log):
    engine, result = play_log(RULES, log), replay(RULES, log, until=END, tally=True)
    users = list(engine.users())
    effects = [
        effect_from_raw(raw) for user in users for row in engine.transitions(user, at=END) for raw in row.effects
    ]
    assert not result.bad_rows
    assert list(result.tally.streaks) == list(result.tally.freezes) == ["daily", "weekly", "third-day"]
    for key, counts in result.tally.streaks.items():
        views = [engine.user(user, at=END).streaks[key] for user in users]
        assert counts.longest == Counter(view.longest for view in views)
        assert counts.running == Counter(view.length for view in views if view.length)
        of_streak = [effect for effect in effects if getattr(effect, "streak", None) == key]
        number = Counter(map(type, of_streak))
        assert counts.ended.total() == number[StreakLost] - number[StreakLossUndone]
        freezes = result.tally.freezes[key]
        assert freezes.granted == sum(effect.granted for effect in of_streak if isinstance(effect, FreezeGranted))
        assert freezes.used == sum(view.freezes_used for view in views)
        assert freezes.remaining == sum(view.freezes or 0 for view in views)
        assert freezes.granted + freezes.earned == freezes.used + freezes.remaining
    for streak in summarize(result).streaks:
        views = [engine.user(user, at=END).streaks[streak.key] for user in users]
        assert streak.active == sum(view.length > 0 for view in views)
        assert streak.longest == max(view.longest for view in views)
        used = None if streak.key == "third-day" else sum(view.freezes_used for view in views)
        assert streak.freezes_used == used


@given(logs())
def test_a_streak_is_counted_as_under_rules_with_it_alone(log):
    counted = replay(RULES, log, until=END, tally=True).tally
    for streak in RULES.streaks:
        alone = replay(evolve(RULES, streaks=[streak]), log, until=END, tally=True).tally
        assert alone.streaks == {streak.key: counted.streaks[streak.key]}
        assert alone.freezes == {streak.key: counted.freezes[streak.key]}


@given(logs())
def test_tallies_of_different_users_add_up_streak_by_streak(log):
    whole = replay(RULES, log, until=END, tally=True).tally
    ann, ben = (
        replay(RULES, [event for event in log if event.user_id == user], until=END, tally=True).tally
        for user in ("ann", "ben")
    )
    ben.merge(ann)
    assert ben == whole


@given(logs())
def test_the_table_of_users_has_every_streak(log):
    engine, result = play_log(RULES, log), replay(RULES, log, until=END)
    names = [column.name for column in result.table_columns()]
    assert names[2:17] == [f"{name}{ending}" for ending in ("", ":weekly", ":third-day") for name in _COLUMNS]
    for row in result.table_rows():
        cells = dict(zip(names, row, strict=True))
        for key, view in engine.user(cells["user_id"], at=END).streaks.items():
            ending = "" if key == "daily" else f":{key}"
            for name, value in _COLUMNS.items():
                assert cells[f"{name}{ending}"] == value(view), (key, name)
