"""Points are awarded by hand, spent, and spent together with what they buy."""

from datetime import UTC, datetime

import pytest

from trophy_engine import (
    Engine,
    FreezeLimitReached,
    Freezes,
    InvalidValue,
    ManualAward,
    Metric,
    MetricPointsTrigger,
    OutOfPoints,
    PointsAwarded,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    UnknownKey,
    UnknownUser,
)

RULES = Ruleset(
    metrics=[Metric("lessons")],
    streaks=[Streak("daily", metrics=[StreakMetric("lessons")], freezes=Freezes(start_count=1, max_count=1))],
    points=[PointsSystem("coins", maximum=100, triggers=[MetricPointsTrigger("lessons", 10)])],
)


def at(hour, day=2):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.fixture
def shop():
    """Return a shop, in which jo has 30 coins."""
    engine = Engine(RULES)
    engine.record("lessons", user="jo", value=3, at=at(8))
    return engine


def coins(engine, user="jo"):
    return engine.user(user, at=at(23)).points["coins"].total


def buy_freeze(engine, when):
    with engine.batch():
        engine.award("coins", -20, user="jo", reason="a freeze", at=when, idempotency_key="order-1")
        engine.grant_freeze("jo", at=when)


def test_a_manual_award_is_in_the_ledger_with_its_reason(shop):
    outcome = shop.award("coins", 25, user="jo", reason="won the quiz", at=at(9))
    [award] = outcome.points["coins"].awards
    assert (award.awarded, award.before, award.total, award.sequence) == (25, 30, 55, 2)
    assert award.trigger == ManualAward(25, "won the quiz")
    assert (award.trigger.type, award.trigger_key, award.boosts) == ("manual", None, ())
    assert (outcome.points["coins"].added, outcome.points["coins"].total) == (25, 55)
    assert shop.reports.awards("jo", "coins", 1, at=at(9)) == (award,)
    assert coins(shop) == 55


def test_a_payment_lowers_the_balance(shop):
    outcome = shop.award("coins", -20, user="jo", reason="a hat", at=at(9))
    assert (outcome.points["coins"].added, coins(shop)) == (-20, 10)
    assert outcome.explain().text == (
        "jo paid 20 coins (a hat) on Monday 2026-03-02 09:00:00, UTC.\n  coins -20 = 10, by a payment (a hat): -20"
    )


def test_a_payment_that_the_balance_does_not_cover_is_refused(shop):
    before = shop.export_user("jo"), [*shop.log()]
    with pytest.raises(OutOfPoints, match=r"^user 'jo' has 30 of 'coins', and needs 40$"):
        shop.award("coins", -40, user="jo", at=at(9))
    assert (shop.export_user("jo"), [*shop.log()]) == before
    shop.award("coins", -30, user="jo", at=at(9))
    assert coins(shop) == 0


def test_a_purchase_is_all_or_nothing(shop):
    before = shop.export_user("jo"), [*shop.log()]
    with pytest.raises(FreezeLimitReached):
        buy_freeze(shop, at(9))
    assert (shop.export_user("jo"), [*shop.log()]) == before
    assert coins(shop) == 30
    shop.settle(at=at(8, day=5))  # the freeze is used for the day after
    buy_freeze(shop, at(9, day=5))
    player = shop.user("jo", at=at(10, day=5))
    assert (player.points["coins"].total, player.freezes) == (10, 1)


def test_the_maximum_cuts_an_award_off(shop):
    outcome = shop.award("coins", 95, user="jo", reason="jackpot", at=at(9))
    assert (outcome.points["coins"].added, coins(shop)) == (70, 100)
    assert outcome.explain().text.endswith("coins +70 = 100, by a manual award (jackpot): 95; 25 above the maximum")
    nothing = shop.award("coins", 5, user="jo", at=at(10))
    assert (nothing.effects, dict(nothing.points)) == ((), {})
    explanation = shop.explain("jo", points="coins", at=at(11)).awards[-1]
    assert (explanation.text, explanation.clipped) == (
        "coins +0 = 100, by a manual award: 5; 5 above the maximum",
        5,
    )


def test_a_repeated_idempotency_key_buys_nothing_twice(shop):
    first = shop.award("coins", -20, user="jo", at=at(9), idempotency_key="order-1")
    again = shop.award("coins", -20, user="jo", at=at(10), idempotency_key="order-1")
    assert (first.replayed, again.replayed, again.effects, again.idempotency_key) == (False, True, (), "order-1")
    assert again.explain().is_repeated
    assert coins(shop) == 10
    with shop.batch():
        shop.award("coins", -5, user="jo", at=at(11), idempotency_key="order-2")
        assert shop.award("coins", -5, user="jo", at=at(11), idempotency_key="order-2").replayed
    assert coins(shop) == 5


def test_a_key_is_unique_for_a_user_and_a_system():
    rules = Ruleset([Metric("coins")], points=[PointsSystem("coins"), PointsSystem("xp")])
    engine = Engine(rules)
    calls = [
        engine.award("coins", 5, user="jo", at=at(9), idempotency_key="k"),
        engine.award("xp", 5, user="jo", at=at(9), idempotency_key="k"),
        engine.award("coins", 5, user="mia", at=at(9), idempotency_key="k"),
        engine.record("coins", user="jo", at=at(9), idempotency_key="k"),
    ]
    assert [outcome.replayed for outcome in calls] == [False] * 4


def test_an_award_creates_its_user_and_a_refused_payment_does_not(shop):
    with pytest.raises(OutOfPoints):
        shop.award("coins", -1, user="mia", at=at(9))
    with pytest.raises(UnknownUser):
        shop.user("mia", at=at(9))
    outcome = shop.award("coins", 7, user="mia", at=at(9))
    assert [effect.type for effect in outcome.effects] == [
        "user.created",
        "streak.freeze_granted",
        "points.awarded",
    ]
    assert coins(shop, "mia") == 7


def test_calls_that_make_no_sense_are_refused(shop):
    before = [*shop.log()]
    for points in (0, 1.5, True, "5", None, 10**18):
        with pytest.raises(InvalidValue, match=r"^points must "):
            shop.award("coins", points, user="jo", at=at(9))
    with pytest.raises(UnknownKey, match=r"^unknown points system 'coin'; did you mean 'coins'"):
        shop.award("coin", 5, user="jo", at=at(9), idempotency_key="k")
    with pytest.raises(InvalidValue, match=r"^reason must have at most 1000 characters, not 1001"):
        shop.award("coins", 5, user="jo", reason="x" * 1001, at=at(9))
    with pytest.raises(InvalidValue, match=r"^an idempotency key must be"):
        shop.award("coins", 5, user="jo", at=at(9), idempotency_key="")
    assert [*shop.log()] == before


def test_the_log_gives_the_same_ledger_again(shop):
    reported = []
    shop.subscribe(PointsAwarded, reported.append)
    shop.award("coins", 25, user="jo", reason="won the quiz", at=at(9))
    shop.award("coins", -20, user="jo", reason="a hat", at=at(10), idempotency_key="order-1")
    again = Engine.from_log(shop.log())
    assert again.export_user("jo") == shop.export_user("jo")
    assert again.reports.awards("jo", "coins", 2, at=at(11)) == tuple(reversed(reported))
    assert again.award("coins", -20, user="jo", at=at(11), idempotency_key="order-1").replayed
