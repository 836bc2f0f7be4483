"""Columns: which columns of a log have the users, instants, metrics and values of its events."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, get_args

import attrs
from attrs.validators import optional

from trophy_engine.analysis.event_logs.epochs import EpochUnit
from trophy_engine.analysis.event_logs.time_formats import check_time_format
from trophy_engine.calendar.zones import zone
from trophy_engine.error_messages import FieldName, GivenValue, list_keys_in_message, nearest_known_key
from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import check_key, check_text
from trophy_engine.numbers import parse_exact_number
from trophy_engine.rules.constraints import FILTER, TEXT, OneOf, Optional
from trophy_engine.rules.filters import Filter, as_filter
from trophy_engine.values import Value

__all__ = ["Columns"]

#: The options of the command line that name the columns, by the attribute that has them.
_OPTIONS: Final = {
    "user": "--user-column or --single-user",
    "at": "--at-column",
    "metric": "--metric-column or --metric",
    "value": "--value-column",
    "time_zone": "--tz-column or --tz",
    "key": "--key-column",
    "attributes": "--attribute",
    "values": "--values",
    "where": "--where",
}
_MAX_LISTED: Final = 30
_NUMBERED: Final = re.compile(r"(.*)#([1-9][0-9]{0,3})", re.DOTALL)
_SINGLE_METRIC: Final = ("metric", "value")


def _as_column_filter(where: Any) -> Any:
    """Return a mapping of columns to a text or several as one to tuples, and any other value unchanged."""
    if not isinstance(where, Mapping):
        return where
    conditions: dict[str, Any] = {
        column: (texts,) if isinstance(texts, str) else _column_texts_as_tuple(texts) for column, texts in where.items()
    }
    return Filter(conditions)


def _column_texts_as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) else value


def _check_column_filter(_: object, attribute: Any, where: Any) -> None:
    if not isinstance(where, Filter):
        raise InvalidValue(("must map columns to texts, not", GivenValue(where)), attribute.name)
    for column, texts in where.items():
        TEXT.check(FieldName(attribute.name, before="each column of "), column)
        if not isinstance(texts, tuple) or not texts:
            raise InvalidValue(("must map columns to texts, not", GivenValue(where)), attribute.name)
        for text in texts:
            check_text(text, FieldName(attribute.name, before="each text of "))


def _check_metric_column_map(_: object, attribute: Any, metrics: Any) -> None:
    if not isinstance(metrics, Mapping):
        raise InvalidValue(("must map names of events to metrics, not", GivenValue(metrics)), attribute.name)
    for name, key in metrics.items():
        TEXT.check(FieldName(attribute.name, before="each name of "), name)
        check_key(key, FieldName(attribute.name, before="each metric of "))


def _check_value_column_map(_: object, attribute: Any, values: Any) -> None:
    if not isinstance(values, Mapping):
        raise InvalidValue(("must map texts to numbers, not", GivenValue(values)), attribute.name)
    for text, number in values.items():
        TEXT.check(FieldName(attribute.name, before="each text of "), text)
        field = FieldName(attribute.name, before="each number of ")
        parse_exact_number(check_text(number, field), field)


def _check_value_column_default(_: object, attribute: Any, default: Any) -> None:
    if default is not None:
        parse_exact_number(check_text(default, attribute.name), attribute.name)


@attrs.frozen
class Columns(Value):
    """The columns of a log; ``=TEXT`` is the constant TEXT for all rows instead of a column.

    A column of nested JSON is named by its path, for example ``properties.distinct_id``. The second of two columns with
    one name is ``NAME#2``.

    Attributes:
        user: the user id.
        at: the instant: ISO 8601, or a number since an epoch. Text without an offset is a local time in the row's time
            zone, a date its start.
        metric: the key of the metric, or the name of the event if there is a ``metric_map``.
        value: the value, an exact number.
        time_zone: an IANA name or ``±HH:MM``; None if the log has no time zones, and therefore no local times.
        attributes: the columns of event attributes, by key.
        at_unit: the unit of instants that are numbers: ``"s"``, ``"ms"``, ``"us"`` or ``"ns"`` since 1970, or
            ``"excel"``, days of local time as spreadsheets count them. None to find it from the values.
        at_format: the format of instants that are other texts, as of ``datetime.strptime``.
        metric_map: the metrics by the names of events; events with other names are left out. None if the column has
            metrics.
        values: columns of values by metric, in place of ``metric`` and ``value``: a row is an event of each metric
            whose column is not empty.
        value_map: numbers by the texts of values; values with other texts are left out. None if the column has numbers.
        default_value: the value where the column is empty; None if an empty one makes a bad row.
        decimal: the decimal separator of values, ``"."`` or ``","``.
        key: the column of the idempotency key, which is unique for a user and a metric. Of several events with one
            key the first counts.
        where: the text, or the texts, by column, of the rows to read; other rows are left out.

    >>> Columns(user="who", metric="event", metric_map={"lesson_completed": "lessons"}, where={"plan": "free"}).where
    {'plan': ('free',)}
    """

    user: str = attrs.field(default="user_id", validator=TEXT)
    at: str = attrs.field(default="at", validator=TEXT)
    metric: str = attrs.field(default="metric", validator=TEXT)
    value: str = attrs.field(default="=1", validator=TEXT)
    time_zone: str | None = attrs.field(default=None, validator=Optional(TEXT))
    attributes: Mapping[str, str] = attrs.field(factory=dict, converter=as_filter, validator=FILTER)
    at_unit: EpochUnit | None = attrs.field(default=None, kw_only=True, validator=Optional(OneOf(get_args(EpochUnit))))
    at_format: str | None = attrs.field(default=None, kw_only=True, validator=Optional(TEXT))
    metric_map: Mapping[str, str] | None = attrs.field(
        default=None, kw_only=True, converter=as_filter, validator=optional(_check_metric_column_map)
    )
    values: Mapping[str, str] = attrs.field(factory=dict, kw_only=True, converter=as_filter, validator=FILTER)
    value_map: Mapping[str, str] | None = attrs.field(
        default=None, kw_only=True, converter=as_filter, validator=optional(_check_value_column_map)
    )
    default_value: str | None = attrs.field(default=None, kw_only=True, validator=_check_value_column_default)
    decimal: str = attrs.field(default=".", kw_only=True, validator=OneOf((".", ",")))
    key: str | None = attrs.field(default=None, kw_only=True, validator=Optional(TEXT))
    where: Mapping[str, str | Sequence[str]] = attrs.field(
        factory=dict, kw_only=True, converter=_as_column_filter, validator=_check_column_filter
    )

    def __attrs_post_init__(self) -> None:
        """Check a constant time zone once instead of in each row, and attributes against one another.

        Raises:
            InvalidValue: the constant is not a time zone, or two attributes contradict each other.
        """
        if self.time_zone is not None and self.time_zone.startswith("="):
            zone(self.time_zone[1:])
        if self.at_format is not None:
            check_time_format(self.at_format)
            if self.at_unit is not None:
                parts = FieldName("at_unit"), "is for numbers and", FieldName("at_format"), "for texts; set one of them"
                raise InvalidValue(parts)
        for field in _SINGLE_METRIC:
            if self.values and getattr(self, field) != getattr(attrs.fields(Columns), field).default:
                raise InvalidValue(f"values has the metrics of all columns; remove {field}")
        if self.values and self.metric_map is not None:
            raise InvalidValue("values has the metrics of all columns; remove metric_map")

    def constant_metrics(self) -> Iterator[str]:
        """Yield the keys of metrics that are named here, not by the rows of the log."""
        if self.values:
            yield from self.values
        elif self.metric_map is not None:
            yield from self.metric_map.values()
        elif self.metric.startswith("="):
            yield self.metric[1:]

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the columns that a log must have, each with what names it: an option, or an argument in Python."""
        single = [] if self.values else [("metric", self.metric), ("value", self.value)]
        fields = [
            ("user", self.user),
            ("at", self.at),
            *single,
            ("time_zone", self.time_zone),
            *(("attributes", column) for column in self.attributes.values()),
            *(("values", column) for column in self.values.values()),
            ("key", self.key),
            *(("where", column) for column in self.where),
        ]
        for field, column in fields:
            if column is not None and not column.startswith("="):
                yield column, f"{_OPTIONS[field]}, in Python with Columns({field}=…)"

    def required_columns(self) -> tuple[str, ...]:
        """Return the columns that a log must have."""
        return tuple(dict.fromkeys(column for column, _ in self.named()))

    def check(self, path: str, names: Sequence[str]) -> None:
        """Check that a log has all required columns, each once.

        Raises:
            InvalidValue: a column is missing, or there are several with its name.
        """
        self.places(path, names)

    def note_unused(
        self, path: str, names: Collection[str], proposals: Mapping[str, str], on_note: Callable[[str], object] | None
    ) -> None:
        """Call ``on_note`` for each column of a log that nothing uses, although an option, by column, would."""
        if on_note is not None:
            for column, option in proposals.items():
                if column in names and column not in self.required_columns():
                    on_note(f"{path}: the column {column!r} is not used; add {option} {column}")

    def places(self, path: str, names: Sequence[str], *, numbered: bool = False) -> dict[str, int]:
        """Return the place of each required column among the names of a header, from 0.

        Args:
            path: the log, for messages.
            names: the names of the header, which can repeat.
            numbered: whether ``NAME#2`` is the second column with a name.

        Raises:
            InvalidValue: a column is missing, or there are several with its name.
        """
        return {
            column: _find_column_position(path, names, column, option, numbered=numbered)
            for column, option in self.named()
        }


def _find_column_position(path: str, names: Sequence[str], column: str, option: str, *, numbered: bool) -> int:
    count = names.count(column)
    if count == 1:
        return names.index(column)
    if count:
        remedy = (
            f"name one of them, {column}#1 to {column}#{count}, with {option}" if numbered else "rename all but one"
        )
        raise InvalidValue(f"{path} has {count} columns {column!r}; {remedy}")
    base = _NUMBERED.fullmatch(column) if numbered else None
    if base and names.count(base[1]) >= int(base[2]):
        return [place for place, name in enumerate(names) if name == base[1]][int(base[2]) - 1]
    suggestion = nearest_known_key(column, list(names))
    hint = f"; did you mean {suggestion!r}?" if suggestion else ";"
    known = list_keys_in_message(names, _MAX_LISTED)
    title = "; the first row must be the header" if numbered and sum(map(bool, names)) == 1 else ""
    raise InvalidValue(f"{path} has no column {column!r}{hint} it has {known}; set the column with {option}{title}")


def remove_column_number(name: str) -> str:
    """Return the name of a column in the header.

    >>> remove_column_number("Distance#2"), remove_column_number("# of steps")
    ('Distance', '# of steps')
    """
    numbered = _NUMBERED.fullmatch(name)
    return numbered[1] if numbered else name


def number_column_names(names: Sequence[str]) -> list[str]:
    """Return the names of a header, with ``#2`` and so on after a repeated one, and after none.

    >>> number_column_names(["", "Date", "Distance", "Distance"])
    ['#1', 'Date', 'Distance#1', 'Distance#2']
    """
    return [
        name if name and names.count(name) == 1 else f"{name}#{names[: place + 1].count(name)}"
        for place, name in enumerate(names)
    ]
