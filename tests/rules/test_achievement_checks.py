"""Keys of tiers, references and numbers of achievements are checked with their paths and a remedy."""

from attrs import evolve

from trophy_engine import Engine, Ruleset
from trophy_engine.rules.draft import check_text

HEAD = """
[[metrics]]
key = "laps"
[[metrics]]
key = "best"
source = "laps"
aggregate = "min"
event_value = { at_least = 10, at_most = 200 }
[[metrics]]
key = "days"
source = "laps"
aggregate = "days"
window = "week"
[[points]]
key = "xp"
maximum = 100
levels = [{ key = "gold", points = 50 }, { key = "top", points = 200 }]
"""
#: The rules above have a level that is out of reach.
TOO_HIGH = "points[0].levels[1].points: 200 is above the maximum"


def problems(*achievements):
    text = HEAD + "".join(f"[[achievements]]\n{achievement}\n" for achievement in achievements)
    found = [evolve(problem, label=problem.path).describe() for problem in check_text(text)]
    return [problem for problem in found if TOO_HIGH not in problem]


def test_a_tier_has_a_name_of_its_own_among_all_achievements():
    tiered = 'key = "a"\ntrigger = { type = "metric", metric = "laps" }\ntiers = [{ key = "b-c", value = 1 }]'
    other = 'key = "a-b"\ntrigger = { type = "metric", metric = "laps" }\ntiers = [{ key = "c", value = 1 }]'
    plain = 'key = "a-b-c"\ntrigger = { type = "api" }'
    assert problems(tiered, other) == [
        "error: achievements[1].tiers[0].key: rules name it 'a-b-c', which already names achievements[0].tiers[0]; "
        "choose another key"
    ]
    assert problems(tiered, plain) == [
        "error: achievements[0].tiers[0].key: rules name it 'a-b-c', which already names achievements[1]; "
        "choose another key"
    ]


def tiered(key, *tiers):
    values = ", ".join(f'{{ key = "{tier}", value = {value} }}' for value, tier in enumerate(tiers, 1))
    return f'key = "{key}"\ntrigger = {{ type = "metric", metric = "laps" }}\ntiers = [{values}]'


def test_a_repeated_key_of_a_tier_is_one_problem():
    earlier = "is the key of an earlier tier; choose another key"
    assert problems(tiered("a", "b", "b")) == [f"error: achievements[0].tiers[1].key: 'b' {earlier}"]
    assert problems(tiered("a", "b", "b", "b")) == [
        f"error: achievements[0].tiers[1].key: 'b' {earlier}",
        "error: achievements[0].tiers[2].key: rules name it 'a-b', which already names achievements[0].tiers[0]; "
        "choose another key",
    ]


def test_a_repeated_key_is_found_beside_a_tier_that_cannot_be_read():
    with_fault = tiered("a", "b", "c", "b").replace("value = 2", 'value = "2"')
    assert problems(with_fault) == [
        "error: achievements[0].tiers[1].value: must be an integer or a decimal number, not '2'; "
        "write it without quotes: 2",
        "error: achievements[0].tiers[2].key: 'b' is the key of an earlier tier; choose another key",
    ]


def test_a_repeated_key_of_an_achievement_with_tiers_is_one_problem():
    assert problems(tiered("a", "b", "c"), tiered("a", "b", "c")) == [
        "error: achievements[1].key: duplicate key 'a', already used by achievements[0]; choose another key"
    ]


def test_at_least_of_a_least_value_is_doubted():
    assert problems('key = "a"\ntrigger = { type = "metric", metric = "best", value = 60 }') == [
        "warning: achievements[0].trigger.value: is reached by a first event alone, because 'best' is the least "
        "value, which only falls; write at_most to complete it when the total falls"
    ]
    assert problems('key = "a"\ntrigger = { type = "metric", metric = "best", at_most = 60 }') == []


def test_a_contradiction_of_numbers_is_one_problem():
    of_best = 'key = "a"\ntrigger = { type = "metric", metric = "best"'
    assert problems(f"{of_best}, value = 60, at_most = 50 }}") == [
        "error: achievements[0].trigger.value: must not be given together with at_most; remove one"
    ]
    assert problems(f'{of_best} }}\ntiers = [{{ key = "x", at_most = 60 }}, {{ key = "y", value = 50 }}]') == [
        "error: achievements[0].tiers[1].value: must be at_most, which the first tier has"
    ]
    [repeated] = problems(f"{of_best}, at_most = 50 }}\nrepeatable = true")
    assert repeated.startswith("error: achievements[0].repeatable: must be false with at_most")
    [tiered] = problems(f'{of_best} }}\ntiers = [{{ key = "x", at_most = 60 }}]\nrepeatable = true')
    assert tiered.startswith("error: achievements[0].repeatable: must be false with tiers")


def test_thresholds_out_of_reach_are_doubted():
    assert problems(
        'key = "a"\ntrigger = { type = "metric", metric = "best", at_most = 9 }',
        'key = "b"\ntrigger = { type = "metric", metric = "best", value = 201 }',
        'key = "c"\ntrigger = { type = "metric", metric = "days" }\n'
        'tiers = [{ key = "x", value = 7 }, { key = "y", value = 8 }]',
        'key = "d"\ntrigger = { type = "points", system = "xp", value = 101 }',
        'key = "e"\ntrigger = { type = "level", system = "xp", level = "top" }',
    ) == [
        "warning: achievements[0].trigger.at_most: is never reached, because 'best' is at least 10; raise it",
        "warning: achievements[1].trigger.value: is never reached, because 'best' is at most 200; lower it",
        "warning: achievements[2].tiers[1].value: is never reached, because 'days' is at most 7; lower it",
        "warning: achievements[3].trigger.value: is never reached, because the maximum of 'xp' is 100; lower it",
        "warning: achievements[4].trigger.level: is never reached, because 'top' is above the maximum; lower it",
    ]


def test_a_level_by_what_is_earned_is_not_out_of_reach_above_the_maximum():
    gold = '[[achievements]]\nkey = "a"\ntrigger = { type = "level", system = "xp", level = "top" }'
    text = HEAD.replace("maximum = 100", 'maximum = 100\nlevels_by = "earned"') + gold
    assert check_text(text) == []
    engine = Engine(Ruleset.from_text(text))
    for points in (100, -100, 100):
        outcome = engine.award("xp", points, user="jo")
    assert [achievement.key for achievement in outcome.achievements] == ["a"]


def test_a_composite_can_do_without_some_prerequisites_that_are_out_of_reach():
    never = 'key = "never"\ntrigger = { type = "points", system = "xp", value = 101 }'
    parts = ['key = "one"\ntrigger = { type = "api" }', 'key = "two"\ntrigger = { type = "api" }']
    some = 'key = "some"\ntrigger = { type = "achievement", achievements = ["one", "two", "never"], at_least = %d }'
    found = problems(never, *parts, some % 2)
    assert found[1] == (
        "warning: achievements[3].trigger.achievements[2]: 'never' can never be completed, "
        "so it never counts for 'some'; remove it"
    )
    found = problems(never, *parts, some % 3)
    assert "so 'some' cannot be completed either; remove it" in found[1]


def test_an_achievement_is_out_of_reach_with_all_of_its_tiers():
    tiers = 'key = "a"\ntrigger = { type = "metric", metric = "days" }\ntiers = [%s]'
    composite = 'key = "all"\ntrigger = { type = "achievement", achievements = ["a"] }'
    reachable = '{ key = "x", value = 7 }, { key = "y", value = 8 }'
    assert not any("all" in problem for problem in problems(tiers % reachable, composite))
    assert any("cannot be completed either" in one for one in problems(tiers % '{ key = "y", value = 8 }', composite))


def test_uses_that_a_metric_does_not_allow_are_errors():
    assert problems(
        'key = "a"\ntrigger = { type = "metric", metric = "laps", at_most = 9 }',
        'key = "b"\ntrigger = { type = "metric", metric = "laps" }\ntiers = [{ key = "x", at_most = 3 }]',
        'key = "c"\nrepeatable = true\ntrigger = { type = "metric", metric = "best", value = 20 }',
    )[:3] == [
        "error: achievements[0].trigger.at_most: 'laps' has the aggregate 'sum', whose total is at most everything "
        "before any event; use a metric with the aggregate 'min' or 'last'",
        "error: achievements[1].tiers[0].at_most: 'laps' has the aggregate 'sum', whose total is at most everything "
        "before any event; use a metric with the aggregate 'min' or 'last'",
        "error: achievements[2].repeatable: 'best' is the least value, which has no multiples; use a metric with "
        "another aggregate, for example 'max'",
    ]


def test_a_greatest_value_never_falls_to_a_number():
    [problem] = check_text(
        'metrics = [{ key = "best", aggregate = "max" }]\n'
        'achievements = [{ key = "a", trigger = { type = "metric", metric = "best", at_most = 9 } }]',
        "toml",
    )
    assert problem.message.startswith("'best' has the aggregate 'max', whose total only rises; use a metric with")


def test_partial_rules_are_checked_as_far_as_they_could_be_read():
    assert problems(
        'key = "a"\ntrigger = { type = "metric", metric = "laps" }\ntiers = [{ key = "x y", value = "3" }, 7]',
        'key = "b"\ntrigger = { type = "achievement", achievements = ["a-x", "a"], at_least = 0 }',
    ) == [
        "error: achievements[0].tiers[0].key: must consist of ASCII letters, digits, '-' and '_', not 'x y'; "
        "write for example 'x-y'",
        "error: achievements[0].tiers[0].value: must be an integer or a decimal number, not '3'; "
        "write it without quotes: 3",
        'error: achievements[0].tiers[1]: must be a table of fields, not 7; write for example { key = "…", value = 7 }',
        "error: achievements[1].trigger.at_least: must be at least 1, not 0",
        "error: achievements[1].trigger.achievements[0]: unknown achievement 'a-x'; known: 'a', 'b'",
    ]


def test_a_level_that_is_only_a_key_is_one_problem():
    text = """
[[points]]
key = "xp"
maximum = 5
levels = ["gold"]
[[achievements]]
key = "golden"
trigger = { type = "level", system = "xp", level = "gold" }
"""
    assert [problem.path for problem in check_text(text)] == ["points[0].levels[0]"]


def test_what_needs_an_inactive_achievement_is_doubted():
    inactive = 'key = "a"\nstatus = "inactive"\ntrigger = { type = "api" }'
    gated = 'key = "b"\ntrigger = { type = "api" }\nwhen = { achievements = ["a"] }'
    composite = 'key = "c"\ntrigger = { type = "achievement", achievements = ["b"] }'
    assert problems(inactive, gated, composite) == [
        "warning: achievements[1].when.achievements[0]: 'a' is inactive, so 'b' cannot be completed either; "
        "activate it",
        "warning: achievements[2].trigger.achievements[0]: 'b' can never be completed, so 'c' cannot be completed "
        "either; remove it",
    ]
    assert problems(inactive.replace('"inactive"', '"locked"'), gated, composite) == []  # some users have it
    assert problems(inactive, gated + '\nstatus = "inactive"') == []
