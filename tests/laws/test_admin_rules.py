"""The shown form of rules is complete: rules that are created from it, or updated to it, are equal."""

import pytest
from admin_client import AdminClient
from api_rules import READ_ONLY, api_rulesets, items_of, nameless, without
from hypothesis import given, settings
from hypothesis import strategies as st

from trophy_engine import Ruleset

many = settings(max_examples=settings.default.max_examples * 5 // 3)  # each is quick

#: Fields that can be set only at creation, by resource.
FOR_GOOD = {
    "attributes": {"key", "type"},
    "metrics": {"key"},
    "points": {"key"},
    "levels": {"key"},
    "boosts": {"userId"},
}


@many
@given(api_rulesets())
def test_rules_created_from_shown_rules_are_equal(ruleset):
    source, made = AdminClient(ruleset), AdminClient()
    for path, item in items_of(source):
        made.create(path, **item)
    made.call("PATCH", "streaks/settings", source.get("streaks/settings"))
    made.call("PATCH", "settings", without(source.get("settings"), {"branding"}))
    assert nameless(made.ruleset) == nameless(ruleset)


@pytest.mark.thorough
@many
@given(api_rulesets())
def test_rules_updated_with_their_shown_values_do_not_change(ruleset):
    admin = AdminClient(ruleset)
    paths = ["attributes", "metrics", "achievements", "leaderboards", "points"]
    systems = admin.get("points")
    paths += [f"points/{system['id']}/{parts}" for system in systems for parts in ("levels", "boosts", "triggers")]
    for path in paths:
        resource = path.rsplit("/", maxsplit=1)[-1]
        fixed = FOR_GOOD.get(resource, set()) | READ_ONLY.get(resource, set())
        before = admin.get(path, limit=100)
        for thing in before:
            assert admin.update(path, thing, **without(thing, fixed | {"id"})) == thing
        assert admin.get(path, limit=100) == before
    admin.call("PATCH", "streaks/settings", admin.get("streaks/settings"))
    admin.call("PATCH", "settings", without(admin.get("settings"), {"branding"}))
    assert nameless(admin.ruleset) == nameless(ruleset)


@pytest.mark.thorough
@many
@given(api_rulesets(), st.data())
def test_after_a_deletion_the_remaining_rules_are_valid_and_keep_their_ids(ruleset, data):
    admin = AdminClient(ruleset)
    systems = [f"points/{one['id']}/{parts}" for one in admin.get("points") for parts in ("boosts", "triggers")]
    paths = ["attributes", "metrics", "achievements", "leaderboards", *systems]
    path = data.draw(st.sampled_from([path for path in paths if admin.get(path)]))
    gone = data.draw(st.sampled_from(admin.get(path, limit=100)))
    before = {system: admin.get(system, limit=100) for system in systems}
    assert admin.delete(path, gone["id"]) == {"deleted": [{"id": gone["id"]}], "issues": []}
    left = admin.get(path, limit=100)
    assert gone not in left
    assert Ruleset.from_text(admin.ruleset.to_text("json"), "json") == admin.ruleset
    for one, parts in before.items():
        kept = admin.get(one, limit=100)
        assert [part for part in parts if part in kept] == kept
