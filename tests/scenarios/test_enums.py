"""Keys and texts that an application declares as an enum of strings are, inside, the strings."""

from enum import Enum

import attrs
import pytest
from stories import at

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Engine,
    Freezes,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    Tier,
    UnknownUser,
)
from trophy_engine.analysis import Columns, compare, replay, sweep


class Name(str, Enum):  # noqa: UP042  # as applications write it: in an f-string it has other text than a StrEnum
    JO = "jo"
    WORDS = "words"
    HABIT = "habit"
    TEN = "ten"
    GOLD = "gold"
    TOUR = "tour"
    XP = "xp"
    DEVICE = "device"
    PHONE = "phone"
    RECAP = "recap"
    EMAIL = "email"
    TOKYO = "Asia/Tokyo"


class Mode(str, Enum):  # noqa: UP042  # as above
    AND = "AND"
    OR = "OR"


class Number(int, Enum):
    TEN = 10


RULES = Ruleset(
    metrics=[Metric(Name.WORDS)],
    attributes=[Attribute(Name.DEVICE, type="event"), Attribute(Name.PHONE)],
    streaks=[Streak(Name.HABIT, metrics=[StreakMetric(Name.WORDS)], freezes=Freezes(max_count=2))],
    achievements=[
        Achievement(
            Name.TEN,
            MetricTrigger(Name.WORDS, event_attributes={Name.DEVICE: Name.PHONE}),
            tiers=[Tier(Name.GOLD, Number.TEN)],
        ),
        Achievement(Name.TOUR, ApiTrigger()),
    ],
    points=[PointsSystem(Name.XP, triggers=[MetricPointsTrigger(Name.WORDS, Number.TEN)])],
)
NOON = at("04-02T12:00")


def enums_in(value, path=""):
    """Yield the paths at which a value contains a member of an enum."""
    if isinstance(value, Enum):
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from enums_in(key, f"{path}<key>")
            yield from enums_in(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from enums_in(item, f"{path}[{number}]")
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from enums_in(getattr(value, field.name), f"{path}.{field.name}")


def test_rules_have_strings_and_numbers_and_are_equal_to_those_without_enums():
    assert list(enums_in(RULES)) == []
    assert dict(RULES.achievements[0].trigger.event_attributes) == {"device": "phone"}
    assert repr(list(RULES.achievements[0].trigger.event_attributes)) == "['device']"
    assert Ruleset.from_text(RULES.to_text()) == RULES
    assert str(Ruleset.from_text(RULES.to_text())) == str(RULES)


def test_outcomes_states_and_the_log_have_strings():
    engine = Engine(RULES)
    outcomes = [
        engine.record(
            Name.WORDS, user=Name.JO, value=12, at=NOON, attributes={Name.DEVICE: Name.PHONE}, idempotency_key=Name.TEN
        ),
        engine.complete(Name.TOUR, user=Name.JO, at=NOON, idempotency_key=Name.TEN),
        engine.award(Name.XP, Number.TEN, user=Name.JO, at=NOON, reason=Name.GOLD, idempotency_key=Name.TEN),
        engine.identify(Name.JO, name=Name.GOLD, attributes={Name.PHONE: Name.XP}, device_tokens=[Name.TEN], at=NOON),
        engine.prefer(Name.JO, notifications={Name.RECAP: [Name.EMAIL]}, at=NOON),
        engine.identify(Name.JO, time_zone=Name.TOKYO, at=NOON),
        engine.grant_freeze(Name.JO, streak=Name.HABIT, at=NOON),
        engine.pause(Name.JO, "2025-04-03", "2025-04-04", streak=Name.HABIT, at=NOON),
        engine.unpause(Name.JO, 1, streak=Name.HABIT, at=NOON),
        engine.reset_streak(Name.JO, streak=Name.HABIT, at=NOON),
    ]
    effects = [effect for outcome in outcomes for effect in outcome.effects]
    commands = [entry.command for entry in engine.log() if isinstance(entry.command, tuple)]
    assert len(commands) >= len(outcomes)
    for value in (effects, commands, engine.export_user("jo"), list(engine.users())):
        assert list(enums_in(value)) == []
    assert repr(engine.export_user(Name.JO)) == repr(Engine.from_log(engine.log()).export_user("jo"))


def test_names_of_fields_and_zones_are_the_strings():
    engine = Engine(RULES)
    engine.identify(Name.JO, attributes={Name.PHONE: Name.XP}, time_zone=Name.TOKYO, at=NOON)
    engine.prefer(Name.JO, notifications={Name.RECAP: [Name.EMAIL]}, at=NOON)
    player = engine.user("jo", at=NOON)
    assert (dict(player.attributes), player.time_zone) == ({"phone": "xp"}, "Asia/Tokyo")
    assert dict(player.notification_preferences) == {"recap": ("email",)}
    board = Leaderboard(Name.TEN, "metric", "2025-01-01", metric=Name.WORDS, time_zone=Name.TOKYO)
    assert board.runs("00:00")


def test_texts_have_the_strings():
    engine = Engine(RULES)
    engine.record(Name.WORDS, user=Name.JO, at=NOON)
    texts = [
        engine.explain(Name.JO, streak=Name.HABIT, at=NOON).text,
        engine.explain(Name.JO, achievement=Name.TEN, at=NOON).text,
        engine.explain(Name.JO, points=Name.XP, at=NOON).text,
    ]
    assert [text for text in texts if "Name." in text] == []


def test_messages_and_variants_have_the_strings():
    with pytest.raises(UnknownUser, match="unknown user 'gold'"):
        Engine(RULES).user(Name.GOLD)
    found = sweep(RULES, {"streaks.habit.evaluation_mode": [Mode.AND, Mode.OR]}, users=2, days=2)
    assert [row.name for row in found.rows] == ["evaluation_mode = AND", "evaluation_mode = OR"]


def test_rows_and_tables_have_the_strings():
    rows = [{"user_id": Name.JO, "at": "2025-04-02T12:00:00Z", "metric": Name.WORDS, "value": 12}]
    columns = Columns(value="value")
    [row] = replay(RULES, rows, columns=columns).to_arrow().to_pylist()
    assert (row["user_id"], row["metric:words"], row["points:xp"]) == ("jo", 12, 120)
    assert [
        sentence for sentence in compare(RULES, RULES, rows, columns=columns).sentences() if "Name." in sentence
    ] == []
