"""Views of progress: of open achievements, from 0 to below 1."""

from decimal import Decimal

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    Metric,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.views.progress import Progress


def engine_with(*achievements, points=()):
    return Engine(
        Ruleset(
            metrics=[Metric("words")],
            attributes=[Attribute("plan"), Attribute("device", "event")],
            streaks=[Streak("habit", metrics=[StreakMetric("words")])],
            achievements=achievements,
            points=points,
        )
    )


@pytest.mark.parametrize(
    ("total", "threshold"), [(10**17 - 1, 10**17), (Decimal("99.99999999999999999"), 100), (Decimal("0.1"), 1), (-5, 3)]
)
def test_progress_of_an_open_achievement_is_below_1(total, threshold):
    engine = engine_with(Achievement("one", MetricTrigger("words", threshold)))
    engine.record("words", user="jo", value=total, at=at("04-02T10:00"))
    [view] = engine.user("jo", at=at("04-02T10:00")).achievements
    assert view.achieved_at is None
    assert 0.0 <= view.progress.fraction < 1.0
    assert view.progress.fraction == pytest.approx(max(float(total) / threshold, 0.0))


def test_progress_is_below_1_for_users_who_do_not_qualify():
    engine = engine_with(Achievement("pro", MetricTrigger("words", 4), when={"user_attributes": {"plan": "pro"}}))
    play(engine, "04-02T10:00 words 9")
    [view] = engine.user("jo", at=at("04-02T10:00")).achievements
    assert (view.achieved_at, view.progress.remaining) == (None, 0)
    assert 0.99 < view.progress.fraction < 1.0


def test_progress_is_computed_for_numbers_of_any_size():
    assert Progress(10**400 - 1, 10**400).fraction < 1.0
    assert Progress(10**400, 4 * 10**400).fraction == 0.25
