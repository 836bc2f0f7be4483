"""Drafts: what could be read of the text of rules, with every problem of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from os import PathLike
from typing import Any, Final

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import is_writable
from trophy_engine.rules.check import check_ruleset_parts
from trophy_engine.rules.constraints import InstanceOf
from trophy_engine.rules.diagnostics import Problem, label_problems
from trophy_engine.rules.files import parse_rules, read_rules_file, rules_file_format
from trophy_engine.rules.formats import Format, check_rules_format
from trophy_engine.rules.headers import double_toml_header_brackets
from trophy_engine.rules.notation import JSON, TOML
from trophy_engine.rules.reading import RulesReader
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.table_shapes import find_list_of_rules
from trophy_engine.values import Value

__all__ = ["Draft", "check_file", "check_text", "read_draft"]

_LISTS: Final = tuple(field.name for field in attrs.fields(Ruleset) if field.default == ())


def check_file(path: str | PathLike[str]) -> list[Problem]:
    """List every problem of a rules file at once, warnings included.

    Raises:
        TrophyError: the file cannot be read.
    """
    return check_text(read_rules_file(path), rules_file_format(path))


def check_text(text: str, format: Format = "toml") -> list[Problem]:  # noqa: A002  # the usual name
    """List every problem of the text of a rules file at once, warnings included.

    Raises:
        InvalidValue: ``text`` is not a string that UTF-8 can write, or the format is unknown.
    """
    InstanceOf((str,)).check("text", text)
    if not is_writable(text.replace("\0", "")):  # a NUL is a fault of syntax
        raise InvalidValue("must be text that UTF-8 can write", "text")
    check_rules_format(format)
    return read_draft(text, format).find_problems()


@attrs.frozen
class Draft(Value):
    """What could be read of rules: the plain table, the parts as rules or partial rules, the problems, the reader."""

    table: Mapping[str, Any]
    parts: dict[str, Any]
    problems: list[Problem]
    reader: RulesReader

    def find_problems(self) -> list[Problem]:
        """List the problems so far, then the contradictions among the parts, with the keys of the items."""
        lists = {name: part if isinstance(part := self.parts.get(name), tuple) else () for name in _LISTS}
        contradictions = check_ruleset_parts(**lists)
        return label_problems([*self.problems, *map(self.reader.restore_misspelt_path, contradictions)], self.table)


def read_draft(text: str, format_: Format) -> Draft:
    """Read as much of the text of rules as can be read."""
    notation = TOML if format_ == "toml" else JSON
    problems: list[Problem] = []
    table = parse_rules(text, format_, problems)
    if problems and format_ == "toml":
        table, problems = _parse_toml_with_fixed_headers(text, problems)
    if not isinstance(table, dict):
        problems.append(Problem("error", "", f"the rules must be {notation.table}, not {notation.show(table)}"))
        table = {}
    reader = RulesReader(notation, Ruleset)
    table.pop("$schema", None)
    parts = reader.read_parts(Ruleset, table)
    known = {problem.path for problem in problems if problem.on_key}  # of headers, which have no indices
    further = [one for one in reader.problems if not (one.on_key and re.sub(r"\[\d+\]", "", one.path) in known)]
    return Draft(table, parts, [*problems, *further], reader)


def _parse_toml_with_fixed_headers(text: str, problems: list[Problem]) -> tuple[Any, list[Problem]]:
    """Parse text of TOML that is invalid, with two brackets at the headers of lists that have one."""
    corrected, remedies = double_toml_header_brackets(text, partial(find_list_of_rules, Ruleset))
    if not remedies:
        return {}, problems
    further: list[Problem] = []
    return parse_rules(corrected, "toml", further), [*remedies, *further]
