"""Drawn histories have every kind of effect, and shrink to short stories."""

from itertools import pairwise

import pytest
from drawn import ANY, QUICK, RULES
from hypothesis import find, given, settings

from trophy_engine import (
    Engine,
    Metric,
    Ruleset,
    Streak,
    StreakLost,
    StreakMetric,
    TrophyError,
    UnknownKey,
)
from trophy_engine.calendar.instants import DAY
from trophy_engine.core.commands import Complete, Identify, Record, Settle
from trophy_engine.testing import (
    events,
    execute,
    games,
    histories,
    play,
)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "condition",
    [
        lambda commands: any(later.at - earlier.at > 300 * DAY for earlier, later in pairwise(commands)),
        lambda commands: len(commands) > 2 and commands[-1].at - commands[0].at < DAY // 24,
        lambda commands: (
            len({command.idempotency_key for command in commands if isinstance(command, Record)} - {None})
            == 1
            < len(commands)
        ),
        lambda commands: any(
            isinstance(command, Identify) and ("attributes.plan", "pro") in command.changes for command in commands
        ),
        lambda commands: any(
            isinstance(command, Record) and ("device", "ios") in command.attributes for command in commands
        ),
        lambda commands: any(isinstance(command, Record) and command.value == 10 for command in commands),
        lambda commands: any(isinstance(command, Settle) for command in commands),
        lambda commands: (
            sum(isinstance(command, Identify) and "time_zone" in dict(command.changes) for command in commands) > 1
        ),
    ],
)
def test_histories_have_every_kind_of_effect(condition):
    assert find(histories(RULES), lambda history: condition(history.commands), settings=ANY)


@pytest.mark.thorough
def test_histories_shrink_to_short_stories():
    rules = Ruleset([Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])

    def is_lost(history):
        return StreakLost in map(type, play(Engine(rules), history))

    found = find(histories(rules), is_lost, settings=settings(QUICK, max_examples=100))
    assert len(found) == 2
    assert isinstance(found.commands[0], Record)


@given(games())
def test_histories_are_in_order_and_use_keys_of_the_rules(history):
    instants_ = [command.at for command in history]
    assert instants_ == sorted(instants_)
    engine = Engine(history.ruleset)
    for command in history:
        assert not isinstance(execute(engine, command), UnknownKey)


@pytest.mark.thorough
def test_some_commands_are_refused():
    def refused(history):
        engine = Engine(history.ruleset)
        return any(
            isinstance(execute(engine, command), TrophyError) for command in history if isinstance(command, Complete)
        )

    assert refused(find(games(), refused, settings=ANY))


@given(events(RULES, users=("jo",), max_size=3))
def test_histories_of_events_have_only_events(history):
    assert {type(command) for command in history} == {Record}
    assert {command.user_id for command in history} == {"jo"}
    assert 1 <= len(history) <= 3
