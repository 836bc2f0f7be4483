"""Roles of columns: which column of a log is taken for which of its ``Columns``, by kind, name and cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from trophy_engine.analysis.event_logs.columns import Columns, remove_column_number
from trophy_engine.analysis.event_logs.inspection.column_kinds import ColumnKind, cell_as_number
from trophy_engine.values import Value

#: Names of columns, the likeliest first; letters are small, and words joined by underscores.
_USERS: Final = (
    "user_id", "userid", "user", "uid", "distinct_id", "customer_id", "customer", "account_id", "member_id", "member",
    "player_id", "player", "athlete_id", "athlete", "learner_id", "learner", "student_id", "student", "login",
    "username", "user_name", "user_full_name", "email", "author_id", "author", "actor_id", "actor", "person_id",
    "person", "reader_id", "reader", "who", "user_pseudo_id", "anonymous_id",
)  # fmt: skip
_TIMES: Final = (
    "at", "timestamp", "time", "datetime", "date", "day", "when", "event_time", "event_timestamp", "occurred_at",
    "created_at", "created", "started_at", "start_time", "start_date", "activity_date", "completed_at",
)  # fmt: skip
#: Words in the names of times that are not those of the event.
_OTHER_TIMES: Final = frozenset(
    {"updated", "modified", "received", "sent", "processing", "processed", "upload", "uploaded", "expires", "end"}
)
_EVENTS: Final = ("event", "event_name", "event_type", "action", "metric", "habit", "activity", "exercise")
#: Names of columns that have events only if their cells are text and nothing else has.
_WEAK_EVENTS: Final = ("type", "kind", "status", "value")
_VALUES: Final = (
    "value", "amount", "amount_paid", "count", "quantity", "qty", "minutes", "duration", "points", "score", "xp",
    "distance", "steps", "words", "pages", "revenue", "price", "total", "n",
)  # fmt: skip
_KEYS: Final = ("insert_id", "message_id", "messageid", "idempotency_key", "event_id", "uuid", "id")
#: Names that can be of something else than the event, for example of its user or of what it is about.
_WEAK_KEYS: Final = frozenset({"event_id", "uuid", "id"})
_ZONES: Final = ("time_zone", "timezone", "tz", "utc_offset", "offset", "zone")
_NOT_MEASURED: Final = frozenset(
    {
        "id",
        "ids",
        "year",
        "latitude",
        "longitude",
        "lat",
        "lng",
        "lon",
        "version",
        "usn",
        "zip",
        "tier",
        "rank",
        "type",
        "phone",
    }
)
_MAX_VALUES: Final = 6
_MAX_EVENTS: Final = 8
_MAX_ATTRIBUTES: Final = 4
_MAX_TEXTS: Final = 12
_MAX_TEXT: Final = 40
_MAX_KINDS: Final = 50
#: The numbers that the export of Loop Habit Tracker has for a day; 2 is a check by hand.
_CHECKMARKS: Final = frozenset({"-1", "0", "1", "2", "3"})


@attrs.frozen
class SampledColumn(Value):
    """A column with a sample of its cells.

    Attributes:
        name: the name, or the path of nested JSON.
        kind: what the cells look like.
        cells: the cells that are not empty.
        empty: the number of empty cells.
        is_json_flag: whether cells are true and false of JSON, which are no text.
    """

    name: str
    kind: ColumnKind
    cells: tuple[str, ...]
    empty: int
    is_json_flag: bool = False

    @property
    def simple_name(self) -> str:
        """The last part of the name, in small letters, with underscores."""
        return _column_name_as_words(remove_column_number(self.name).rpartition(".")[2])

    @property
    def path_name(self) -> str:
        """The last two parts of the name, as ``simple_name``: ``user_id`` of ``user.id``."""
        return _column_name_as_words("_".join(remove_column_number(self.name).split(".")[-2:]))

    @property
    def is_unique(self) -> bool:
        """Whether no cell repeats."""
        return len(set(self.cells)) == len(self.cells)

    def has(self, character: str) -> bool:
        """Return True if a cell has a character."""
        return any(character in cell for cell in self.cells)


@attrs.frozen
class Roles(Value):
    """What the columns of a log are taken for.

    Attributes:
        columns: the columns of the log.
        reasons: the role and the reason, by the name of each column that has one.
        names: the names of metrics for display, by key.
        kinds: the kinds of all columns, by name.
    """

    columns: Columns
    reasons: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]
    kinds: Mapping[str, ColumnKind]


def find_column_roles(sample: Sequence[SampledColumn]) -> Roles | None:
    """Return what columns are taken for, or None if no column has times."""
    search = _ColumnRoleSearch(sample)
    at = search.take_time()
    if at is None:
        return None
    search.read_days_as_numbers()
    return search.find(at)


class _ColumnRoleSearch:
    """A search that gives each column one role."""

    def __init__(self, sample: Sequence[SampledColumn]) -> None:
        # No option can name a column with a leading "=", which makes a constant.
        self._free = {column.name: column for column in sample if not column.name.startswith("=")}
        self._kinds = {column.name: column.kind for column in sample}
        self._reasons: dict[str, tuple[str, str]] = {}
        self._names: dict[str, str] = {}

    def take_time(self) -> SampledColumn | None:
        times = [column for column in self._free.values() if column.kind.is_time]
        if not times:
            return None
        at = min(times, key=_time_column_rank)  # of equal ones the first
        reason = "its name" if at.simple_name in _TIMES else "the first with times"
        return self._take(at, "instant", reason if len(times) > 1 else "the only one with times")

    def read_days_as_numbers(self) -> None:
        """Read columns of numbers in the range of a spreadsheet's days, which are not the instant, as numbers."""
        for name, column in self._free.items():
            if column.kind.at_unit == "excel" and all(cell_as_number(cell) is not None for cell in column.cells):
                self._kinds[name] = ColumnKind("numbers")
                self._free[name] = attrs.evolve(column, kind=self._kinds[name])

    def find(self, at: SampledColumn) -> Roles:
        user = self._take_named(_USERS, "user", lambda column: not column.kind.is_time)
        zone = self._take_named(_ZONES, "time zone", lambda column: column.kind.name == "time zones")
        event = self._take_named(_EVENTS, "event", lambda column: column.kind.name == "text")
        if event is None:
            has_values = any(column.simple_name == "value" and column.kind.is_number for column in self._free.values())
            weak = _WEAK_EVENTS if user is not None or has_values else _WEAK_EVENTS[2:]
            event = self._take_named(
                weak, "event", lambda column: column.kind.name == "text" and _has_repeated_cells(column)
            )
        measures = self._take_values(event)
        same = [column for column in (user, event) if column is not None], [at, *measures]
        key = self._take_named(_KEYS, "idempotency key", lambda column: _is_idempotency_key_column(column, *same))
        columns = Columns(
            user="=me" if user is None else user.name,
            at=at.name,
            metric="=events" if event is None else event.name,
            time_zone=zone.name if zone is not None else "=UTC" if at.kind.is_local else None,
            at_unit=at.kind.at_unit,
            at_format=at.kind.at_format,
            metric_map=None if event is None else self._map_events(event),
            key=None if key is None else key.name,
            decimal="," if any(column.kind.name == "decimal commas" for column in measures) else ".",
        )
        columns = self._with_values(columns, measures, at)
        attributes = self._take_attributes()
        return Roles(attrs.evolve(columns, attributes=attributes), self._reasons, self._names, self._kinds)

    def _take(self, column: SampledColumn, role: str, reason: str) -> SampledColumn:
        del self._free[column.name]
        self._reasons[column.name] = role, reason
        return column

    def _take_named(self, names: Sequence[str], role: str, has_role: object) -> SampledColumn | None:
        for name in names:
            for column in self._free.values():
                if name in {column.simple_name, column.path_name} and column.cells and has_role(column):  # type: ignore[operator]
                    return self._take(column, role, "its name")
        return None

    def _map_events(self, event: SampledColumn) -> dict[str, str]:
        texts = sorted(set(event.cells), key=lambda text: (-event.cells.count(text), text))[:_MAX_EVENTS]
        keys = unique_keys_from_log_names(texts)
        self._names.update(zip(keys, texts, strict=True))
        return dict(zip(texts, keys, strict=True))

    def _take_values(self, event: SampledColumn | None) -> list[SampledColumn]:
        """Take the columns with values: with events the best one, and else all measures, at most six."""
        measures = self._find_measures()
        named = sorted(
            (column for column in measures if column.simple_name in _VALUES),
            key=lambda column: _VALUES.index(column.simple_name),
        )
        if event is not None:
            if named and named[0].empty:
                self._reasons[named[0].name] = "", "it has empty cells, so it is not used"
                return []
            return [self._take(column, "value", "its name") for column in named[:1]]
        repeated = {column.simple_name: column for column in measures}  # of repeated names the last is the precise one
        measures = list(repeated.values())
        return [self._take(column, "value", "a number that is no identifier") for column in measures[:_MAX_VALUES]]

    def _find_measures(self) -> list[SampledColumn]:
        """Find the columns with numbers of one decimal separator; of points and commas, those with points."""
        numbers = [
            column
            for column in self._free.values()
            if (column.kind.is_number or column.kind.name == "unclear commas") and not _is_identifier_column(column)
        ]
        if any(column.kind.name == "numbers" and column.has(".") for column in numbers):
            return [column for column in numbers if column.kind.name == "numbers"]
        if any(column.kind.name == "decimal commas" for column in numbers):
            return [column for column in numbers if not column.has(".")]
        return [column for column in numbers if column.kind.name == "numbers"]

    def _with_values(self, columns: Columns, measures: Sequence[SampledColumn], at: SampledColumn) -> Columns:
        if not measures:
            if columns.metric == "=events":
                self._names["events"] = "events"
            return columns
        if columns.metric_map is not None:
            return attrs.evolve(columns, value=measures[0].name)
        names = [remove_column_number(column.name) or column.name for column in measures]
        keys = unique_keys_from_log_names(name.rpartition(".")[2] for name in names)
        self._names.update(zip(keys, names, strict=True))
        cells = {cell for column in measures for cell in column.cells}
        is_checked = (
            (at.kind.name, columns.user) == ("dates", "=me")
            and cells <= _CHECKMARKS
            and ("-1" in cells or cells == {"0", "2"})
        )
        value_map = {"2": "1"} if is_checked else None
        if len(measures) == 1 and not measures[0].empty and not is_checked:
            return attrs.evolve(columns, metric=f"={keys[0]}", value=measures[0].name)
        values = dict(zip(keys, (column.name for column in measures), strict=True))
        return attrs.evolve(columns, metric="metric", value="=1", values=values, value_map=value_map)

    def _take_attributes(self) -> dict[str, str]:
        columns = [
            column
            for column in self._free.values()
            if column.kind.name in {"text", "yes or no"} and _is_category_column(column) and not column.is_json_flag
        ][:_MAX_ATTRIBUTES]
        keys = unique_keys_from_log_names(column.name.rpartition(".")[2] for column in columns)
        for column in columns:
            self._take(column, "attribute", "few different texts")
        return dict(zip(keys, (column.name for column in columns), strict=True))


def _time_column_rank(column: SampledColumn) -> tuple[bool, bool, int, bool, int]:
    name = column.simple_name
    words = set(name.split("_"))
    known = _TIMES.index(name) if name in _TIMES else len(_TIMES) + (not words & set(_TIMES))
    # Small numbers are the least likely times.
    return (
        bool(words & _OTHER_TIMES),
        column.kind.at_unit == "excel",
        known,
        column.kind.at_unit is not None,
        column.empty,
    )


def _column_name_as_words(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def is_column_named_time_zone(column: SampledColumn) -> bool:
    """Return True for a column that is named like a time zone."""
    return column.simple_name in _ZONES


def _is_identifier_column(column: SampledColumn) -> bool:
    words = column.simple_name.split("_")
    return (
        is_column_named_time_zone(column)
        or not _NOT_MEASURED.isdisjoint(words)
        or words[-1].endswith("id")
        or not column.cells
    )


def _has_repeated_cells(column: SampledColumn) -> bool:
    return 1 < len(set(column.cells)) <= _MAX_KINDS and not column.is_unique


def _is_category_column(column: SampledColumn) -> bool:
    different = set(column.cells)
    return 1 < len(different) <= _MAX_TEXTS and not column.is_unique and max(map(len, different)) <= _MAX_TEXT


def _is_idempotency_key_column(
    column: SampledColumn, within: Sequence[SampledColumn], same: Sequence[SampledColumn]
) -> bool:
    """Return True for identifiers of events: where one with a weak name repeats, so do the instant and the values.

    Args:
        column: the column that may have idempotency keys.
        within: the columns of users and events, within which keys are unique.
        same: the columns of the instant and the values.
    """
    if column.kind.is_time:
        return False
    if column.simple_name == "id" and "." in column.name and column.path_name not in _KEYS:
        return False  # the identifier of something else
    if column.simple_name not in _WEAK_KEYS or column.is_unique:
        return True
    if any(other.empty or len(other.cells) != len(column.cells) for other in (column, *within, *same)):
        return False  # the rows of the cells are not known
    keys = list(zip(column.cells, *(other.cells for other in within), strict=True))
    rows = zip(keys, *(other.cells for other in same), strict=True)
    return len(set(rows)) == len(set(keys))


def unique_keys_from_log_names(names: Iterable[str]) -> list[str]:
    """Return keys of metrics or attributes for names, all different.

    >>> unique_keys_from_log_names(["Step count", "Distance (m)", "steps", "!"])
    ['step-count', 'distance-m', 'steps', 'metric']
    """
    keys: list[str] = []
    for name in names:
        base = re.sub(r"[^a-z0-9_]+", "-", name.lower()).strip("-") or "metric"
        key, number = base, 2
        while key in keys:
            key, number = f"{base}-{number}", number + 1
        keys.append(key)
    return keys
