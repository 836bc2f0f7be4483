"""Streaks whose conditions count only the events with certain attributes."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import at

from trophy_engine import (
    Attribute,
    Engine,
    InvalidRules,
    InvalidValue,
    Metric,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.storage import SQLiteStorage
from trophy_engine.testing import travellers
from trophy_engine.testing.streak_laws import acting_on_every_date_loses_nothing

EASY = StreakMetric("km", 5, event_attributes={"kind": "easy"})
FAST = StreakMetric("km", 2, event_attributes={"kind": ["intervals", "race"]})


def rules(*conditions, mode="AND", **fields):
    streak = Streak("runs", metrics=conditions, evaluation_mode=mode, **fields)
    metrics = [Metric("km"), Metric("longest", source="km", aggregate="max")]
    return Ruleset(metrics=metrics, attributes=[Attribute("kind", type="event")], streaks=[streak])


def run(engine, when, km, kind=None, **arguments):
    attributes = {} if kind is None else {"kind": kind}
    return engine.record("km", user="ann", value=km, attributes=attributes, at=at(when), **arguments)


def test_only_events_with_the_attributes_count():
    engine = Engine(rules(EASY))
    assert run(engine, "04-01T08:00", 50).streak.length == 0
    assert run(engine, "04-01T09:00", 50, "race").streak.length == 0
    assert run(engine, "04-01T10:00", 3, "easy").streak.length == 0
    assert run(engine, "04-01T20:00", 2, "easy").streak.length == 1
    assert run(engine, "04-02T08:00", 9, "easy").streak.length == 2
    assert run(engine, "04-03T08:00", 9, "race").streak.length == 2
    assert engine.user("ann", at=at("04-04T00:00")).streak.length == 0


def test_two_conditions_on_one_metric_are_two_totals():
    engine = Engine(rules(EASY, FAST))
    assert run(engine, "04-01T08:00", 5, "easy").streak.length == 0
    assert run(engine, "04-01T09:00", 1, "race").streak.length == 0
    assert run(engine, "04-01T10:00", 1, "intervals").streak.length == 1  # a list requires any of its values
    either = Engine(rules(EASY, FAST, mode="OR"))
    assert run(either, "04-01T08:00", 2, "race").streak.length == 1


def test_a_condition_without_a_filter_counts_beside_one_with():
    engine = Engine(rules(StreakMetric("km", 10), FAST))
    assert run(engine, "04-01T08:00", 8).streak.length == 0
    assert run(engine, "04-01T09:00", 2, "race").streak.length == 1


def test_a_filter_narrows_that_of_a_derived_metric():
    engine = Engine(rules(StreakMetric("longest", 10, event_attributes={"kind": "easy"})))
    assert run(engine, "04-01T08:00", 12, "race").streak.length == 0
    assert run(engine, "04-01T09:00", 9, "easy").streak.length == 0
    assert run(engine, "04-01T10:00", 10, "easy").streak.length == 1


def test_the_explanation_names_the_filter():
    engine = Engine(rules(EASY, FAST))
    run(engine, "04-01T08:00", 3, "easy")
    explanation = engine.explain("ann", streak="runs", at=at("04-01T12:00"))
    assert [(one.name, one.total, one.missing) for one in explanation.conditions] == [
        ("km with kind = 'easy'", 3, 2),
        ("km with kind = 'intervals' or 'race'", 0, 2),
    ]
    needs = "km with kind = 'easy' 3 of 5 and km with kind = 'intervals' or 'race' 0 of 2"
    assert f"This day is not credited yet: {needs}." in explanation.text


def test_totals_of_an_open_day_survive_a_storage(tmp_path):
    with Engine(rules(EASY, FAST), storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        run(engine, "04-01T08:00", 5, "easy")
    with Engine(rules(EASY, FAST), storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        assert run(engine, "04-01T09:00", 2, "race").streak.length == 1
        assert Engine.from_log(engine.log()).export_user("ann") == engine.export_user("ann")


def test_a_condition_with_another_filter_counts_from_the_change_on():
    engine = Engine(rules(EASY))
    run(engine, "04-01T08:00", 4, "easy")
    run(engine, "04-01T09:00", 4, "race")
    engine.update(rules(FAST), at=at("04-01T10:00"))
    assert run(engine, "04-01T11:00", 1, "race").streak.length == 0
    assert run(engine, "04-01T12:00", 1, "race").streak.length == 1


def test_another_calendar_recounts_by_the_filter():
    engine = Engine(rules(EASY))
    for day, kind in ((1, "easy"), (2, "race"), (8, "easy"), (15, "easy")):
        run(engine, f"04-{day:02}T08:00", 6, kind)
    engine.update(rules(EASY, frequency="weekly"), at=at("04-15T12:00"))
    assert engine.user("ann", at=at("04-15T12:00")).streak.length == 3


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"event_attributes": {"kid": "easy"}}, "unknown event attribute 'kid'; did you mean 'kind'?"),
        ({"event_attributes": {"kind": 3}}, "event_attributes.kind"),
        ({"event_attributes": "easy"}, "event_attributes must"),
    ],
)
def test_a_filter_is_checked(condition, message):
    with pytest.raises((InvalidRules, InvalidValue), match=message):
        rules(StreakMetric("km", **condition))


def test_the_same_condition_twice_is_refused():
    twice = StreakMetric("km", 7, event_attributes={"kind": "easy"})
    with pytest.raises(InvalidRules, match="duplicate metric 'km', already used by"):
        rules(EASY, twice)


def test_filters_that_let_the_same_events_pass_are_the_same():
    one, listed = ({"kind": "easy"}, {"kind": ["easy"]})
    with pytest.raises(InvalidRules, match="duplicate metric 'km', already used by"):
        rules(StreakMetric("km", 5, event_attributes=one), StreakMetric("km", 9, event_attributes=listed))
    first, second = (
        rules(StreakMetric("km", 5, event_attributes={"kind": kinds})) for kinds in (["a", "b"], ["b", "a"])
    )
    assert first == second
    engine = Engine(first)
    run(engine, "04-01T08:00", 3, "a")
    engine.update(second, at=at("04-01T09:00"))
    assert run(engine, "04-01T10:00", 2, "b").streak.length == 1


def test_a_filter_of_a_metric_on_completions_is_refused():
    won = Metric("won", source={"completions": "*"})
    filtered = StreakMetric("won", event_attributes={"kind": "easy"})
    with pytest.raises(InvalidRules, match="have no attributes; remove it"):
        attrs.evolve(
            rules(filtered_by_nothing := StreakMetric("km")),
            metrics=[Metric("km"), won],
            streaks=[Streak("runs", metrics=[filtered_by_nothing, filtered])],
        )


def test_a_custom_streak_keeps_the_filters_of_the_rules_until_it_has_conditions_of_its_own():
    engine = Engine(rules(EASY, customization_enabled=True))
    run(engine, "04-01T08:00", 1)
    engine.prefer("ann", days_off=["sunday"], at=at("04-01T09:00"))
    assert run(engine, "04-01T10:00", 9, "race").streak.length == 0
    assert run(engine, "04-01T11:00", 9, "easy").streak.length == 1
    with pytest.raises(InvalidValue, match="use a derived metric with the filter"):
        engine.prefer("ann", metrics=[EASY], at=at("04-01T12:00"))
    engine.prefer("ann", metrics=[StreakMetric("km", 2)], at=at("04-02T09:00"))
    assert run(engine, "04-02T10:00", 2, "race").streak.length == 2


@given(travellers(st.just(Streak("runs", metrics=[EASY, FAST, StreakMetric("hours")], evaluation_mode="AND"))))
def test_travellers_meet_conditions_with_filters(history):
    acting_on_every_date_loses_nothing(history)
