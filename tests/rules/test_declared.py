"""Declared keys: what rules refer to is looked up, and what is not there is named with a remedy."""

import pytest

from trophy_engine.rules.declared import DeclaredKeys, Suggestions
from trophy_engine.rules.draft import check_text

RULES = """
metrics = [{ key = "words" }]
attributes = [{ key = "plan" }, { key = "device", type = "event" }]
streaks = [{ key = "idle" }]
[[achievements]]
key = "ten"
trigger = { type = "metric", metric = "words", value = 10, event_attributes = { %s = "x" } }
when = { user_attributes = { %s = "x" } }
[[achievements]]
key = "week"
trigger = { type = "streak", length = 7, streak = "idle" }
"""


def problems(event="device", user="plan"):
    return [problem.describe() for problem in check_text(RULES % (event, user)) if "achievements" in problem.path]


def test_a_streak_that_never_starts_is_named():
    [found] = problems()
    fact = "never has an effect, because streak 'idle' is one without metrics; add one"
    assert found == f"warning: achievements[1] 'week'.trigger: {fact}"


@pytest.mark.parametrize(
    ("event", "user", "message"),
    [
        ("plan", "plan", "unknown event attribute 'plan', which is a user attribute; known: 'device'"),
        ("device", "device", "unknown user attribute 'device', which is an event attribute; known: 'plan'"),
        ("devise", "plan", "unknown event attribute 'devise'; did you mean 'device'?"),
    ],
)
def test_an_attribute_of_the_other_type_is_named_as_such(event, user, message):
    assert any(found.endswith(message) for found in problems(event, user))


def test_keys_are_looked_up_once_and_in_order():
    declared = DeclaredKeys(["b", "a", "b", "not valid"], Suggestions())
    assert declared.keys == ("b", "a")
    assert list(declared.check_known("metric", None, "path")) == []
    assert list(declared.check_known("metric", "not valid", "path")) == []
    [problem] = declared.check_known("metric", "zzz", "path")
    assert problem.message == "unknown metric 'zzz'; known: 'b', 'a'"


def test_suggestions_end_after_many_comparisons():
    suggestions = Suggestions()
    declared = DeclaredKeys([f"metric-{number}" for number in range(5_000)], suggestions)
    found = [suggestions.nearest_declared_key(f"metrik-{number}", declared) for number in range(500)]
    assert found[0] == "metric-0"
    assert found[-1] is None
    assert suggestions.nearest_declared_key("metrik-0", declared) == "metric-0"  # what was found is kept
