"""The arguments and options of event logs, shared by all commands that read one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Literal

import attrs
import typer

from trophy_engine.analysis.event_logs.bundled_log import read_bundled_log
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.epochs import EpochUnit
from trophy_engine.analysis.event_logs.events import Row
from trophy_engine.analysis.event_logs.file_formats import STDIN, FileFormat, LogFormat
from trophy_engine.analysis.event_logs.git import GIT_COLUMNS, read_history
from trophy_engine.analysis.event_logs.log_source import check_log_columns
from trophy_engine.analysis.event_logs.sources import Logs, read_log
from trophy_engine.cli.console import print_note
from trophy_engine.errors import InvalidValue
from trophy_engine.rules import bundled
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.values import Value

#: What the bundled logs are, by name.
_BUNDLED_SOURCES = {"git": "commits to rails/rails since 2024"}

Events = Annotated[
    list[str] | None,
    typer.Argument(
        help="Event logs: CSV, JSON, JSON Lines, Excel, Parquet or Arrow; - is standard input, git the log of the "
        "package."
    ),
]
Git = Annotated[
    Path | None, typer.Option(help="Read the commits of this git repository as events; the author is the user.")
]
UserColumn = Annotated[
    str | None, typer.Option("--user-column", help="The column of the user id.", show_default="user_id")
]
SingleUser = Annotated[str | None, typer.Option("--single-user", help="The user id of all rows.", metavar="ID")]
AtColumn = Annotated[
    str,
    typer.Option(
        "--at-column",
        help="The column of the instant: ISO 8601, or a number; local times and dates are read in the row's time zone.",
    ),
]
MetricColumn = Annotated[
    str | None,
    typer.Option(
        "--metric-column",
        help="The column of the metric key.",
        show_default="metric, if the rules have several metrics",
    ),
]
Metric = Annotated[
    str | None,
    typer.Option(
        "--metric",
        help="The metric of all rows.",
        metavar="KEY",
        show_default="the only recorded metric of the rules",
    ),
]
ValueColumn = Annotated[str | None, typer.Option("--value-column", help="The column of the value.")]
ConstantValue = Annotated[
    str | None, typer.Option("--value", help="The value of all rows.", metavar="NUMBER", show_default="1")
]
TimeZoneColumn = Annotated[
    str | None, typer.Option("--tz-column", help="The column of the time zone: IANA names or ±HH:MM.")
]
TimeZone = Annotated[
    str | None, typer.Option("--tz", help="The time zone of all rows: an IANA name or ±HH:MM.", metavar="ZONE")
]
Attributes = Annotated[
    list[str] | None,
    typer.Option("--attribute", help="A column that is an event attribute, or KEY=COLUMN; may be repeated."),
]
AtUnit = Annotated[
    EpochUnit | None,
    typer.Option(
        "--at-unit",
        help="The unit of instants that are numbers: since 1970, or a spreadsheet's days.",
        show_default="found from the values",
    ),
]
AtFormat = Annotated[
    str | None,
    typer.Option(
        "--at-format", help="The format of instants that are not ISO 8601, such as '%d.%m.%Y %H:%M'.", metavar="FORMAT"
    ),
]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--values",
        help="A metric and the column of its values, for logs with several metrics in a row; may be repeated.",
        metavar="KEY=COLUMN",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="The name of an event in the column of the metric, and its metric; other events are left out; may be "
        "repeated.",
        metavar="NAME=KEY",
    ),
]
ValueMap = Annotated[
    list[str] | None,
    typer.Option(
        "--value-map",
        help="A text in the column of the value, and its number; other values are left out; may be repeated.",
        metavar="TEXT=NUMBER",
    ),
]
DefaultValue = Annotated[
    str | None, typer.Option("--default-value", help="The value where the column is empty.", metavar="NUMBER")
]
Decimal = Annotated[Literal[".", ","], typer.Option("--decimal", help="The decimal separator of values.")]
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where",
        help="Read only rows with this text in a column; may be repeated: another text for the same column, or a "
        "further column.",
        metavar="COLUMN=TEXT",
    ),
]
KeyColumn = Annotated[
    str | None,
    typer.Option("--key-column", help="The column of the idempotency key; events with a repeated one count once."),
]
Format = Annotated[
    LogFormat | None,
    typer.Option("--log-format", help="The format of the logs.", show_default="by the ending of the name"),
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter",
        help="The character between the cells, or comma, semicolon, tab, pipe or space.",
        show_default="found from the header",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help="The encoding of text.", show_default="by the byte-order mark, else utf-8"),
]
Sheet = Annotated[
    str | None, typer.Option("--sheet", help="The sheet of a workbook.", show_default="the first", metavar="NAME")
]
Records = Annotated[
    str | None,
    typer.Option(
        "--records", help="The path of the list in a JSON document, such as data.events.", show_default="the only list"
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        help="Evaluate and settle up to this instant, or through the end of this date in the zone of --tz, else in "
        "UTC.",
        show_default="the last event's",
    ),
]
Strict = Annotated[bool, typer.Option(help="Stop at the first bad row.")]
MaxErrors = Annotated[int | None, typer.Option(help="Stop when there are more bad rows than this.", min=0)]
Workers = Annotated[int, typer.Option(help="The number of processes; it does not change the result.", min=1)]


@attrs.frozen(kw_only=True)
class LogOptions(Value):
    """The options of the columns of a log, of the values that all rows have instead, and of the file."""

    user_column: UserColumn = None
    single_user: SingleUser = None
    at_column: AtColumn = "at"
    metric_column: MetricColumn = None
    metric: Metric = None
    value_column: ValueColumn = None
    value: ConstantValue = None
    tz_column: TimeZoneColumn = None
    tz: TimeZone = None
    attribute: Attributes = None
    at_unit: AtUnit = None
    at_format: AtFormat = None
    values: Values = None
    map: Map = None
    value_map: ValueMap = None
    default_value: DefaultValue = None
    decimal: Decimal = "."
    where: Where = None
    key_column: KeyColumn = None
    format: Format = None
    delimiter: Delimiter = None
    encoding: Encoding = None
    sheet: Sheet = None
    records: Records = None

    def read(
        self,
        ruleset: Ruleset,
        events: list[str] | None,
        git: Path | None = None,
        rules: str = "",
        changed: Ruleset | None = None,
    ) -> Logs:
        """Return the rows of the logs; without a log, those of the bundled log for the rules, and print a note.

        ``changed`` are further rules, which can declare other metrics and attributes.

        Raises:
            InvalidValue: no log is given or bundled, a format is unknown, or two options contradict each other.
            UnknownKey: an option names a metric that the rules do not declare.
        """
        if git is None and not events and rules in bundled.bundled_log_names():
            log_name = name_log_arguments(None, rules=rules)
            print_note(f"no event log given; evaluating {log_name} (--git PATH evaluates a repository)")
            return Logs((read_bundled_log(rules),))
        if git is None and not events:
            raise InvalidValue("no event log; name a file, - for standard input, or --git PATH")
        rulesets = (ruleset,) if changed is None else (ruleset, changed)
        columns = check_log_columns(self._columns(ruleset), *rulesets)
        proposals = self._proposals(rulesets, columns)
        sources: list[Iterable[Row]] = [self._read_source(path, columns, proposals) for path in events or []]
        if git is not None:
            sources.append(read_history(str(git), GIT_COLUMNS))
        return Logs(tuple(sources))

    def _proposals(self, rulesets: Iterable[Ruleset], columns: Columns) -> dict[str, str]:
        """Return the options that would use the columns of values and of event attributes, by the usual names."""
        attributes = (attribute for ruleset in rulesets for attribute in ruleset.attributes)
        keys = [one.key for one in attributes if one.type == "event" and one.key not in columns.attributes]
        has_values = self.value is not None or self.value_column is not None or bool(self.values)
        return {**dict.fromkeys(keys, "--attribute"), **({} if has_values else {"value": "--value-column"})}

    def _read_source(self, path: str, columns: Columns, proposals: dict[str, str]) -> Iterable[Row]:
        """Return the rows of a log, or those of a bundled log if its name is given and no file has it."""
        if path in bundled.bundled_log_names() and not Path(path).exists():
            return read_bundled_log(path)
        try:
            return read_log(path, columns, self.file_format(), on_note=print_note, proposals=proposals)
        except InvalidValue as error:
            raise error.rename_fields(option_name_of) from None

    def file_format(self) -> FileFormat:
        """Return how the files of the logs are written.

        Raises:
            InvalidValue: an option is invalid.
        """
        try:
            return FileFormat(
                self.format,
                delimiter=self.delimiter,
                encoding=self.encoding,
                sheet=self.sheet,
                records=self.records,
            )
        except InvalidValue as error:
            raise error.rename_fields(option_name_of) from None

    def _columns(self, ruleset: Ruleset) -> Columns:
        metrics = ruleset.recorded_metrics
        default_metric = f"={metrics[0].key}" if len(metrics) == 1 else "metric"
        metric = _resolve_column_option("metric-column", self.metric_column, "metric", self.metric)
        value = _resolve_column_option("value-column", self.value_column, "value", self.value)
        values = _parse_pair_options("values", self.values, "KEY=COLUMN")
        if values:
            for option, given in (("metric-column", metric), ("value-column", value), ("map", self.map)):
                if given:
                    raise InvalidValue(f"--values has the metrics and values of all columns; remove --{option}")
            default_metric = "metric"
        if self.map and metric is None:
            metric = "event"
        try:
            return Columns(
                _resolve_column_option("user-column", self.user_column, "single-user", self.single_user) or "user_id",
                _resolve_column_option("at-column", self.at_column) or "at",
                metric or default_metric,
                value or "=1",
                _resolve_column_option("tz-column", self.tz_column, "tz", self.tz),
                {key: column or key for key, _, column in (pair.partition("=") for pair in self.attribute or [])},
                at_unit=self.at_unit,
                at_format=self.at_format,
                metric_map=_parse_pair_options("map", self.map, "NAME=KEY") if self.map else None,
                values=values,
                value_map=_parse_pair_options("value-map", self.value_map, "TEXT=NUMBER") if self.value_map else None,
                default_value=self.default_value,
                decimal=self.decimal,
                key=_resolve_column_option("key-column", self.key_column),
                where=_parse_where_option(self.where),
            )
        except InvalidValue as error:
            raise error.rename_fields(option_name_of) from None


def with_log_options(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command with the options of a log in place of its parameter ``log_options``."""
    names = [field.name for field in attrs.fields(LogOptions)]

    @wraps(command)
    def run(**arguments: Any) -> None:
        log_options = LogOptions(**{name: arguments.pop(name) for name in names})
        command(**arguments, log_options=log_options)

    options = signature(LogOptions, eval_str=True).parameters.values()
    parameters: list[Parameter] = []
    for parameter in signature(command, eval_str=True).parameters.values():
        parameters += options if parameter.name == "log_options" else [parameter]
    run.__dict__["__signature__"] = Signature(parameters)  # typer reads both
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _resolve_column_option(
    column_option: str, column: str | None, option: str = "", constant: str | None = None
) -> str | None:
    """Return a column, a constant as ``=TEXT``, or None if neither is given.

    Raises:
        InvalidValue: both are given, or the column is a constant.
    """
    if column is not None and column.startswith("="):
        remedy = f"; for a value of all rows use --{option} {column[1:]}" if option else ""
        raise InvalidValue(f"--{column_option} takes the name of a column, not {column!r}{remedy}")
    if constant is None:
        return column
    if column is not None:
        raise InvalidValue(f"--{column_option} and --{option} contradict each other; remove one")
    return f"={constant}"


def option_name_of(field: str) -> str:
    """Return the option of an attribute of ``Columns`` or ``FileFormat``."""
    if field.startswith("--"):
        return field
    options = {"metric_map": "map", "name": "log-format", "time_zone": "tz", "key": "key-column"}
    return f"--{options.get(field, field.replace('_', '-'))}"


def _parse_pair_options(option: str, texts: list[str] | None, form: str) -> dict[str, str]:
    """Parse texts with an equals sign; the side of a name from the log can have further ones.

    Raises:
        InvalidValue: a text has no equals sign, or the same left side as another.
    """
    pairs: dict[str, str] = {}
    for text in texts or []:
        left, equals, right = text.partition("=") if form.startswith("KEY") else text.rpartition("=")
        if not equals or not left or not right:
            raise InvalidValue(f"--{option} takes {form}, not {text!r}")
        if left in pairs:
            raise InvalidValue(f"--{option} has {left!r} twice; remove one")
        pairs[left] = right
    return pairs


def _parse_where_option(texts: list[str] | None) -> dict[str, list[str]]:
    conditions: dict[str, list[str]] = {}
    for text in texts or []:
        column, equals, value = text.partition("=")
        if not equals or not column:
            raise InvalidValue(f"--where takes COLUMN=TEXT, not {text!r}")
        conditions.setdefault(column, []).append(value.strip())
    return conditions


def name_log_arguments(events: list[str] | None, git: Path | None = None, rules: str = "") -> str:
    """Return the names of the logs of a command, for messages."""
    if git is None and not events and rules in bundled.bundled_log_names():
        return f"the log that comes with the rules {rules}: {_BUNDLED_SOURCES[rules]}"
    names = ["standard input" if path == STDIN else path for path in events or []]
    return " and ".join(names if git is None else [*names, f"the history of {git}"])


def title_log_arguments(events: list[str] | None, git: Path | None, rules: str = "") -> str:
    """Return the names of the logs of a command without their folders, for titles; a bundled log has its source."""
    if git is None and not events and rules in bundled.bundled_log_names():
        return _BUNDLED_SOURCES[rules]
    names = [path if path == STDIN else Path(path).name for path in events or []]
    return name_log_arguments(names, None if git is None else Path(git.resolve().name))
