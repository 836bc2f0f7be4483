"""The streaks of one or several rulesets, as tables, figures and sentences show them.

The primary streaks of rulesets are compared with each other, whatever their keys are, since rules can change it from
daily to weekly. Every other streak is compared by its key, among the rulesets that have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import attrs

from trophy_engine.rules.interval import period_noun
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak
from trophy_engine.values import Value

#: The length of a key that a file of a figure can be named after.
_LONGEST_NAME: Final = 100
_PRIMARY = "primary"
_Item = TypeVar("_Item")


@attrs.frozen
class ShownStreak(Value):
    """A streak of one or several rulesets.

    Attributes:
        number: its number among the streaks that are shown, from 1, which is that of the primary one.
        key: the key; None for the primary streak of each ruleset.
        name: the name in titles and sentences; empty if there is no other streak.
        rules: the streak under each ruleset; None under one that does not have it.
    """

    number: int
    key: str | None
    name: str
    rules: tuple[Streak | None, ...]

    @property
    def noun(self) -> str:
        """The noun in sentences: ``streak``, or ``gym streak`` if there are others."""
        return f"{self.name} streak" if self.name else "streak"

    @property
    def unit(self) -> str:
        """The unit of its lengths: for example day, or period where the rulesets have different ones."""
        units = {period_noun(streak.frequency) for streak in self.rules if streak is not None}
        return units.pop() if len(units) == 1 else "period"

    @property
    def has_freezes(self) -> bool:
        """True if it has freezes under any of the rulesets."""
        return any(streak is not None and streak.freezes is not None for streak in self.rules)

    def under(self, number: int, by_key: Mapping[str, _Item]) -> _Item | None:
        """Return what belongs to the streak under one of the rulesets, by its number; None if it does not have it."""
        rule = self.rules[number]
        return None if rule is None else by_key[rule.key]

    def title(self, text: str) -> str:
        """Return a title, followed by the name of the streak if there are others."""
        return f"{text}: {self.name}" if self.name else text

    def column(self, name: str) -> str:
        """Return the name of a column or measure of the streak; that of the primary streak has no key."""
        return name if self.key is None else f"{name}:{self.key}"

    def figure_key(self, kind: str) -> str:
        """Return the key of a kind of figure of the streak, which is the name of a file.

        That of the primary streak has no key of a streak. A key that no file can be named after, because it is long or
        could differ from another in case alone, is replaced by the number of the streak.
        """
        if self.key is None:
            return kind
        is_name = len(self.key) <= _LONGEST_NAME and self.key == self.key.lower()
        return f"{kind}-{self.key}" if is_name else f"{kind}.{self.number}"


def other_streaks(*rulesets: Ruleset) -> tuple[str, ...]:
    """Return the keys of the streaks that are not the primary one of their rules, starting with the first rules."""
    return tuple(dict.fromkeys(streak.key for ruleset in rulesets for streak in ruleset.streaks[1:]))


def shown_streaks(*rulesets: Ruleset) -> tuple[ShownStreak, ...]:
    """Return the streaks of rulesets, the primary ones first; none if no ruleset has a streak."""
    primary = tuple(ruleset.primary_streak for ruleset in rulesets)
    keys = tuple(dict.fromkeys(streak.key for streak in primary if streak is not None))
    if not keys:
        return ()
    others = other_streaks(*rulesets)
    name = _PRIMARY if len(keys) > 1 and _PRIMARY not in others else " or ".join(keys)
    return (
        ShownStreak(1, None, name if others else "", primary),
        *(
            ShownStreak(number, key, key, tuple(_find_shown_streak(ruleset, key) for ruleset in rulesets))
            for number, key in enumerate(others, 2)
        ),
    )


def _find_shown_streak(ruleset: Ruleset, key: str) -> Streak | None:
    return next((streak for streak in ruleset.streaks if streak.key == key), None)
