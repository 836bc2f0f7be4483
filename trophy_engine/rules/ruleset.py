"""The ruleset: all declarations of an author, checked as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from typing import Any, Self

import attrs

from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.check import check_parts
from trophy_engine.rules.constraints import InstanceOf, Optional, as_sequence
from trophy_engine.rules.diagnostics import Problem, select_errors
from trophy_engine.rules.files import Format, check_format, emit, format_of, parse, read_text, write_text
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.rules.streak import Streak
from trophy_engine.rules.structure import read_fields, show_value, validate_fields, write_rule

__all__ = ["Ruleset", "check_file"]


@attrs.frozen(slots=False)
class Ruleset:
    """All rules of a game or an app.

    Attributes:
        metrics: the metrics.
        attributes: the declared attributes of users and events.
        streak: the streak; None for none.
        achievements: the achievements.
        points: the points systems.
        leaderboards: the leaderboards.
        experimentation: the experiment with a control group; None for none.
        notifications: the messages and announcements; None for none.

    Raises:
        InvalidRules: the rules contradict themselves; the error lists every contradiction.
    """

    metrics: tuple[Metric, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Metric,), many=True)
    )
    attributes: tuple[Attribute, ...] = attrs.field(
        default=(), converter=as_sequence, validator=InstanceOf((Attribute,), many=True)
    )
    streak: Streak | None = attrs.field(default=None, validator=Optional(InstanceOf((Streak,))))
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

    def __attrs_post_init__(self) -> None:
        """Check the parts against one another."""
        errors = select_errors(
            check_parts(self.metrics, self.attributes, self.streak, self.achievements, self.points, self.leaderboards)
        )
        if errors:
            raise InvalidRules(errors)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Self:
        """Read a rules file, TOML or JSON by its suffix.

        Raises:
            InvalidRules: the rules have errors; the exception names the file and lists all of them.
            TrophyError: the file cannot be read.
        """
        format_ = format_of(path)
        text = read_text(path)
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
        return cls.from_text(emit(dict(values), "json"), format="json")

    @classmethod
    def from_text(cls, text: str, format: Format = "toml") -> Self:  # noqa: A002  # the usual name
        """Parse rules from text.

        Raises:
            InvalidRules: the rules have errors; the exception lists all of them.
            InvalidValue: ``text`` is not a string, or the format is unknown.
        """
        InstanceOf((str,)).check("text", text)
        check_format(format)
        parts, unread, problems = _read_parts(text, format)
        try:
            if not unread and not problems:
                return cls(**parts)
        except InvalidValue:  # from an invalid part; parts that contradict one another raise InvalidRules
            pass
        raise InvalidRules(select_errors(_find_problems(parts, unread, problems)))

    def save(self, path: str | PathLike[str]) -> None:
        """Write a rules file that ``load`` reads back equal, TOML or JSON by its suffix.

        Raises:
            TrophyError: the file cannot be written.
        """
        write_text(path, self.to_text(format_of(path)))

    def to_text(self, format: Format = "toml") -> str:  # noqa: A002  # the usual name
        """Return the rules as text that ``from_text`` reads back equal.

        Raises:
            InvalidValue: the format is unknown.
        """
        check_format(format)
        return emit(write_rule(self), format)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the rules as JSON, in hexadecimal, the same in every process.

        Equal rules with another order of a filter's attributes have another digest.
        """
        return hashlib.sha256(self.to_text("json").encode()).hexdigest()


def check_file(path: str | PathLike[str]) -> list[Problem]:
    """List every problem of a rules file at once, warnings included.

    Raises:
        TrophyError: the file cannot be read.
    """
    return _find_problems(*_read_parts(read_text(path), format_of(path)))


def _read_parts(text: str, format_: Format) -> tuple[dict[str, Any], dict[str, list[Problem]], list[Problem]]:
    """Return the parts of a file, the problems of unreadable parts by name, and the problems of the text itself."""
    problems: list[Problem] = []
    raw = parse(text, format_, problems)
    if not problems and not isinstance(raw, dict):
        problems.append(Problem("error", "", f"the rules must be a table, not {show_value(raw)}"))
    if problems:
        return {}, {}, problems
    parts, unread = read_fields(Ruleset, {name: part for name, part in raw.items() if name != "$schema"}, "")
    return parts, unread, problems


def _find_problems(
    parts: Mapping[str, Any], unread: Mapping[str, list[Problem]], problems: list[Problem]
) -> list[Problem]:
    """List the problems of a file, then the contradictions among the parts that could be read."""
    lists = {name: part if isinstance(part := parts.get(name), tuple) else () for name in _LISTS}
    contradictions = check_parts(streak=parts.get("streak"), **lists)
    return [*problems, *validate_fields(Ruleset, parts, unread, ""), *contradictions]


_PARTS = tuple(field.name for field in attrs.fields(Ruleset))
_LISTS = tuple(field.name for field in attrs.fields(Ruleset) if field.default == ())
