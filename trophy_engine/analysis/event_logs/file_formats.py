"""Formats of files with rows: what a format is called, which endings it has, and how a file of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final, Literal, get_args

import attrs

from trophy_engine.error_messages import GivenValue, short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.paths import check_path
from trophy_engine.rules.constraints import TEXT, OneOf, Optional
from trophy_engine.values import Value

__all__ = ["FileFormat", "LogFormat"]

#: The formats of event logs.
LogFormat = Literal["csv", "jsonl", "json", "excel", "parquet", "arrow"]

#: The path that means standard input.
STDIN: Final = "-"
#: The endings of compressed files.
COMPRESSED: Final = (".gz", ".bz2", ".xz", ".zip")

_ENDINGS: Final[Mapping[str, LogFormat]] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
}
#: The names of characters that are hard to type.
_DELIMITERS: Final[Mapping[str, str]] = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "pipe": "|",
    "space": " ",
    "\\t": "\t",
}


def _as_delimiter(value: Any) -> Any:
    return _DELIMITERS.get(value, value) if isinstance(value, str) else value


def _check_delimiter(_: object, __: object, value: Any) -> None:
    if value is None:
        return
    is_character = isinstance(value, str) and len(value) == 1 and value not in '"\r\n\0'
    if not is_character or not (value == "\t" or value.isprintable()):
        raise InvalidValue(
            ("must be one character, or comma, semicolon, tab, pipe or space, not", GivenValue(value)), "delimiter"
        )


def _check_file_encoding(_: object, __: object, value: Any) -> None:
    if value is None:
        return
    TEXT.check("encoding", value)
    try:
        "".encode(value)  # refuses codecs that are no encodings of text, too
    except (LookupError, UnicodeError, ValueError):
        remedy = "utf-8, utf-16, cp1252 (Windows) or latin-1"
        raise InvalidValue(
            (f"must be an encoding of text, for example {remedy}, not", GivenValue(value)), "encoding"
        ) from None


@attrs.frozen
class FileFormat(Value):
    """How a file with rows is written; what is None is found from the file.

    Attributes:
        name: the format: ``"csv"``, ``"jsonl"``, ``"json"`` (a document that holds a list), ``"excel"``, ``"parquet"``
            or ``"arrow"``; None for the one of the ending.
        delimiter: the character between the cells of a delimited file; None to find a comma, semicolon, tab or pipe
            from the header.
        encoding: the encoding of text; None for the one of the byte-order mark, or else UTF-8.
        sheet: the name of a workbook's sheet, None for the first.
        records: the path of the list within a JSON document, for example ``data.events``; None for the document itself
            or the only list in it.

    >>> FileFormat(delimiter="semicolon", encoding="cp1252").delimiter
    ';'
    """

    name: LogFormat | None = attrs.field(default=None, validator=Optional(OneOf(get_args(LogFormat))))
    delimiter: str | None = attrs.field(default=None, kw_only=True, converter=_as_delimiter, validator=_check_delimiter)
    encoding: str | None = attrs.field(default=None, kw_only=True, validator=_check_file_encoding)
    sheet: str | None = attrs.field(default=None, kw_only=True, validator=Optional(TEXT))
    records: str | None = attrs.field(default=None, kw_only=True, validator=Optional(TEXT))

    def name_for(self, path: str) -> LogFormat:
        """Return the format, or that of the ending of a path; without a sheet or list, standard input is CSV.

        Raises:
            InvalidValue: the ending is unknown, or another format has what is set here.
        """
        name = self.name or ("csv" if path == STDIN else log_format_of(path))
        for option, formats in _FORMATS_WITH.items():
            if getattr(self, option) is not None and name not in formats:
                known = " and ".join(formats)
                raise InvalidValue(f"is for {known}, not for {short_repr(path)}, which is read as {name}", option)
        return name


#: The formats that have an attribute of ``FileFormat``.
_FORMATS_WITH: Final[Mapping[str, tuple[LogFormat, ...]]] = {
    "delimiter": ("csv",),
    "encoding": ("csv", "jsonl", "json"),
    "sheet": ("excel",),
    "records": ("json",),
}


def log_format_of(path: str) -> LogFormat:
    """Return the format of a file by the ending of its name, before that of a compression.

    Raises:
        InvalidValue: the ending is unknown.
    """
    path = check_path(path)
    log_format = _ENDINGS.get(PurePath(remove_compression_ending(path)).suffix)
    if log_format is None:
        formats = ", ".join(get_args(LogFormat))
        raise InvalidValue(
            f"unknown format of {short_repr(path)}: its name has no known ending; set --log-format to one of {formats}"
        )
    return log_format


def remove_compression_ending(path: str) -> str:
    """Return a path in lower case without the ending of a compression."""
    lower = path.lower()
    return next((lower.removesuffix(ending) for ending in COMPRESSED if lower.endswith(ending)), lower)
