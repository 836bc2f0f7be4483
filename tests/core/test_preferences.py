"""Preferences of users: a custom streak, other conditions and days off, and notifications."""

import pytest
from datetimes import utc
from word_days import active, rules

from trophy_engine import (
    CustomizationDisabled,
    Engine,
    InvalidValue,
    StreakMetric,
    UnknownKey,
)


def kinds(effects):
    return [effect.type for effect in effects]


def test_a_user_can_disable_the_streak_under_any_rules():
    engine = Engine(rules())
    active(engine, "2025-06-10", 3)
    off = engine.prefer("jo", streak_enabled=False, at=utc("2025-06-12 13:00"))
    assert (off.streak.length, kinds(off.effects)) == (0, ["user.changed"])
    quiet = engine.record("words", user="jo", at=utc("2025-06-13 12:00"))
    assert (quiet.streak.length, kinds(quiet.effects)) == (0, ["metric.changed"])
    engine.prefer("jo", streak_enabled=True, at=utc("2025-06-13 13:00"))
    assert engine.record("words", user="jo", at=utc("2025-06-13 14:00")).streak.length == 1
    assert engine.user("jo", at=utc("2025-06-13 15:00")).streak_preferences == {"enabled": True}


def test_custom_conditions_require_customization_in_the_rules():
    engine = Engine(rules())
    active(engine, "2025-06-10", 1)
    with pytest.raises(CustomizationDisabled, match="cannot have a custom streak; set customization_enabled"):
        engine.prefer("jo", metrics=[StreakMetric("lessons", 2)], at=utc("2025-06-10 13:00"))
    assert engine.user("jo", at=utc("2025-06-10 13:00")).streak_preferences == {}


def test_custom_conditions_replace_those_of_the_rules():
    engine = Engine(rules(customization_enabled=True))
    engine.record("words", user="jo", at=utc("2025-06-10 12:00"))
    engine.prefer("jo", metrics=[StreakMetric("lessons", 2.5), StreakMetric("words", 3)], at=utc("2025-06-10 13:00"))
    assert engine.record("words", user="jo", at=utc("2025-06-11 12:00")).streak.length == 1
    assert engine.record("lessons", user="jo", value=2.5, at=utc("2025-06-11 13:00")).streak.length == 2
    engine.prefer("jo", evaluation_mode="ALL", days_off=["thursday"], at=utc("2025-06-11 14:00"))
    assert engine.user("jo", at=utc("2025-06-11 14:00")).streak_preferences == {
        "metrics": (StreakMetric("lessons", 2.5), StreakMetric("words", 3)),
        "evaluation_mode": "AND",
        "days_off": ("thursday",),
    }
    friday = engine.record("lessons", user="jo", value=3, at=utc("2025-06-13 12:00"))  # nothing on Thursday, the 12th
    assert friday.streak.length == 2
    assert engine.record("words", user="jo", value=3, at=utc("2025-06-13 13:00")).streak.length == 3
    assert (
        engine.record("words", user="mia", at=utc("2025-06-13 13:00")).streak.length == 1
    )  # her conditions are those of the rules


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        ({"metrics": []}, InvalidValue, "metrics must contain at least one key"),
        ({"metrics": [StreakMetric("words"), StreakMetric("words")]}, InvalidValue, "must not contain 'words' twice"),
        ({"metrics": [StreakMetric("wrods")]}, UnknownKey, "did you mean 'words'"),
        ({"metrics": ["words"]}, InvalidValue, "each of metrics must be a StreakMetric"),
        ({"evaluation_mode": "XOR"}, InvalidValue, "evaluation_mode must be one of 'AND', 'OR'"),
        ({"evaluation_mode": "ANY"}, InvalidValue, "not 'ANY'; if one condition suffices write 'OR'$"),
        ({"days_off": ["sun"]}, InvalidValue, "each of days_off must be one of"),
        ({"streak_enabled": "no"}, InvalidValue, "streak_enabled must be true or false"),
        ({"notifications": {"recaps": []}}, InvalidValue, "each of notifications must be one of"),
        ({"notifications": {"recap": ["fax"]}}, InvalidValue, "each of notifications.recap must be one of"),
        ({"notifications": {"recap": "email"}}, InvalidValue, "must be a list of strings"),
    ],
)
def test_invalid_preferences_are_refused(choice, error, message):
    engine = Engine(rules(customization_enabled=True))
    active(engine, "2025-06-10", 1)
    before = engine.export_user("jo")
    with pytest.raises(error, match=message):
        engine.prefer("jo", **choice, at=utc("2025-06-10 13:00"))
    assert engine.export_user("jo") == before


def test_notification_preferences_are_stored():
    engine = Engine(rules())
    active(engine, "2025-06-10", 1)
    engine.prefer("jo", notifications={"recap": [], "streak_reminder": ["push", "email"]}, at=utc("2025-06-10 13:00"))
    engine.prefer("jo", notifications={"recap": ["email"]}, at=utc("2025-06-10 14:00"))
    assert engine.user("jo", at=utc("2025-06-10 14:00")).notification_preferences == {
        "recap": ("email",),
        "streak_reminder": ("push", "email"),
    }
