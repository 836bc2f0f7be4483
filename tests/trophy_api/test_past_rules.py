"""The history of the rules answers as reading all versions again would."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import Engine, Metric, Ruleset
from trophy_engine.testing import rulesets
from trophy_engine.trophy_api.past_rules import PastRules

EVER = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2025, 6, 1, tzinfo=UTC)


@attrs.frozen
class AllVersions:
    """The rules in force up to an instant, oldest first, read again for each answer."""

    versions: tuple

    def dates(self, system, trigger_key):
        created, updated, last = None, EVER, None
        for at, ruleset in self.versions:
            trigger = self._triggers(ruleset, system).get(trigger_key)
            if trigger is not None and trigger != last:
                created, updated = created or at, at
            last = trigger
        return created or EVER, updated

    @staticmethod
    def _triggers(ruleset, key):
        systems = [system for system in ruleset.points if system.key == key]
        return {
            name: trigger
            for system in systems
            for name, trigger in zip(system.trigger_keys, system.triggers, strict=True)
        }

    def metric_name(self, key):
        names = (metric.name for _, rules in reversed(self.versions) for metric in rules.metrics if metric.key == key)
        return next(names, key)

    def achievement_name(self, key):
        names = (rule.name for _, rules in reversed(self.versions) for rule in rules.achievements if rule.key == key)
        return next(names, key)

    def boost_key(self, system, boost):
        for _, ruleset in reversed(self.versions):
            for points in ruleset.points:
                if points.key == system and boost in points.boosts:
                    return points.boost_keys[points.boosts.index(boost)]
        return boost.key or boost.name


def answers(history, all_rules):
    """Return all that a history can tell of any of the rules."""
    systems = [system for rules in all_rules for system in rules.points]
    return (
        [history.dates(system.key, key) for system in systems for key in system.trigger_keys],
        [history.boost_key(system.key, boost) for system in systems for boost in system.boosts],
        [history.metric_name(metric.key) for rules in all_rules for metric in rules.metrics],
        [history.achievement_name(rule.key) for rules in all_rules for rule in rules.achievements],
        history.dates("none", "none"),
        (history.metric_name("none"), history.achievement_name("none")),
    )


@pytest.mark.thorough
@given(st.lists(st.tuples(rulesets(), st.sampled_from([0, 1, 30])), min_size=1, max_size=5), st.data())
def test_facts_are_those_of_reading_all_versions(changes, data):
    now = [START]
    engine = Engine(Ruleset(metrics=[Metric("words", name="Words")]), clock=lambda: now[0])
    for ruleset, days in changes:
        now[0] += timedelta(days=days)
        if data.draw(st.booleans()):
            PastRules.of(engine)  # what was collected so far is kept
        engine.update(ruleset)
    versions = tuple((version.at or EVER, version.ruleset) for version in engine.rules_history())
    rules = [ruleset for _, ruleset in versions]
    history = PastRules.of(engine)
    assert answers(history, rules) == answers(AllVersions(versions), rules)
    for days in (0, 1, 31):
        at = START + timedelta(days=days)
        until = AllVersions(tuple(version for version in versions if version[0] <= at))
        assert answers(history.until(at), rules) == answers(until, rules)


def test_a_version_is_read_once(monkeypatch):
    engine = Engine(Ruleset(metrics=[Metric("words", name="Words")]))
    assert PastRules.of(engine).metric_name("words") == "Words"
    asked = []
    read = engine.rules_history
    monkeypatch.setattr(engine, "rules_history", lambda **options: asked.append(options) or read(**options))
    engine.update(Ruleset(metrics=[Metric("words", name="New words")]))
    assert PastRules.of(engine).metric_name("words") == "New words"
    assert PastRules.of(engine).metric_name("words") == "New words"
    assert asked == [{"skip": 1}, {"skip": 2}]
