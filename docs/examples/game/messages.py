"""Messages to the player, made from the effects of the engine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trophy_engine import (
    AchievementCompleted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    LevelChanged,
    PointsAwarded,
    Ruleset,
    StreakExtended,
    StreakLost,
    StreakStarted,
    TimePointsTrigger,
)

Tone = Literal["award", "streak", "freeze", "energy", "loss", "refusal"]


@dataclass(frozen=True)
class Message:
    """A title, a line of detail, and the tone that chooses the color."""

    title: str
    detail: str
    tone: Tone


def describe_effects(effects: Iterable[Effect], rules: Ruleset) -> Iterator[Message]:
    """Yield the messages about effects, in order; all energy that time has returned is one message, the last."""
    achievements = {achievement.key: achievement for achievement in rules.achievements}
    levels = {level.key: level.name for system in rules.points for level in system.levels}
    rested = 0
    for effect in effects:
        match effect:
            case AchievementCompleted():
                achievement = achievements[effect.achievement]
                yield Message(f"Unlocked: {achievement.name}", achievement.description or "", "award")
            case LevelChanged(level=str() as level):
                yield Message(f"Level up: {levels[level]}", f"{effect.total} experience", "award")
            case PointsAwarded(system="energy", trigger=TimePointsTrigger()):
                rested += effect.awarded
            case _:
                yield from _describe_streak(effect)
    if rested:
        yield Message(f"Energy +{rested}", "You have rested.", "energy")


def _describe_streak(effect: Effect) -> Iterator[Message]:
    """Yield the message about an effect on the streak; other effects have none, because the screen shows them."""
    match effect:
        case StreakStarted():
            yield Message("A streak begins", "Dig tomorrow to keep it.", "streak")
        case StreakExtended():
            yield Message(f"{count_days(effect.length)} in a row", "Dig tomorrow to keep them.", "streak")
        case FreezeConsumed():
            detail = f"You missed {_name_day(effect.period_start)}. Freezes left: {effect.freezes}"
            yield Message("A freeze saved your streak", detail, "freeze")
        case FreezeEarned():
            yield Message("Freeze earned", f"Freezes: {effect.freezes}", "freeze")
        case StreakLost():
            detail = f"You missed {_name_day(effect.period_start)}."
            yield Message(f"Your streak of {count_days(effect.length)} is over", detail, "loss")
        case _:
            pass


def count_days(days: int) -> str:
    """Return a number of days in words, for example ``"1 day"``."""
    return "1 day" if days == 1 else f"{days} days"


def _name_day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"
