"""Rulesets that the API can express, and their form in the admin API."""

from datetime import date, timedelta
from math import ceil

import attrs
from admin_client import NOON
from hypothesis import strategies as st

from trophy_engine import (
    ApiTrigger,
    BalanceTrigger,
    CompositeTrigger,
    Freezes,
    LevelTrigger,
    MetricPointsTrigger,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
)
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.references import rename_references
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.testing import rulesets
from trophy_engine.testing.metrics import PLAIN_METRICS

__all__ = ["READ_ONLY", "api_rulesets", "items_of", "nameless", "shown", "without"]

TODAY: date = NOON.date()
#: Shown fields that cannot be set, by resource.
READ_ONLY = {"boosts": {"status"}, "points": {"status"}}


def days(low, high):
    return st.integers(low, high).map(lambda number: TODAY + timedelta(number))


@st.composite
def streaks(draw):
    frequency = draw(st.sampled_from(["daily", "weekly", "monthly"]))
    return Streak(
        "streak",
        frequency,
        [StreakMetric("words", draw(st.integers(1, 5)))],
        evaluation_mode=draw(st.sampled_from(["AND", "OR"])),
        freezes=draw(st.sampled_from([None, Freezes(1, 3), Freezes(0, 2, 7, 1)])),
        days_off=draw(st.lists(st.sampled_from(WEEKDAYS), unique=True, max_size=3)) if frequency == "daily" else [],
        customization_enabled=draw(st.booleans()),
    )


@st.composite
def boards(draw, key, systems):
    kinds = [{"rank_by": "metric", "metric": "words"}, {"rank_by": "streak"}]
    kinds += [{"rank_by": "points", "points": system.key} for system in systems]
    kind = draw(st.sampled_from(kinds))
    repeats = kind["rank_by"] != "streak" and draw(st.booleans())
    return Leaderboard(
        key,
        **kind,
        start=draw(days(-30, 30)),
        end=draw(st.none() | days(60, 90)),
        start_time=draw(st.sampled_from([None, "09:00"])),
        end_time=draw(st.sampled_from([None, "17:30:15"])),
        run_unit="month" if repeats else None,
        run_interval=2 if repeats else None,
        max_participants=draw(st.sampled_from([1000, 3])),
        breakdown_attributes=draw(st.sampled_from([[], ["plan"]])),
        user_attributes=draw(st.sampled_from([{}, {"plan": "pro"}])),
        description=draw(st.sampled_from([None, "Who is first?"])),
        status=draw(st.sampled_from(["active", "inactive"])),
    )


def in_the_api(achievement, names):
    """Return an achievement without what the API cannot say: tiers, repeats, metadata, some triggers; renamed."""
    trigger = achievement.parts[0].trigger
    match trigger:
        case StreakTrigger():
            trigger = attrs.evolve(trigger, streak=None)
        case MetricTrigger():
            trigger = attrs.evolve(trigger, value=ceil(trigger.value or 1), at_most=None)
        case CompositeTrigger(keys):
            trigger = CompositeTrigger(tuple(dict.fromkeys(names.get(key, key) for key in keys)))
        case BalanceTrigger() | LevelTrigger():
            trigger = ApiTrigger()
    return attrs.evolve(achievement, trigger=trigger, tiers=(), repeatable=False, metadata={})


def names_without_tiers(achievements):
    """Return the key of the achievement for the name of each of its tiers."""
    return {part.key: achievement.key for achievement in achievements for part in achievement.parts}


def plain_streak(streak):
    """Return a streak without what the API cannot say: metadata, and rewards of freezes."""
    freezes = streak.freezes
    return attrs.evolve(streak, metadata={}, freezes=freezes and attrs.evolve(freezes, rewards=()))


@st.composite
def api_rulesets(draw):
    """Draw rulesets that the API can express, in an order in which they can be created."""
    ruleset = draw(rulesets(streaks=st.tuples(streaks()), metrics=st.just(PLAIN_METRICS), gates=False))
    names = names_without_tiers(ruleset.achievements)
    achievements = sorted((in_the_api(one, names) for one in ruleset.achievements), key=lambda one: one.key)
    statuses = st.sampled_from(["active", "inactive", "locked"])
    unnamed = dict.fromkeys(streak.key for streak in ruleset.streaks)
    return attrs.evolve(
        ruleset,
        first_weekday="sunday",
        day_start="00:00",
        streaks=[plain_streak(streak) for streak in ruleset.streaks],
        achievements=[attrs.evolve(achievement, hidden=False, status=draw(statuses)) for achievement in achievements],
        points=[
            attrs.evolve(
                system,
                levels_by="balance",
                metadata={},
                levels=[attrs.evolve(level, metadata={}) for level in system.levels],
                triggers=[
                    attrs.evolve(
                        rename_references(rename_references(trigger, "achievement", names), "streak", unnamed),
                        status=draw(st.sampled_from(["active", "inactive"])),
                        limit=None,
                        **whole(trigger),
                    )
                    for trigger in system.triggers
                ],
                boosts=[attrs.evolve(boost, user_id=None) for boost in system.boosts],  # there are no users
            )
            for system in ruleset.points
        ],
        leaderboards=[draw(boards(f"b{number}", ruleset.points)) for number in range(draw(st.integers(0, 3)))],
        experimentation=Experimentation(draw(st.integers(0, 100))),
        notifications=Notifications(draw(st.sampled_from(["weekly", "monthly"]))),
    )


def whole(trigger):
    """Return the threshold of a trigger as the API has it: a whole number."""
    return {"threshold": ceil(trigger.threshold)} if isinstance(trigger, MetricPointsTrigger) else {}


def nameless(ruleset: Ruleset) -> Ruleset:
    """Remove the keys of triggers and boosts, because the API generates keys."""
    return attrs.evolve(
        ruleset,
        points=[
            attrs.evolve(
                system,
                triggers=[attrs.evolve(trigger, key=None) for trigger in system.triggers],
                boosts=[attrs.evolve(boost, key=None) for boost in system.boosts],
            )
            for system in ruleset.points
        ],
    )


def without(thing, names):
    return {name: value for name, value in thing.items() if name not in names}


def shown(admin, path):
    resource = path.rsplit("/", maxsplit=1)[-1]
    return [without(one, {"id"} | READ_ONLY.get(resource, set())) for one in admin.get(path, limit=100)]


def items_of(source):
    """Yield the requests that create the rules that a client shows: path and item, in an order that works."""
    for path in ("attributes", "metrics", "achievements"):
        for item in shown(source, path):
            yield path, item
    for item, system in zip(shown(source, "points"), source.get("points"), strict=True):
        parts = {name: shown(source, f"points/{system['id']}/{name}") for name in ("levels", "boosts", "triggers")}
        yield "points", {**item, **parts}
    for item in shown(source, "leaderboards"):
        yield "leaderboards", item
