"""Rules files: read and written, and their text as plain values; numbers keep every digit."""

from __future__ import annotations

import codecs
import json
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from trophy_engine.error_messages import file_error_reason, list_keys_in_message, nearest_known_key, short_repr
from trophy_engine.errors import InvalidValue, TrophyError, UnreadableRules
from trophy_engine.paths import as_path, is_folder
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.formats import Format
from trophy_engine.rules.limits import (
    MAX_CHARACTERS,
    check_rules_text_limits,
    find_unclosed_toml_string,
    mask_toml_strings,
)
from trophy_engine.rules.notation import OutOfRange, RepeatedNames

if TYPE_CHECKING:
    from pathlib import Path

#: The number of bytes of which rules are read; that of the longest allowed ones is below it.
MAX_BYTES: Final = 4 * MAX_CHARACTERS + 4
_NOT_CLOSED: Final = "the text is not closed; write a quote at its end"
#: Quotes that word processors and pages put in place of straight ones.
_OTHER_QUOTES: Final = (
    "\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}",
    "\N{LEFT SINGLE QUOTATION MARK}",
    "\N{RIGHT SINGLE QUOTATION MARK}",
)
#: The number of digits after a separator of thousands.
_THOUSAND: Final = 3
_TOO_LONG: Final = "contain a whole number of more than 4,300 digits; whole numbers in rules have at most 18"


def rules_file_format(path: str | PathLike[str]) -> Format:
    """Return the format of a rules file from its suffix.

    Raises:
        InvalidValue: the suffix is neither ``.toml`` nor ``.json``.
    """
    file = as_path(path)
    match file.suffix.lower():
        case ".toml":
            return "toml"
        case ".json":
            return "json"
        case _:
            raise InvalidValue(
                f"the name of a rules file must end in .toml or .json, not {path}{_hint_bundled_rules(file)}"
            )


def _hint_bundled_rules(file: Path) -> str:
    """Return which rules the package ships if a path is a bare word, which can be meant as the name of some."""
    if file.suffix or len(file.parts) != 1:
        return ""
    from trophy_engine.rules.bundled import bundled_names  # noqa: PLC0415  # a game brings its own rules

    names = bundled_names()
    near = nearest_known_key(file.name, names)
    hint = f"did you mean {near!r}? " if near else ""
    return f"; {hint}bundled rules: {list_keys_in_message(names)}"


def read_rules_file(path: str | PathLike[str]) -> str:
    """Read the text of a rules file, cut after the greatest length.

    Raises:
        InvalidValue: the path is invalid.
        UnreadableRules: the file cannot be read.
    """
    try:
        with as_path(path).open("rb") as file:
            return decode_rules(file.read(MAX_BYTES), str(path))
    except FileNotFoundError as error:
        fact = f"{file_error_reason(error)}; {_suggest_rules_file(as_path(path))}"
        raise UnreadableRules(str(path), fact) from error
    except OSError as error:
        raise UnreadableRules(str(path), file_error_reason(error)) from error


def _suggest_rules_file(missing: Path) -> str:
    """Return where a missing file was searched, and the file there with the most similar name."""
    folder = missing.absolute().parent
    if not is_folder(folder):
        return f"there is no folder {folder}"
    names = {path.stem: path.name for path in sorted(folder.iterdir()) if path.suffix.lower() in {".toml", ".json"}}
    near = nearest_known_key(missing.stem, tuple(names))
    return f"did you mean {names[near]!r}?" if near else f"it is not in the folder {folder}"


def decode_rules(content: bytes, source: str) -> str:
    """Return the first ``MAX_BYTES`` of rules as text, with newlines as in a file.

    Raises:
        UnreadableRules: the content is not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        text = decoder.decode(content, final=len(content) < MAX_BYTES)  # the last character may be cut
    except UnicodeDecodeError as error:
        lines = _unify_newlines_of_rules(error.object[: error.start].decode()).split("\n")
        line, column = len(lines), len(lines[-1]) + 1
        byte = f"byte 0x{error.object[error.start]:02x} at line {line}, column {column}"
        fact = f"{file_error_reason(error)} ({byte}); save it as UTF-8"
        raise UnreadableRules(source, fact, line, column) from error
    return _unify_newlines_of_rules(text)


def _unify_newlines_of_rules(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_rules_file(path: str | PathLike[str], text: str) -> None:
    """Write the text of a rules file.

    Raises:
        InvalidValue: the path is invalid.
        TrophyError: the file cannot be written.
    """
    try:
        as_path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrophyError(f"cannot write {path}: {file_error_reason(error)}") from error


def parse_rules(text: str, format_: Format, problems: list[Problem]) -> Any:
    """Parse text to plain values; if it is beyond limits or has a fault of syntax, add a problem and return ``{}``."""
    try:
        check_rules_text_limits(text, format_)
    except InvalidValue as error:
        problems.append(Problem("error", "", f"the rules {error}"))
        return {}
    try:
        return _parse_json_rules(text) if format_ == "json" else _parse_toml_rules(text)
    except _SyntaxError as error:
        message = f"the rules are not valid {format_.upper()}: {error}"
        problems.append(Problem("error", "", message, line=error.line, column=error.column))
    except ValueError:  # tomllib calls int, which limits the number of digits
        line, column = _find_overlong_toml_number(text)
        problems.append(Problem("error", "", f"the rules {_TOO_LONG}", line=line, column=column))
    return {}


def _find_overlong_toml_number(text: str) -> tuple[int, int]:
    """Return the line and column of the first whole number of TOML that is too long."""
    match = re.search(r"[0-9][0-9_]{4300,}", mask_toml_strings(text))
    return _line_and_column(text, match.start() if match else 0)


def _line_and_column(text: str, index: int) -> tuple[int, int]:
    """Return the line and column of an index in a text, from 1."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


class _SyntaxError(Exception):
    """A fault of syntax, with its position."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line, self.column = line, column


def _parse_json_rules(text: str) -> Any:
    try:
        return json.loads(
            text,
            parse_float=_parse_decimal_in_rules,
            parse_int=_parse_integer_in_rules,
            object_pairs_hook=_json_object_as_rules_table,
        )
    except json.JSONDecodeError as error:
        is_control = error.msg.startswith("Invalid control character") and text[error.pos] in "\r\n"
        is_open = is_control or error.msg.startswith("Unterminated string")
        comma = _find_last_json_comma(text, error)
        if comma is not None:
            place = _line_and_column(text, comma)
            raise _SyntaxError("a comma before the closing bracket; remove it", *place) from None
        message = _NOT_CLOSED if is_open else error.msg[:1].lower() + error.msg[1:]
        raise _SyntaxError(message, error.lineno, error.colno) from None
    except RecursionError as error:
        raise _SyntaxError(str(error), 1, 1) from None


def _find_last_json_comma(text: str, error: json.JSONDecodeError) -> int | None:
    """Return the index of the comma between the last item of a list or an object and its bracket, if it is the fault.

    Python 3.13 and later point at the comma, others at the bracket.
    """
    if error.msg.startswith("Illegal trailing comma"):
        return error.pos
    before = text[: error.pos].rstrip()
    return len(before) - 1 if before.endswith(",") and text[error.pos : error.pos + 1] in {"]", "}"} else None


def _parse_toml_rules(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  # not needed for rules in Python

    try:
        return tomllib.loads(text, parse_float=_parse_decimal_in_rules)
    except tomllib.TOMLDecodeError as error:
        message, line, column = _split_toml_message(str(error), text)
        raise _SyntaxError(message, line, column) from None


def _split_toml_message(message: str, text: str) -> tuple[str, int, int]:
    """Return the fact of a message of tomllib in the words of TOML, and its line and column."""
    match = re.fullmatch(r"(?s)(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message)
    fact, line, column = match.groups() if match else (message, None, None)
    lines = text.split("\n")
    place = (int(line), int(column)) if line and column else (len(lines), len(lines[-1]) + 1)
    if fact.startswith("Cannot "):  # the position is at the end of the statement
        place = place[0], len(lines[place[0] - 1]) - len(lines[place[0] - 1].lstrip()) + 1
    if fact == "Unterminated string" or re.fullmatch(r"(Illegal|Found invalid) character '\\[nr]'", fact):
        return _NOT_CLOSED, *place
    if fact == 'Expected "\'"':  # tomllib searches the end of the text in single quotes in the whole file
        return _NOT_CLOSED, *_line_and_column(text, find_unclosed_toml_string(text))
    if fact == "Invalid date or datetime":
        written = re.split(r"[#,}\]]", lines[place[0] - 1][place[1] - 1 :])[0].strip()
        return f"the date or time {written[:40]} does not exist", *place
    comma = _find_toml_number_with_comma(lines[place[0] - 1], place[1] - 1)
    if comma is not None:
        return _toml_comma_remedy(comma), place[0], comma.start(1) + 1
    instant = _find_bare_toml_instant(lines[place[0] - 1], place[1] - 1)
    if instant is not None:
        return _toml_instant_remedy(instant), place[0], instant.start() + 1
    fact = fact.replace("Cannot overwrite a value", "A key is given twice; remove one")
    fact = re.sub(r"Cannot mutate immutable namespace (.*)", r"\1 already has a value; remove one", fact)
    fact = re.sub(r"\(('[^']*'(?:, '[^']*')*),?\)", lambda names: f"[{_dotted_toml_key(names[1])}]", fact)
    line_before, rest = lines[place[0] - 1][: place[1] - 1], lines[place[0] - 1][place[1] - 1 :]
    return f"{fact[:1].lower()}{fact[1:]}{_toml_syntax_remedy(fact, line_before, rest)}", *place


def _dotted_toml_key(names: str) -> str:
    return ".".join(re.findall(r"'([^']*)'", names))


def _find_toml_number_with_comma(line: str, index: int) -> re.Match[str] | None:
    """Return the number with a comma in a line in which, or after which, a fault is."""
    numbers = re.finditer(r"=\s*([+-]?\d+),(\d+)\s*(?![\s\w.=])", line)
    return next((number for number in numbers if number.start() < index <= number.end()), None)


def _toml_comma_remedy(number: re.Match[str]) -> str:
    """Return what to write for a number with a comma, which can separate thousands."""
    whole, rest = number.groups()
    remedy = f"{whole}{rest}, or {whole}.{rest} with" if len(rest) == _THOUSAND else f"{whole}.{rest}, with"
    return f"a number has no comma; write {remedy} a decimal point"


def _find_bare_toml_instant(line: str, index: int) -> re.Match[str] | None:
    """Return the time without quotes, or the date, in a line in which, or after which, a fault is."""
    instants = re.finditer(r"(?<![\w:.\"'-])(?:(?P<time>\d\d?:\d\d)|(?P<date>\d{4}-\d\d?-\d\d?))(?![\w:.-])", line)
    return next((instant for instant in instants if instant.start() < index <= instant.end()), None)


def _toml_instant_remedy(instant: re.Match[str]) -> str:
    """Return what to write for a time of day without quotes, or for a date with too few digits."""
    if instant["time"] is not None:
        return f'a time of day is in quotes; write "{instant["time"].zfill(len("00:00"))}"'
    written = "-".join(part.zfill(2) for part in instant["date"].split("-"))
    try:
        date.fromisoformat(written)
    except ValueError:
        return f"the date {instant['date']} does not exist"
    return f"a date has two digits for the month and the day; write {written}"


def _toml_syntax_remedy(fact: str, line_before: str, rest: str) -> str:
    """Return what to write where TOML has a fault, for the end of a message; an empty text if it is not known."""
    rest = rest.strip()
    match fact:
        case "Invalid value":
            return _toml_quotes_remedy(rest)
        case "Invalid initial character for a key part" if rest.startswith("}") and line_before.rstrip().endswith(","):
            return "; remove the comma before the brace"
        case "Invalid initial character for a key part" | "Unclosed inline table" if not rest or rest.startswith("#"):
            return "; write a table in braces on one line"
        case "Unclosed array":
            return "; write a comma, or a bracket to close it" if rest else "; write a bracket to close it"
        case "Invalid statement" if rest.startswith("//"):
            return "; a comment begins with #"
    return ""


def _toml_quotes_remedy(rest: str) -> str:
    """Return what to write where a value begins with a bare word, or with a quote of another kind."""
    if rest[:1] in _OTHER_QUOTES:
        return '; write straight quotes, "'
    word = re.match(r"[^\W\d][\w-]*", rest)
    if word is None:
        return ""
    written = word[0].lower() if word[0].lower() in {"true", "false"} else f'"{word[0]}"'
    return f"; write {written}" + (", in quotes" if '"' in written else "")


def _parse_integer_in_rules(digits: str) -> int | OutOfRange:
    try:
        return int(digits)
    except ValueError:
        return OutOfRange(digits, _TOO_LONG)


def _parse_decimal_in_rules(digits: str) -> Decimal | OutOfRange:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return OutOfRange(digits, f"the number {short_repr(digits)} is out of range")


def _json_object_as_rules_table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the table of a JSON object, with the names that are given twice, which TOML forbids, too."""
    table = dict(pairs)
    return table if len(table) == len(pairs) else RepeatedNames(pairs)
