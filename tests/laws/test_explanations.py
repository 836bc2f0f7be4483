"""Explanations agree with the views, for every ruleset and every history."""

import pytest
from hypothesis import given

from trophy_engine import Engine, Outcome
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import open_period_totals
from trophy_engine.testing import execute, games, states


@pytest.mark.thorough
@given(games(max_size=12))
def test_explanations_agree_with_views_and_change_nothing(history):
    engine = Engine(history.ruleset)
    end = from_micros(history.commands[-1].at)
    for command in history:
        result = execute(engine, command)
        if isinstance(result, Outcome):
            explained = result.explain()
            assert [one.type for one in explained.consequences] == [effect.type for effect in result.effects]
            assert all(
                one.award is None or one.award.awarded == one.award.boosted - one.award.limited - one.award.clipped
                for one in explained.consequences
            )
            assert explained.text
    before = states(engine), list(engine.log())
    for user in engine.users():
        player = engine.user(user, at=end)
        for view in player.achievements:
            explained = engine.explain(user, achievement=view.key, at=end)
            assert explained.is_completed == (view.achieved_at is not None)
            assert explained.achieved_at == (player.completed.get(explained.key))
            if explained.is_completed and explained.progress is not None:
                assert not explained.progress.missing
            following = explained.next if explained.is_completed else explained
            if view.progress is not None and following is not None:
                check_progress(following, view.progress)
            assert explained.text
        for key, balance in player.points.items():
            ledger = engine.explain(user, points=key, at=end)
            assert ledger.total == balance.total == sum(award.awarded for award in ledger.awards)
            assert all(award.total == award.before + award.awarded for award in ledger.awards)
            assert ledger.text
        for key, seen in player.streaks.items():
            streak = engine.explain(user, streak=key, at=end)
            assert (streak.length, streak.longest, streak.expires) == (seen.length, seen.longest, seen.expires)
            running = [period.kind for period in running_periods(streak.periods)]
            assert (running.count("credited"), running.count("frozen")) == (seen.length, streak.frozen_periods)
            assert streak.text
    assert (states(engine), list(engine.log())) == before


def running_periods(periods):
    """Yield the periods of the running streak, latest first; for a restored one, also those before its loss."""
    lost = None
    for period in reversed(periods):
        is_end = period.kind in {"missed", "reset", "disabled"}
        if period.kind == "restored":
            lost = period.length
        elif lost is not None:
            lost = None if is_end and period.kind != "disabled" and period.length == lost else lost
        elif is_end:
            return
        else:
            yield period


def check_progress(explained, progress):
    assert explained.missing == progress.missing
    if explained.progress is not None:
        after = explained.progress.after
        assert (after or 0, explained.progress.target) == (progress.current or 0, progress.target)
        assert explained.progress.missing == progress.remaining


@given(games(max_size=12))
def test_the_totals_of_an_open_period_are_those_of_the_state(history):
    engine = Engine(history.ruleset)
    for command in history:
        execute(engine, command)
        pairs = [(user, streak) for user in engine.users() for streak in engine._repository.plan.streaks]
        for user, streak in pairs:
            explained = engine.explain(user, streak=streak.key, at=from_micros(command.at))
            state = engine.transitions(user, at=from_micros(command.at))[-1].state
            plan = state.streaks[streak.place].custom_streak or streak
            period, totals = plan.index(state.clock.day), open_period_totals(plan, state)
            if explained.is_credited:
                continue
            for name, condition in zip(plan.conditions, explained.conditions, strict=True):
                assert condition.total == ((totals[name].total(period) if name in totals else None) or 0)
