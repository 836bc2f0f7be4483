"""Arguments are checked before anything changes, and each error states the fact."""

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    InvalidValue,
    Metric,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakMetric,
    UnknownKey,
)

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
)


def test_arguments_are_checked_before_anything_happens():
    engine = Engine(RULES)
    with pytest.raises(InvalidValue, match="name must be a string, not 3"):
        engine.identify("jo", name=3, at=at("04-02T10:00"))
    with pytest.raises(InvalidValue, match="sign_up_date must be a date, for example"):
        engine.identify("jo", sign_up_date="soon", at=at("04-02T10:00"))
    with pytest.raises(InvalidValue, match="sign_up_date must be a date from 1900-01-01 on, not 1899-12-31"):
        engine.identify("jo", sign_up_date="1899-12-31", at=at("04-02T10:00"))
    with pytest.raises(InvalidValue, match="attributes must map keys to strings"):
        engine.record("words", user="jo", attributes=["ios"], at=at("04-02T10:00"))
    assert list(engine.log())[1:] == []


def test_a_derived_metric_cannot_be_recorded():
    engine = Engine(Ruleset([Metric("laps"), Metric("best", source="laps", aggregate="min")]))
    with pytest.raises(InvalidValue, match=r"^metric 'best' is derived from 'laps'; record that$"):
        engine.record("best", user="jo", value=64, at=at("04-02T10:00"))
    with pytest.raises(UnknownKey, match=r"^unknown metric 'bestt'; known: 'laps'$"):
        engine.record("bestt", user="jo", at=at("04-02T10:00"))
    assert list(engine.users()) == []
    assert not engine.has_recorded("best", user="jo", idempotency_key="k")


def test_a_sign_up_at_an_instant_is_on_its_utc_day():
    engine = Engine(RULES)
    engine.identify("jo", sign_up_date=at("2025-04-01T23:30-02:00"), at=at("04-03T10:00"))
    assert engine.user("jo", at=at("04-03T10:00")).sign_up_date.isoformat() == "2025-04-02"
    engine.identify("jo", sign_up_date=None, at=at("04-03T10:00"))
    assert engine.user("jo", at=at("04-03T10:00")).sign_up_date is None


def test_attribute_values_are_text():
    engine = Engine(Ruleset(metrics=[Metric("words")], attributes=[Attribute("device", "event")]))
    with pytest.raises(InvalidValue, match="attribute 'device' must be a string, not 3"):
        engine.record("words", user="jo", attributes={"device": 3}, at=at("04-02T10:00"))


@pytest.fixture
def engine():
    return Engine(Ruleset(metrics=[Metric("words")], attributes=[Attribute("plan"), Attribute("subject")]))


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), "3", None, 10**30])
def test_a_value_that_is_not_a_number_is_refused(engine, value):
    with pytest.raises(InvalidValue, match="value must"):
        engine.record("words", user="18", value=value, at=at("04-02T10:00"))
    assert list(engine.users()) == []


@pytest.mark.parametrize("user", ["", 18, None, "x" * 256, "\ud800"])
def test_a_user_id_is_a_short_string(engine, user):
    with pytest.raises(InvalidValue, match="a user id must be"):
        engine.record("words", user=user, at=at("04-02T10:00"))


def test_a_naive_instant_is_refused(engine):
    with pytest.raises(
        InvalidValue, match="not the naive 2025-04-02T10:00:00; add a time zone, for example tzinfo=UTC"
    ):
        engine.record("words", user="18", at=at("04-02T10:00").replace(tzinfo=None))
    with pytest.raises(InvalidValue, match="must lie in the years 1900 to 2199"):
        engine.record("words", user="18", at=at("1899-12-31T23:00"))
    with pytest.raises(InvalidValue, match="at must be an aware datetime, not '2025-04-02'"):
        engine.record("words", user="18", at="2025-04-02")
