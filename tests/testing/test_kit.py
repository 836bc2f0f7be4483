"""The kit reaches what it promises, and notices what is wrong."""

from datetime import UTC
from itertools import pairwise
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, run_state_machine_as_test
from stories import at

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    Freezes,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakLost,
    StreakMetric,
    TrophyError,
    UnknownKey,
)
from trophy_engine.calendar.instants import DAY, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core import achievements, points, settle, streaks
from trophy_engine.core.commands import Complete, Identify, Record, Settle
from trophy_engine.repository import repository as history
from trophy_engine.repository.transitions import plan_of
from trophy_engine.testing import (
    LAWS,
    History,
    StreakMachine,
    check_laws,
    events,
    execute,
    games,
    histories,
    instants,
    play,
    rulesets,
    streak_rules,
    time_zones,
)
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.laws import completions_are_permanent, settling_is_path_independent, users_commute
from trophy_engine.testing.ledger_laws import balances_are_sums_of_awards

QUICK = settings(max_examples=2000, database=None, derandomize=True, deadline=None, phases=tuple(Phase))
#: Where anything that is found will do, however long.
ANY = settings(QUICK, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
ROUGH = settings(ANY, max_examples=200, report_multiple_bugs=False)
RULES = Ruleset(
    metrics=[Metric("words")],
    attributes=[Attribute("plan"), Attribute("device", "event")],
    streak=Streak(metrics=[StreakMetric("words", 10)], freezes=Freezes(1, 2, 3, 1)),
    achievements=[Achievement("ios", MetricTrigger("words", 30, {"device": "ios"}), user_attributes={"plan": "pro"})],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=5, threshold=10)])],
)


# --- what is drawn ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Pacific/Apia", "America/St_Johns", "Australia/Lord_Howe", "America/Havana"])
def test_odd_zones_are_drawn(name):
    assert find(time_zones(), lambda found: found == name, settings=QUICK) == name


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("UTC", "2024-02-28T23:59:59.999999"),
        ("UTC", "2024-03-01T00:00:00.000001"),
        ("UTC", "2024-01-01T00:00:00"),
        ("Pacific/Apia", "2011-12-30T10:00:00"),  # where a date is left out
        ("America/St_Johns", "2010-11-07T02:31:00"),  # where one is shown again
    ],
)
def test_instants_lie_where_calendars_go_wrong(name, moment):
    drawn = instants(st.just(name))
    assert find(drawn, lambda instant: instant == at(moment), settings=settings(ANY, max_examples=20_000)) == at(moment)


def test_instants_of_a_zone_are_around_its_own_midnights():
    midnight = find(
        instants(st.just("Asia/Kathmandu")),
        lambda instant: instant.astimezone(UTC).strftime("%M%S%f") == "1500000000",
        settings=QUICK,
    )
    assert zone("Asia/Kathmandu").midnight(zone("Asia/Kathmandu").window(to_micros(midnight))[0]) == to_micros(midnight)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda commands: any(later.at - earlier.at > 300 * DAY for earlier, later in pairwise(commands)),
        lambda commands: len(commands) > 3 and commands[-1].at - commands[0].at < DAY // 24,
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
def test_histories_hold_every_kind_of_life(wanted):
    assert find(histories(RULES), lambda history: wanted(history.commands), settings=ANY)


def test_histories_shrink_to_short_stories():
    rules = Ruleset([Metric("words")], streak=Streak(metrics=[StreakMetric("words")]))

    def is_lost(history):
        return StreakLost in map(type, play(Engine(rules), history))

    found = find(histories(rules), is_lost, settings=settings(QUICK, max_examples=100))
    assert len(found) == 2
    assert isinstance(found.commands[0], Record)


@given(games())
def test_histories_are_in_order_and_in_words_that_the_rules_know(history):
    instants_ = [command.at for command in history]
    assert instants_ == sorted(instants_)
    engine = Engine(history.ruleset)
    for command in history:
        assert not isinstance(execute(engine, command), UnknownKey)


def test_commands_are_refused_now_and_then():
    def refused(history):
        engine = Engine(history.ruleset)
        return any(
            isinstance(execute(engine, command), TrophyError) for command in history if isinstance(command, Complete)
        )

    assert refused(find(games(), refused, settings=ANY))


@given(events(RULES, users=("jo",), max_size=3))
def test_events_are_nothing_but_events(history):
    assert {type(command) for command in history} == {Record}
    assert {command.user_id for command in history} == {"jo"}
    assert 1 <= len(history) <= 3


@given(streak_rules(["views"]), rulesets(st.none()))
def test_rules_are_made_of_what_they_are_given(streak, rules):
    assert {metric.key for metric in streak.metrics} == {"views"}
    assert rules.streak is None


# --- stories ---------------------------------------------------------------------------------------------------------


def test_a_history_prints_as_a_story():
    commands = (
        Identify("ann", to_micros(at("03-29T22:30")), (("time_zone", "Europe/Berlin"),)),
        Record("ann", to_micros(at("03-29T22:59:59")), "words", 10, (("device", "ios"),), "k"),
        Record("ann", to_micros(at("03-29T23:00")), "words", 9, (), "k"),
        Complete("ann", to_micros(at("03-30T12:00")), "ios"),
        Settle(to_micros(at("04-02T00:00"))),
    )
    assert repr(History(Ruleset([Metric("words")], RULES.attributes, RULES.streak), commands)).strip() == dedent(r"""
        Rules:
          metrics = [
              { key = "words" },
          ]
          attributes = [
              { key = "plan" },
              { key = "device", type = "event" },
          ]
          [streak]
          metrics = [
              { key = "words", threshold = 10 },
          ]
          [streak.freezes]
          start_count = 1
          max_count = 2
          auto_earn_interval = 3
          auto_earn_amount = 1
        History:
          ann was identified with time zone Europe/Berlin on Saturday 2025-03-29 23:30:00, Europe/Berlin (+01:00).
            the user was created, in the time zone Europe/Berlin
            1 freeze granted; 1 available
          ann recorded 10 for words (device = 'ios') on Saturday 2025-03-29 23:59:59, Europe/Berlin (+01:00).
            words: 0 + 10 = 10
            a streak started: the day of Saturday 2025-03-29 is credited
          ann recorded 9 for words on Sunday 2025-03-30 00:00:00, Europe/Berlin (+01:00). Its idempotency key was \
        used before: nothing changed.
          Complete(user_id='ann', at=1743336000000000, achievement='ios') is refused: unknown api achievement 'ios'; \
        known: none
          all users are settled to 2025-04-02T00:00:00Z
            ann: streak.freeze_consumed at 2025-03-30T22:00:00Z
            ann: streak.lost at 2025-03-31T22:00:00Z
            ann: streak.freeze_earned at 2025-03-31T22:00:00Z""").strip().replace("\\\n", "")


def test_a_story_that_ends_in_a_crash_says_so(monkeypatch):
    monkeypatch.setattr(Engine, "settle", lambda *_, **__: 1 / 0)
    assert "raises ZeroDivisionError('division by zero')" in repr(History(RULES, (Settle(0),)))


# --- what is noticed -------------------------------------------------------------------------------------------------


def test_a_law_that_is_broken_is_named_with_its_story(monkeypatch):
    real = streaks.close_period

    def twice(agenda, state, streak, at):
        real(agenda, state, streak, at)
        state.streak.freezes = max(state.streak.freezes - 1, 0)

    monkeypatch.setattr(settle, "close_period", twice)
    rules = Ruleset([Metric("words")], streak=Streak(metrics=[StreakMetric("words")], freezes=Freezes(2)))
    noon = to_micros(at("04-01T12:00"))
    history = History(
        rules, (Record("ann", noon, "words", 1, (), None), Record("ann", noon + 2 * DAY, "words", 1, (), None))
    )
    with pytest.raises(AssertionError, match="the current and the used freezes of ann") as failure:
        check_laws(rules, history)
    told = "\n".join(failure.value.__notes__)
    assert "This law is broken: Freezes are those granted, earned and returned minus those spent" in told
    assert "a freeze was spent on Wednesday 2025-04-02, so the streak continues; 1 left" in told


def plant_forgotten_boundary(monkeypatch):
    """Let an award exceed the maximum."""
    monkeypatch.setattr(points, "_bounded", lambda state, trigger, before, amount: max(before + amount, 0))


def plant_double_payment(monkeypatch):
    """Line up every award twice."""
    real = achievements.cross_metric_thresholds

    def cross(agenda, *given):
        real(agenda, *given)
        agenda.awards += agenda.awards

    monkeypatch.setattr("trophy_engine.core.evaluate.cross_metric_thresholds", cross)


def plant_revocation(monkeypatch):
    """Forget completions when a streak is lost."""
    real = streaks.close_period

    def close(agenda, state, *given):
        real(agenda, state, *given)
        state.counters.completed.clear()

    monkeypatch.setattr(settle, "close_period", close)


def plant_hours_for_days(monkeypatch):
    """Look for a miss a day late when time is settled late."""
    real = settle.make_due_happen

    def late(agenda, state, until):
        return real(agenda, state, until - DAY if until - state.clock.settled > 3 * DAY else until)

    monkeypatch.setattr("trophy_engine.engine.execution.make_due_happen", late)


def plant_order_of_users(monkeypatch):
    """Open an achievement only to the first user."""
    owners = {}

    def qualifies(achievement, state):
        return achievement.key not in state.counters.completed and owners.setdefault(achievement, state.id) == state.id

    monkeypatch.setattr(achievements, "qualifies", qualifies)
    monkeypatch.setattr(history, "plan_of", plan_of.__wrapped__)  # every engine has owners of its own


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("plant", "law"),
    [
        (plant_forgotten_boundary, balances_are_sums_of_awards),
        (plant_double_payment, balances_are_sums_of_awards),
        (plant_revocation, completions_are_permanent),
        (plant_hours_for_days, settling_is_path_independent),
        (plant_order_of_users, users_commute),
    ],
)
def test_the_laws_notice_a_planted_fault(plant, law, monkeypatch):
    @given(games(rulesets(streak_rules())))
    @settings(ROUGH, max_examples=400)
    def hold(history):
        check_laws(history.ruleset, history, [law])

    plant(monkeypatch)
    with pytest.raises(AssertionError):
        hold()


def test_a_failed_assertion_writes_its_subjects():
    with pytest.raises(AssertionError, match=r"the balance before \{\}: 1, not 2"):
        assert_equal(1, 2, "the balance before {}")
    with pytest.raises(AssertionError, match="the balance before ann: 1, not 2"):
        assert_equal(1, 2, "the balance before {}", "ann")
    with pytest.raises(AssertionError, match=r"ann holds \{\}"):
        assert_true(False, "{} holds {}", "ann", "{}")


def test_every_law_says_what_it_is():
    assert len(LAWS) == len({law.__doc__ for law in LAWS}) == 12
    assert all(law.__doc__.endswith(".") for law in LAWS)


class Learner(StreakMachine):
    ruleset = Ruleset([Metric("lessons")], streak=Streak(metrics=[StreakMetric("lessons")], freezes=Freezes(1)))

    @invariant()
    def freezes_do_not_multiply(self):
        if self.commands:
            assert self.player.freezes + self.player.freezes_used == 1


TestLearner = Learner.TestCase
TestLearner.settings = settings(max_examples=20, stateful_step_count=15, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.thorough
def test_the_machine_finds_a_planted_fault(monkeypatch):
    real = streaks._credit

    def credit(agenda, state, streak, period, at):
        real(agenda, state, streak, period, at)
        if state.streak.length == 2:
            state.streak.length = 3

    monkeypatch.setattr(streaks, "_credit", credit)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Learner, settings=ROUGH)
