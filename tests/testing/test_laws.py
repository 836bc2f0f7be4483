"""The laws find faults, and report each with its story."""

import pytest
from drawn import ROUGH
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from stories import at

from trophy_engine import (
    Achievement,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import DAY, to_micros
from trophy_engine.core import achievements, points, settle, streaks
from trophy_engine.core.commands import Record, ResetStreak, RestoreStreak
from trophy_engine.repository import repository as history
from trophy_engine.repository.transitions import plan_of_logged_rules
from trophy_engine.testing import (
    LAWS,
    History,
    check_laws,
    games,
    rulesets,
    streak_rules,
)
from trophy_engine.testing.laws import completions_are_permanent, settling_is_path_independent, users_commute
from trophy_engine.testing.ledger_laws import balances_are_sums_of_awards
from trophy_engine.testing.limit_laws import limits_are_never_exceeded


def test_a_broken_law_is_named_with_its_story(monkeypatch):
    real = streaks.close_period

    def twice(agenda, state, streak, at):
        real(agenda, state, streak, at)
        state.streak.freezes = max(state.streak.freezes - 1, 0)

    monkeypatch.setattr(settle, "close_period", twice)
    rules = Ruleset([Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(2))])
    noon = to_micros(at("04-01T12:00"))
    history = History(
        rules, (Record("ann", noon, "words", 1, (), None), Record("ann", noon + 2 * DAY, "words", 1, (), None))
    )
    with pytest.raises(AssertionError, match="the current and the used freezes of ann") as failure:
        check_laws(rules, history)
    notes = "\n".join(failure.value.__notes__)
    assert "This law is broken: Freezes are those granted, earned and returned minus those spent" in notes
    assert "a freeze was spent on Wednesday 2025-04-02, so the streak continues; 1 left" in notes


def plant_forgotten_boundary(monkeypatch):
    """Let an award exceed the maximum."""
    monkeypatch.setattr(points, "_clamp_balance", lambda state, system, before, amount, blocks: max(before + amount, 0))


def plant_double_payment(monkeypatch):
    """Line up every award twice."""
    real = achievements.cross_metric_thresholds

    def cross(agenda, *given):
        known = len(agenda.awards)
        real(agenda, *given)
        agenda.awards += agenda.awards[known:]

    monkeypatch.setattr("trophy_engine.core.evaluate.cross_metric_thresholds", cross)


def plant_revocation(monkeypatch):
    """Forget completions when a streak is lost."""
    real = streaks.close_period

    def close(agenda, state, *given):
        real(agenda, state, *given)
        state.counters.completed.clear()

    monkeypatch.setattr(settle, "close_period", close)


def plant_hours_for_days(monkeypatch):
    """Decide a miss a day late when time is settled late."""
    real = settle.settle_to_last_effect

    def late(agenda, state, until):
        return real(agenda, state, until - DAY if until - state.clock.settled > 3 * DAY else until)

    monkeypatch.setattr("trophy_engine.engine.execution.settle_to_last_effect", late)


def plant_order_of_users(monkeypatch):
    """Open an achievement only to the first user."""
    owners = {}

    def qualifies(achievement, state):
        return achievement.key not in state.counters.completed and owners.setdefault(achievement, state.id) == state.id

    monkeypatch.setattr(achievements, "qualifies_for_achievement", qualifies)
    # Every engine has separate owners.
    monkeypatch.setattr(history, "plan_of_logged_rules", plan_of_logged_rules.__wrapped__)


def plant_uncounted_points(monkeypatch):
    """Forget what a trigger with a limit has awarded."""
    monkeypatch.setattr("trophy_engine.core.points._count_points_towards_limit", lambda *_: None)


def has_limits(rules):
    return any(trigger.limit is not None for system in rules.points for trigger in system.triggers)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("plant", "law"),
    [
        (plant_forgotten_boundary, balances_are_sums_of_awards),
        (plant_double_payment, balances_are_sums_of_awards),
        (plant_uncounted_points, limits_are_never_exceeded),
        (plant_revocation, completions_are_permanent),
        (plant_hours_for_days, settling_is_path_independent),
        (plant_order_of_users, users_commute),
    ],
)
def test_the_laws_notice_a_planted_fault(plant, law, monkeypatch):
    alike = games(rulesets(st.tuples(streak_rules())))
    limited = games(rulesets().filter(has_limits), users=("ann",), min_size=15)

    @given(limited if law is limits_are_never_exceeded else alike)
    @settings(ROUGH, max_examples=1_000, phases=[Phase.generate])
    def check_history(history):
        check_laws(history.ruleset, history, [law])

    plant(monkeypatch)
    with pytest.raises(AssertionError):
        check_history()


HABIT = Streak("habit", metrics=[StreakMetric("words")])


def days_of_words(rules, *between, days=2):
    """Return a history with an event a day, and further commands after the first event."""
    noon = to_micros(at("04-01T12:00"))
    first, *later = (Record("ann", noon + day * DAY, "words", 1, (), None) for day in range(days))
    return History(rules, (first, *(command(noon + 1) for command in between), *later))


def test_a_reset_ends_a_streak_with_the_present_period():
    rules = Ruleset([Metric("words")], streaks=[HABIT])
    history = days_of_words(
        rules,
        lambda now: ResetStreak("ann", now, None),
        lambda now: Record("ann", now + 1, "words", 1, (), None),
        lambda now: ResetStreak("ann", now + 2, None),
        lambda now: RestoreStreak("ann", now + 3, None),
    )
    check_laws(rules, history)


def test_streaks_are_independent_of_gates_on_the_progress_of_a_user():
    gate = {"achievements": ["one"], "levels": {"xp": "gold"}, "streak": {"key": "habit", "at_least": 1}}
    rules = Ruleset(
        [Metric("words"), Metric("more", source="words", when=gate)],
        streaks=[HABIT, Streak("gym", metrics=[StreakMetric("more")])],
        achievements=[Achievement("one", MetricTrigger("words", 1))],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 5)], levels=[Level("gold", 5)])],
    )
    check_laws(rules, days_of_words(rules, days=4))


@pytest.mark.parametrize("first_weekday", WEEKDAYS)
def test_the_limit_of_a_week_holds_from_the_first_weekday(first_weekday):
    limited = MetricPointsTrigger("words", 1, limit={"points": 2, "window": "week"})
    rules = Ruleset([Metric("words")], points=[PointsSystem("xp", triggers=[limited])], first_weekday=first_weekday)
    check_laws(rules, days_of_words(rules, days=16))


def test_every_law_has_a_docstring():
    assert len(LAWS) == len({law.__doc__ for law in LAWS}) == 14
    assert all(law.__doc__.strip().endswith(".") for law in LAWS)
