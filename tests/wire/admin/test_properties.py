"""What is shown of rules says all there is to say of them: made of it, or changed to it, they are the same rules."""

from datetime import date, timedelta

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from office import NOON, Office

from trophy_engine import Freezes, Ruleset, Streak, StreakMetric
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.testing import rulesets

TODAY: date = NOON.date()
#: What is shown of a thing and cannot be set, by resource.
READ_ONLY = {"boosts": {"status"}, "points": {"status"}}
#: What can be set once, by resource.
FOR_GOOD = {
    "attributes": {"key", "type"},
    "metrics": {"key"},
    "points": {"key"},
    "levels": {"key"},
    "boosts": {"userId"},
}


def days(low, high):
    return st.integers(low, high).map(lambda number: TODAY + timedelta(number))


@st.composite
def streaks(draw):
    frequency = draw(st.sampled_from(["daily", "weekly", "monthly"]))
    return Streak(
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


@st.composite
def rules_of_the_wire(draw):
    """Draw rulesets of what the wire can say, in the order in which they can be made."""
    ruleset = draw(rulesets(streak=streaks()))
    achievements = sorted(ruleset.achievements, key=lambda one: one.key)
    statuses = st.sampled_from(["active", "inactive", "locked"])
    return attrs.evolve(
        ruleset,
        achievements=[attrs.evolve(one, hidden=False, status=draw(statuses)) for one in achievements],
        points=[
            attrs.evolve(
                system,
                triggers=[
                    attrs.evolve(one, status=draw(st.sampled_from(["active", "inactive"]))) for one in system.triggers
                ],
                boosts=[attrs.evolve(one, user_id=None) for one in system.boosts],  # nobody is there to have one
            )
            for system in ruleset.points
        ],
        leaderboards=[draw(boards(f"b{number}", ruleset.points)) for number in range(draw(st.integers(0, 3)))],
        experimentation=Experimentation(draw(st.integers(0, 100))),
        notifications=Notifications(draw(st.sampled_from(["weekly", "monthly"]))),
    )


def nameless(ruleset: Ruleset) -> Ruleset:
    """Take the keys of triggers and boosts away, for the wire gives its own."""
    return attrs.evolve(
        ruleset,
        points=[
            attrs.evolve(
                system,
                triggers=[attrs.evolve(one, key=None) for one in system.triggers],
                boosts=[attrs.evolve(one, key=None) for one in system.boosts],
            )
            for system in ruleset.points
        ],
    )


def without(thing, names):
    return {name: value for name, value in thing.items() if name not in names}


def shown(office, path):
    resource = path.rsplit("/", maxsplit=1)[-1]
    return [without(one, {"id"} | READ_ONLY.get(resource, set())) for one in office.get(path, limit=100)]


@settings(max_examples=25, deadline=None)
@given(rules_of_the_wire())
def test_rules_made_of_what_is_shown_of_rules_are_the_same_rules(ruleset):
    source, made = Office(ruleset), Office()
    for path in ("attributes", "metrics", "achievements"):
        for item in shown(source, path):
            made.make(path, **item)
    for item, system in zip(shown(source, "points"), source.get("points"), strict=True):
        parts = {name: shown(source, f"points/{system['id']}/{name}") for name in ("levels", "boosts", "triggers")}
        made.make("points", **item, **parts)
    for item in shown(source, "leaderboards"):
        made.make("leaderboards", **item)
    made.call("PATCH", "streaks/settings", source.get("streaks/settings"))
    made.call("PATCH", "settings", without(source.get("settings"), {"branding"}))
    assert nameless(made.ruleset) == nameless(ruleset)


@settings(max_examples=25, deadline=None)
@given(rules_of_the_wire())
def test_rules_changed_to_what_is_shown_of_them_stay_the_same(ruleset):
    office = Office(ruleset)
    paths = ["attributes", "metrics", "achievements", "leaderboards", "points"]
    systems = office.get("points")
    paths += [f"points/{one['id']}/{parts}" for one in systems for parts in ("levels", "boosts", "triggers")]
    for path in paths:
        resource = path.rsplit("/", maxsplit=1)[-1]
        fixed = FOR_GOOD.get(resource, set()) | READ_ONLY.get(resource, set())
        before = office.get(path, limit=100)
        for thing in before:
            assert office.edit(path, thing, **without(thing, fixed | {"id"})) == thing
        assert office.get(path, limit=100) == before
    office.call("PATCH", "streaks/settings", office.get("streaks/settings"))
    office.call("PATCH", "settings", without(office.get("settings"), {"branding"}))
    assert nameless(office.ruleset) == nameless(ruleset)


@settings(max_examples=25, deadline=None)
@given(rules_of_the_wire(), st.data())
def test_whatever_goes_the_rest_keeps_its_ids_and_holds_together(ruleset, data):
    office = Office(ruleset)
    systems = [f"points/{one['id']}/{parts}" for one in office.get("points") for parts in ("boosts", "triggers")]
    path = data.draw(st.sampled_from(["attributes", "metrics", "achievements", "leaderboards", *systems]))
    things = office.get(path, limit=100)
    if not things:
        return
    gone = data.draw(st.sampled_from(things))
    before = {one: office.get(one, limit=100) for one in systems}
    assert office.delete(path, gone["id"]) == {"deleted": [{"id": gone["id"]}], "issues": []}
    left = office.get(path, limit=100)
    assert gone not in left
    assert Ruleset.loads(office.ruleset.dumps("json"), "json") == office.ruleset
    for one, parts in before.items():
        kept = office.get(one, limit=100)
        assert [part for part in parts if part in kept] == kept
