"""The ruleset: all declarations of an author, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from typing import Any, Self

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS, Weekday
from trophy_engine.errors import InvalidRules
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.check import check_ruleset_parts
from trophy_engine.rules.constraints import DAY_START, InstanceOf, OneOf, Optional, as_sequence
from trophy_engine.rules.diagnostics import Problem, exclude_warnings, label_problems
from trophy_engine.rules.formats import Format, check_rules_format, format_rules_as_text
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.rules.streak import Streak
from trophy_engine.rules.structure import as_plain_value, write_rule
from trophy_engine.values import Value

__all__ = ["Ruleset"]


@attrs.frozen(slots=False)
class Ruleset(Value):
    """All rules of a game or an app.

    Attributes:
        metrics: the metrics.
        attributes: the declared attributes of users and events.
        streaks: the streaks; the first one is the primary streak, the default where a streak can be named.
        achievements: the achievements.
        points: the points systems.
        leaderboards: the leaderboards.
        experimentation: the experiment with a control group; None for none.
        notifications: the messages and announcements; None for none.
        day_start: the time of day at which the local date changes, from ``"00:00"`` to ``"11:59"``: for streaks,
            leaderboards, boosts and summaries alike. Times of day elsewhere in rules are those of the clock.
        first_weekday: the first day of a week, for streaks, summaries and recaps.

    Raises:
        InvalidRules: the rules contradict themselves; the error lists every contradiction.
    """

    metrics: tuple[Metric, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Metric,), many=True)
    )
    attributes: tuple[Attribute, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Attribute,), many=True)
    )
    streaks: tuple[Streak, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Streak,), many=True)
    )
    achievements: tuple[Achievement, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Achievement,), many=True)
    )
    points: tuple[PointsSystem, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((PointsSystem,), many=True)
    )

    leaderboards: tuple[Leaderboard, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Leaderboard,), many=True)
    )
    experimentation: Experimentation | None = attrs.field(
        default=None, validator=Optional(InstanceOf((Experimentation,)))
    )
    notifications: Notifications | None = attrs.field(default=None, validator=Optional(InstanceOf((Notifications,))))
    day_start: str = attrs.field(default="00:00", validator=DAY_START)
    first_weekday: Weekday = attrs.field(default="sunday", validator=OneOf(WEEKDAYS))

    def __attrs_post_init__(self) -> None:
        """Make the values of all rules plain, and check the parts against one another."""
        for field in attrs.fields(type(self)):
            object.__setattr__(self, field.name, as_plain_value(getattr(self, field.name)))
        errors = exclude_warnings(self._check())
        if errors:
            raise InvalidRules(label_problems(errors, self))

    def _check(self) -> list[Problem]:
        return check_ruleset_parts(
            self.metrics, self.attributes, self.streaks, self.achievements, self.points, self.leaderboards
        )

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The probable mistakes, which ``trophy-engine check`` prints too.

        >>> from trophy_engine import Achievement, Metric, MetricTrigger
        >>> days = Metric("days", source="words", aggregate="days", window="week")
        >>> often = Achievement("often", MetricTrigger("days", 10))
        >>> for warning in Ruleset(metrics=[Metric("words"), days], achievements=[often]).warnings:
        ...     print(warning)
        warning: achievements[0] 'often'.trigger.value: is never reached, because 'days' is at most 7; lower it
        """
        return tuple(label_problems(self._check(), self))

    @property
    def primary_streak(self) -> Streak | None:
        """The streak that is declared first; None without one."""
        return self.streaks[0] if self.streaks else None

    @property
    def recorded_metrics(self) -> tuple[Metric, ...]:
        """The metrics that events are recorded for; all others are derived from them."""
        return tuple(metric for metric in self.metrics if metric.source is None)

    @cached_property
    def achievement_parts(self) -> tuple[Achievement, ...]:
        """Every achievement or, in place of one with tiers, each tier as an achievement of its own."""
        return tuple(part for achievement in self.achievements for part in achievement.parts)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a rules file, TOML or JSON by its suffix.

        Raises:
            InvalidRules: the rules have errors; the exception names the file and lists all of them.
            TrophyError: the file cannot be read.
        """
        from trophy_engine.rules.files import read_rules_file, rules_file_format  # noqa: PLC0415  # rules in Python are in no file

        format_ = rules_file_format(path)
        text = read_rules_file(path)
        try:
            return cls.from_text(text, format=format_)
        except InvalidRules as error:
            raise InvalidRules(error.problems, str(path)) from None

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Read rules from plain values, as they are in a rules file.

        Raises:
            InvalidRules: the rules have errors; the exception lists all of them.
            InvalidValue: a value is of a kind that a rules file cannot have.

        >>> Ruleset.from_mapping({"metrics": [{"key": "words"}]}).metrics[0].name
        'words'
        """
        InstanceOf((Mapping,)).check("values", values)
        return cls.from_text(format_rules_as_text(dict(values), "json"), format="json")

    @classmethod
    def from_text(cls, text: str, format: Format = "toml") -> Self:  # noqa: A002  # the usual name
        """Parse rules from text.

        Raises:
            InvalidRules: the rules have errors; the exception lists all of them.
            InvalidValue: ``text`` is not a string, or the format is unknown.
        """
        from trophy_engine.rules.draft import read_draft  # noqa: PLC0415  # rules in Python are not read

        InstanceOf((str,)).check("text", text)
        check_rules_format(format)
        draft = read_draft(text, format)
        if not draft.problems:
            return cls(**draft.parts)
        raise InvalidRules(exclude_warnings(draft.find_problems()))

    def save(self, path: str | PathLike[str]) -> None:
        """Write a rules file that ``load`` reads back equal, TOML or JSON by its suffix.

        Raises:
            TrophyError: the file cannot be written.
        """
        from trophy_engine.rules.files import rules_file_format, write_rules_file  # noqa: PLC0415  # a game writes none

        write_rules_file(path, self.to_text(rules_file_format(path)))

    def to_text(self, format: Format = "toml") -> str:  # noqa: A002  # the usual name
        """Return the rules as text that ``from_text`` reads back equal.

        Raises:
            InvalidValue: the format is unknown.
        """
        check_rules_format(format)
        return format_rules_as_text(write_rule(self), format)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the rules as JSON, in hexadecimal, the same in every process.

        Equal rules with another order of a filter's attributes have another digest.
        """
        import hashlib  # noqa: PLC0415  # a history in memory has no use for it

        return hashlib.sha256(self.to_text("json").encode()).hexdigest()
