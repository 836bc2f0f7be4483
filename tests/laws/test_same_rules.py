"""Rules created through the official client behave like the same rules from a file."""

import httpx
import pytest
from admin_client import NOON, AdminClient
from api_rules import api_rulesets, items_of
from hypothesis import given, settings
from trophy import TrophyApi

from trophy_engine import Engine, Outcome, Ruleset
from trophy_engine.calendar.instants import from_micros
from trophy_engine.testing import execute, histories
from trophy_engine.trophy_api import EngineTransport

SNAKES = {
    "evaluationMode": "evaluation_mode",
    "customizationEnabled": "customization_enabled",
    "daysOff": "days_off",
}


def made_through_the_client(ruleset: Ruleset) -> Engine:
    """Create rules item by item, as an administrator does; return the engine behind the client."""
    source, engine = AdminClient(ruleset), Engine(Ruleset(), clock=lambda: NOON)
    with httpx.Client(transport=EngineTransport(engine)) as http:
        admin = TrophyApi(api_key="any", httpx_client=http, max_retries=0).admin
        for resource, item in items_of(source):
            client = admin.points.systems if resource == "points" else getattr(admin, resource)
            assert client.create(request=[item]).issues == []
        streak, whole = source.get("streaks/settings"), source.get("settings")
        admin.streaks.settings.update(**{SNAKES.get(name, name): value for name, value in streak.items()})
        admin.settings.update(experimentation=whole["experimentation"], aggregation_period=whole["aggregationPeriod"])
    return engine


def contents_of(result):
    """Return the contents of an outcome without the names that the API gives to triggers and boosts."""
    if isinstance(result, Exception):
        return str(result)
    if not isinstance(result, Outcome):  # broadcasts start at the instant of the rules
        return len([effect for effect in result if effect.user_id])
    points = {
        key: (one.added, one.total, [award.awarded for award in one.awards]) for key, one in result.points.items()
    }
    return result.total, result.streak, sorted(achievement.name for achievement in result.achievements), points


def seen(player):
    points = {key: (one.total, one.level) for key, one in player.points.items()}
    completed = {achievement.name: achievement.achieved_at for achievement in player.achievements}
    return player.metrics, player.streak, player.freezes, completed, points


@pytest.mark.thorough
@settings(max_examples=settings.default.max_examples * 2 // 3)  # each plays a history through the client
@given(api_rulesets().flatmap(lambda rules: histories(rules, max_size=15)))
def test_rules_created_through_the_client_behave_like_those_of_a_file(history):
    from_file = Engine(Ruleset.from_text(history.ruleset.to_text("toml"), "toml"))
    made = made_through_the_client(history.ruleset)
    for command in history:
        assert contents_of(execute(made, command)) == contents_of(execute(from_file, command))
    end = from_micros(history.commands[-1].at)
    assert list(made.users()) == list(from_file.users())
    for user in from_file.users():
        assert seen(made.user(user, at=end)) == seen(from_file.user(user, at=end))
    for board in (board for board in from_file.ruleset.leaderboards if board.status != "inactive"):
        groups = [{"plan": "pro"}, {"plan": "other"}] if board.breakdown_attributes else [None]
        for group in groups:
            rankings = [
                engine.leaderboard(board.key, at=end, attributes=group).rankings for engine in (made, from_file)
            ]
            assert rankings[0] == rankings[1]
