"""Questions about a user, and the explanations that answer them."""

from __future__ import annotations

from collections.abc import Sequence

from trophy_engine.core import Transition
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue, UnknownKey
from trophy_engine.explain.achievement import AchievementExplanation, explain_achievement
from trophy_engine.explain.points import PointsExplanation, explain_points
from trophy_engine.explain.streak import StreakExplanation, explain_streak
from trophy_engine.identifiers import check_text

Answer = AchievementExplanation | PointsExplanation | StreakExplanation


def check_question(achievement: object, points: object, streak: object) -> None:
    """Check that a question asks for exactly one thing.

    Raises:
        InvalidValue: it asks for none or several, or a key is not text.
    """
    for name, key, kind in (("achievement", achievement, "an achievement"), ("points", points, "a points system")):
        if key is not None and not isinstance(key, str):
            raise InvalidValue((f"must be the key of {kind}, not", GivenValue(key)), name)
        if key is not None:
            check_text(key, name)
    if not isinstance(streak, str | bool):
        raise InvalidValue(
            ("must be the key of a streak, or True for the primary one, not", GivenValue(streak)), "streak"
        )
    is_asked = isinstance(streak, str) or bool(streak)
    if (achievement is not None) + (points is not None) + is_asked != 1:
        raise InvalidValue("explain takes exactly one of achievement=KEY, points=KEY and streak=KEY or True")


def answer_question(
    transitions: Sequence[Transition],
    achievement: str | None,
    points: str | None,
    streak: str | bool,  # noqa: FBT001  # as ``Engine.explain`` has it
) -> Answer:
    """Return the explanation of an achievement, of a balance, or else of a streak, from a user's transitions.

    Raises:
        UnknownKey: the rules after the last transition do not have it.
    """
    plan = transitions[-1].plan
    if achievement is not None:
        known = dict.fromkeys((*plan.tiers, *plan.achievements))
        if achievement not in known:
            raise UnknownKey("achievement", achievement, tuple(known))
        return explain_achievement(transitions, achievement)
    if points is not None:
        systems = tuple(system.key for system in plan.systems)
        if points not in systems:
            raise UnknownKey("points system", points, systems)
        return explain_points(transitions, points)
    return explain_streak(transitions, plan.streak_of(streak if isinstance(streak, str) else None))
