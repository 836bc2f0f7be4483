"""A review compares a user with the others: at every moment as evaluating the logs of all of them does."""

from hypothesis import given, settings
from shared_log import live, steps
from stories import at

from trophy_engine import Attribute, Engine, Metric, MetricPointsTrigger, PointsSystem, Ruleset, TimePointsTrigger
from trophy_engine.calendar.instants import from_micros
from trophy_engine.reports.period_changes import EvaluatedPeriodChanges
from trophy_engine.reports.wrapped import compute_wrapped
from trophy_engine.testing import rulesets

few = settings(max_examples=max(settings().max_examples * 2 // 5, 1))  # each evaluates many logs
RULES = Ruleset(
    metrics=[Metric("words")],
    attributes=[Attribute("device", "event")],
    points=[
        PointsSystem(
            "xp",
            triggers=[MetricPointsTrigger("words", points=1), TimePointsTrigger(points=2, unit="days", interval=1)],
        )
    ],
)


def counted(engine, user, year, when):
    """Return a review for which the logs of all users are evaluated."""
    others = [other for other in engine.users() if other != user]
    if when is not None:
        others = [other for other in others if engine.user(other).created <= when]
    histories = [engine.transitions(other, at=when) for other in others]
    return compute_wrapped(engine.transitions(user, at=when), lambda: EvaluatedPeriodChanges(histories), year)


@few
@given(steps(rulesets()))
def test_a_review_equals_that_of_all_logs(drawn):
    for look in live(*drawn):
        engine = look.engine
        for user in engine.users():
            player = engine.user(user)
            instants = [None, player.at]
            if player.created <= from_micros(look.now):
                instants.append(from_micros(look.now))
            for when in instants:
                current = engine.user(user, at=when).local_date.year
                for year in (current - 1, current):
                    reported = engine.reports.wrapped(user, year, at=when, rankings=lambda *_: {})
                    assert reported == counted(engine, user, year, when)


def percentiles(engine, user, year=2025):
    period = engine.reports.wrapped(user, year).entire_year
    return period.metrics["words"].percentile_this_period, period.points["xp"].percentile_this_period


def test_comparisons_follow_events_and_time():
    now = [at("06-05T10:00")]
    engine = Engine(RULES, clock=lambda: now[0])
    for number in range(5):
        engine.record("words", user=f"u{number}", value=number + 1, at=at("06-01T10:00"))
    assert percentiles(engine, "u2") == (50, 50)
    engine.record("words", user="u0", value=9)
    assert percentiles(engine, "u2") == (25, 25)
    engine.record("words", user="new", value=1)
    assert percentiles(engine, "u2") == (40, 40)
    now[0] = at("06-30T10:00")  # the days of the new user begin later
    assert percentiles(engine, "new") == (0, 0)
    engine.record("words", user="new", value=12)
    assert percentiles(engine, "new") == (100, 60)


def test_only_changed_logs_are_evaluated_again(monkeypatch):
    now = [at("06-05T10:00")]
    engine = Engine(Ruleset(metrics=[Metric("words")]), clock=lambda: now[0])
    for number in range(50):
        engine.record("words", user=f"u{number}", value=number + 1, at=at("06-01T10:00"))
    engine.reports.wrapped("u7")
    evaluated = []
    commands = engine._repository.commands_before
    monkeypatch.setattr(
        engine._repository, "commands_before", lambda user, last: evaluated.append(user) or commands(user, last)
    )
    engine.reports.wrapped("u8")
    assert evaluated == []
    engine.record("words", user="u3", value=90)
    assert engine.reports.wrapped("u49").entire_year.metrics["words"].percentile_this_period == 100 * 48 / 49
    assert set(evaluated) == {"u3"}
