"""Reading: conversion of the plain tables, lists and values of a file to rules, with every problem at once.

A table becomes an instance of its class, and the constructor validates the fields; only if that fails, each field is
validated separately, so that every problem is found, with its path. Nothing is raised: a table with problems becomes a
partial rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from trophy_engine.error_messages import GivenValue, nearest_choice, one_of_message, short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import OneOf, OneOfOrTable, Optional
from trophy_engine.rules.diagnostics import Problem, rule_field_path, rule_item_path, split_rule_path
from trophy_engine.rules.examples import example_table, table_meant_by_value
from trophy_engine.rules.mappings import choose_rule_class
from trophy_engine.rules.notation import Notation, OutOfRange, quotes_remedy
from trophy_engine.rules.other_names import is_other_name, meant_rule_field
from trophy_engine.rules.partial_rules import UNREADABLE, Unreadable, make_partial_rule, readable_part
from trophy_engine.rules.structure import rule_classes_of, type_hints_of_rule
from trophy_engine.rules.table_shapes import is_list_of_tables, table_shape_of, tables_by_key
from trophy_engine.rules.tables import Table
from trophy_engine.values import Value

#: In place of a value that is given but could not be read.
_PRESENT: Final = object()


@attrs.frozen
class RulesReader(Value):
    """Reads tables as rules.

    Attributes:
        notation: the notation of the file, for remedies.
        root: the class of a whole file.
        problems: the problems of what was read, in the order of the fields.
        misspelt: the paths of fields with unknown names, by the paths of the fields as which they were read.
        around: the table around those that are read: its class, the field that they are in, and the names that it has;
            None at the top.
    """

    notation: Notation
    root: type | None = None
    problems: list[Problem] = attrs.field(factory=list)
    misspelt: dict[str, str] = attrs.field(factory=dict)
    around: tuple[type, str, frozenset[str]] | None = None

    def restore_misspelt_path(self, problem: Problem) -> Problem:
        """Return a problem with its path as it is in the file, with misspelt names."""
        path = ""
        for step in split_rule_path(problem.path):
            path = rule_item_path(path, step) if isinstance(step, int) else f"{path}.{step}" if path else step
            path = self.misspelt.get(path, path)
        return problem if path == problem.path else attrs.evolve(problem, path=path, label=path)

    def read_rule(self, classes: tuple[type, ...], raw: Any, path: str) -> Any:
        """Return a table as an instance of the class, or of the class with its ``type``."""
        if not isinstance(raw, Mapping):
            return self._report_no_table(classes, raw, path)
        key = raw.get("key")
        unreadable = Unreadable(key if isinstance(key, str) else None)
        if len(classes) == 1:
            return self.read_fields(classes[0], raw, path)
        if "type" not in vars(classes[0]):
            return self._read_named(classes, raw, path)
        cls, is_sure = self._find_class(classes, raw, path)
        return unreadable if cls is None else self.read_fields(cls, raw, path, is_sure=is_sure)

    def _read_named(self, classes: tuple[Any, ...], raw: Mapping[str, Any], path: str) -> Any:
        """Return a table as an instance of the class that its fields name; a misspelt name will do."""
        try:
            cls = choose_rule_class(classes, raw)
        except InvalidValue as error:
            self._report_problem(path, self.describe_error(error, path))
            return UNREADABLE
        return self.read_fields(cls, raw, path)

    def read_fields(self, cls: type, raw: Mapping[str, Any], path: str, *, is_sure: bool = True) -> Any:
        """Return a table as an instance of a class, or as a partial one; if the class is not sure, of what it has."""
        table = _RuleTableReader(self, cls, raw, path, is_sure=is_sure)
        rule = table.read_rule()
        self.problems.extend(table.problems())
        return rule

    def read_parts(self, cls: type, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the readable fields of the table of a whole file by name, from which no instance is made."""
        table = _RuleTableReader(self, cls, raw, "", is_sure=True)
        parts = table.read_parts()
        self.problems.extend(table.problems())
        return parts

    def describe_error(self, error: InvalidValue, path: str) -> str:
        """Return the message of an error in the notation of the file, without a name that its path ends with."""
        shown = error.show_values(self.notation.show)
        return shown.fact if error.field is not None and f".{path}".endswith(f".{error.field}") else str(shown)

    def _report_no_table(self, classes: tuple[type, ...], raw: Any, path: str) -> Unreadable:
        """Report a value in place of a table; a text can be meant as its key, or as its type."""
        meant = table_meant_by_value(classes, raw)
        table = self.example_table(classes, raw)
        field = next((field for field, written in self.misspelt.items() if written == path), path)
        remedy = table if meant else f"for example {self.notation.assign(field, table)}"
        self._report_problem(
            path, f"must be {self.notation.table} of fields, not {self.notation.show(raw)}; write {remedy}"
        )
        return Unreadable(raw) if "key" in meant else UNREADABLE

    def example_table(self, classes: tuple[type, ...], raw: Any) -> str:
        """Return the text of a table in place of another value: the table that it is meant as, or an example."""
        return self.notation.inline_table(table_meant_by_value(classes, raw) or example_table(classes, raw))

    def _find_class(self, classes: tuple[type, ...], raw: Mapping[str, Any], path: str) -> tuple[type | None, bool]:
        """Return the class of a table by its type or, if that is wrong, a similar one; and True if it is sure."""
        by_type = {str(vars(cls)["type"]): cls for cls in classes}
        name = "type" if "type" in raw else next((n for n in raw if meant_rule_field(n, classes, raw) == "type"), None)
        type_ = raw.get(name or "type")
        if isinstance(type_, str) and type_ in by_type:
            return by_type[type_], True
        if name is None:
            self._report_problem(
                path, f"the field 'type' is missing; it must be one of {', '.join(map(self.notation.show, by_type))}"
            )
        else:
            error = InvalidValue(one_of_message(tuple(by_type), type_), "type")
            path = rule_field_path(path, name)
            self._report_problem(path, self.describe_error(error, path))
        near = nearest_choice(type_, tuple(by_type)) if isinstance(type_, str) else None
        if near is not None:
            return by_type[near], True
        shared = {cls: sum(field.name in raw for field in attrs.fields(cls)) for cls in classes}
        likely = max(shared, key=lambda cls: shared[cls])
        return (likely, False) if shared[likely] else (None, False)

    def _report_problem(self, path: str, message: str) -> None:
        self.problems.append(Problem("error", path, message))


class _RuleTableReader:
    """Reads one table as one class, and collects the problems by field."""

    def __init__(self, reader: RulesReader, cls: type, raw: Mapping[str, Any], path: str, *, is_sure: bool) -> None:
        self._reader, self._cls, self._raw, self._path, self._is_sure = reader, cls, raw, path, is_sure
        self._shape = table_shape_of(cls)
        self._fields = self._shape.fields
        self._general: list[Problem] = []
        self._by_field: dict[str, list[Problem]] = {}
        self._moved: set[str] = set()
        self._names = self._match_names()

    def problems(self) -> Iterator[Problem]:
        """Yield the problems of the names, then those of the fields in the order of the class."""
        yield from self._general
        for name in self._fields if self._by_field else ():
            yield from self._by_field.get(name, ())

    def read_parts(self) -> dict[str, Any]:
        """Return the readable values of the fields that are given."""
        return {
            name: self._validate_field(name, self._read_value(name, self._raw[given]))
            for name, given in self._names.items()
        }

    def read_rule(self) -> Any:
        """Return an instance of the class, or a partial one if there are problems."""
        values = {name: self._read_value(name, self._raw[given]) for name, given in self._names.items()}
        missing = [name for name in self._shape.required if name not in self._names]
        if not (self._general or self._by_field or missing) and self._is_sure:
            try:
                return self._cls(**values)
            except InvalidValue:
                pass  # each field is validated below
        if missing and self._is_sure and not self._moved.issuperset(missing):
            self._report_problem(missing[0], self._path, self._describe_missing(missing))
        readable = {name: self._validate_field(name, value) for name, value in values.items()}
        partial = make_partial_rule(self._cls, {**dict.fromkeys(missing), **readable})
        self._check_conditions(partial, {*missing, *self._by_field})
        return partial

    def _match_names(self) -> dict[str, str]:
        """Return the names in the table by field; an unknown name is read as the field that it means if that lacks."""
        names = {name: name for name in self._fields if name in self._raw}
        known = self._shape.known
        for name in self._raw:
            if name in known or not self._is_sure:
                continue
            hint = self._find_table(str(name))
            meant = None if hint else meant_rule_field(str(name), [self._cls], {*self._raw, *names}, self._raw[name])
            if meant in self._fields and meant not in self._raw and meant not in names:
                names[meant] = name
                self._reader.misspelt[self._path_of_name(meant)] = self._path_of_name(name)
                hint = self._explain_brackets(meant, self._raw[name])
            hint = hint or (f"did you mean {meant!r}?" if meant else f"known: {', '.join(map(repr, known))}")
            problem = Problem(
                "error", self._path_of_name(str(name)), f"unknown field {short_repr(name)}; {hint}", on_key=True
            )
            self._general.append(problem)
        for name in getattr(self._raw, "repeated", ()):
            message = f"the key {short_repr(name)} is given twice in one object; remove one"
            self._general.append(Problem("error", self._path_of_name(name), message, on_key=True))
        return names

    def _find_table(self, name: str) -> str | None:
        """Return where to write a field that a table in this one or the whole file has, or None."""
        within = [] if name == "key" else self._find_fields_with_tables(name, many=False)
        if within:
            self._moved.update(within)
            return f"write it in the table {' or '.join(map(repr, within))}"
        root, around = self._reader.root, self._reader.around
        meant = meant_rule_field(name, [self._cls], self._raw, self._raw[name])
        if around is not None and around[0] is not root and (meant is None or not is_other_name(name)):
            cls, field, given = around
            if name in table_shape_of(cls).known and name not in given:
                return f"write it beside {field!r}, not within it"
        lists = [] if meant else self._find_fields_with_tables(name, many=True)
        if len(lists) == 1:
            return f"write it in the tables of {lists[0]!r}"
        if root is None or root is self._cls or name not in table_shape_of(root).fields:
            return None
        is_list = rule_classes_of(root).get(name, ((), False))[1]
        if is_list and self._raw[name] != [] and not is_list_of_tables(self._raw[name]):
            return None
        return "it is a field of the whole file: write it at the top, before the first table"

    def _find_fields_with_tables(self, name: str, *, many: bool) -> list[str]:
        """Return the fields with a table, or with a list of tables, that can have a field."""
        return [
            field
            for field, (classes, is_list) in rule_classes_of(self._cls).items()
            if is_list is many and any(name in table_shape_of(cls).known for cls in classes)
        ]

    def _read_value(self, name: str, raw: Any) -> Any:
        """Return the value of a field, with rules in place of tables, not validated otherwise."""
        if name in self._shape.plain and isinstance(raw, str | int):
            return raw
        path = self._path_of_name(self._names[name])
        if isinstance(raw, OutOfRange):
            self._report_problem(name, path, raw.message)
            return None
        classes, many = rule_classes_of(self._cls).get(name, ((), False))
        if many:
            return self._read_list(name, classes, raw, path)
        return self._read_single(name, classes, raw, path) if classes else self._read_plain(name, raw, path)

    def _read_list(self, name: str, classes: tuple[type, ...], raw: Any, path: str) -> Any:
        if not isinstance(raw, list | Mapping):
            example = self._reader.notation.assign(
                self._path_of_name(name), f"[{self._reader.example_table(classes, raw)}]"
            )
            remedy = f"; write {'' if table_meant_by_value(classes, raw) else 'for example '}{example}"
            error = InvalidValue(("must be a list, not", GivenValue(raw, after=remedy)), name)
            self._report_problem(name, path, self._reader.describe_error(error, path))
            return None
        reader = attrs.evolve(self._reader, problems=[], around=(self._cls, name, frozenset(self._names)))
        by_key = None
        if isinstance(raw, Mapping):
            self._report_brackets(name, raw, path)
            by_key = tables_by_key(classes, raw)
        if by_key is not None:
            tables = {rule_field_path(path, key): table for key, table in by_key.items()}
            reader.misspelt.update({rule_item_path(path, index): where for index, where in enumerate(tables)})
            rules = tuple(reader.read_rule(classes, table, where) for where, table in tables.items())
        else:
            items = raw if isinstance(raw, list) else [raw]
            rules = tuple(
                reader.read_rule(classes, item, rule_item_path(path, index)) for index, item in enumerate(items)
            )
        self._add_problems(name, reader.problems)
        return rules

    def _explain_brackets(self, name: str, raw: Any) -> str | None:
        """Return the hint of an unknown name for a field whose value is one table for several, or several for one."""
        remedy = self._find_brackets(name, raw)
        is_toml = self._reader.notation.is_toml
        return remedy if remedy is None or is_toml else f"did you mean {name!r}? It {remedy}"

    def _report_brackets(self, name: str, raw: Any, path: str) -> None:
        """Report one table in place of several, or several in place of one, unless its unknown name is a problem."""
        remedy = self._find_brackets(name, raw)
        if remedy is not None and self._names[name] == name:
            self._report_problem(name, path, remedy)

    def _find_brackets(self, name: str, raw: Any) -> str | None:
        """Return what to write for one table in place of several, or several in place of one; None for others."""
        path, notation = self._path_of_name(name), self._reader.notation
        classes, many = rule_classes_of(self._cls).get(name, ((), False))
        if many:
            if not isinstance(raw, Mapping):
                return None
            return notation.list_remedy(path, next(iter(tables_by_key(classes, raw) or ()), None))
        hint = type_hints_of_rule(self._cls).get(name)
        is_table = classes or (isinstance(hint, type) and issubclass(hint, Table))
        return notation.table_remedy(path) if is_table and is_list_of_tables(raw) else None

    def _read_single(self, name: str, classes: tuple[type, ...], given: Any, path: str) -> Any:
        if given is None and isinstance(self._fields[name].validator, Optional):
            return None
        tables = given if isinstance(given, list) else [given]
        validator = self._fields[name].validator
        constraint = validator.constraint if isinstance(validator, Optional) else validator
        if getattr(constraint, "takes_text", False) and not any(isinstance(one, Mapping) for one in tables):
            return given
        reader = attrs.evolve(self._reader, problems=[], around=(self._cls, name, frozenset(self._names)))
        if isinstance(given, list) and is_list_of_tables(given):
            self._report_brackets(name, given, path)
            given, *others = given
            for index, item in enumerate(others, 1):
                reader.read_rule(classes, item, rule_item_path(path, index))
        if isinstance(constraint, OneOfOrTable) and isinstance(given, Mapping):
            try:
                constraint.check_table(name, given)
            except InvalidValue as error:
                self._report_problem(name, path, self._reader.describe_error(error, path))
                return None
        rule = reader.read_rule(classes, given, path)
        self._add_problems(name, reader.problems)
        return None if rule is UNREADABLE else rule

    def _read_plain(self, name: str, given: Any, path: str) -> Any:
        if isinstance(given, list) and self._find_brackets(name, given) is not None:
            self._report_brackets(name, given, path)
            given, *_ = given
        for key in getattr(given, "repeated", ()):
            message = f"the key {short_repr(key)} is given twice in one object; remove one"
            self._report_problem(name, rule_field_path(path, key), message, on_key=True)
        return given

    def _validate_field(self, name: str, value: Any) -> Any:
        """Return the readable part of a value, and report the faults of the rest."""
        field = self._fields[name]
        if value is None and name in self._by_field:
            return None
        if name in rule_classes_of(self._cls) and (isinstance(value, tuple | Unreadable) or name in self._by_field):
            return value
        value = value if field.converter is None else field.converter(value)
        if field.validator is None:
            return value
        path = self._path_of_name(self._names[name])
        faults = list(field.validator.faults(name, value))
        for item, error in faults:
            at_fault = _constraint_and_item_at(field.validator, value, item) if item else (field.validator, value)
            item_at = f"{path}{item}" if item.startswith("[") or not item else f"{path}.{item}"
            message = self._reader.describe_error(error, item_at)
            remedy = "" if message.endswith("?") else quotes_remedy(*at_fault)
            self._report_problem(name, item_at, f"{message}{remedy}")
        return readable_part(name, value, {item for item, _ in faults})

    def _check_conditions(self, rule: Any, unreadable: set[str]) -> None:
        for condition in getattr(self._cls, "conditions", ()):
            present = {name for name in condition.given if name in unreadable and name in self._names}
            if unreadable.isdisjoint(set(condition.fields) - present):
                try:
                    values = {name: getattr(rule, name) for name in condition.fields}
                    values |= {name: _PRESENT for name in present if values[name] is None}
                    condition.check(*values.values())
                except InvalidValue as error:
                    path = self._path_of_field(error.field or "")
                    self._report_problem(condition.fields[-1], path, self._reader.describe_error(error, path))

    def _path_of_field(self, field: str) -> str:
        """Return the path of a field, or of a part of it; that of the table if the field is not given."""
        name = re.split(r"[.\[]", field)[0]
        given = self._names.get(name)
        return f"{self._path_of_name(given)}{field[len(name) :]}" if given else self._path

    def _path_of_name(self, name: str) -> str:
        return rule_field_path(self._path, name)

    def _describe_missing(self, names: Sequence[str]) -> str:
        """Return that required fields are missing, and of which words a value can be chosen."""
        *others, last = map(repr, names)
        fact = f"the fields {', '.join(others)} and {last} are missing" if others else f"the field {last} is missing"
        for name in names:
            validator = self._fields[name].validator
            if isinstance(validator, OneOf):
                choices = ", ".join(map(self._reader.notation.show, validator.choices))
                fact += f"; {repr(name) if others else 'it'} must be one of {choices}"
        return fact

    def _add_problems(self, name: str, problems: list[Problem]) -> None:
        if problems:
            self._by_field.setdefault(name, []).extend(problems)

    def _report_problem(self, name: str, path: str, message: str, *, on_key: bool = False) -> None:
        self._by_field.setdefault(name, []).append(Problem("error", path, message, on_key=on_key))


def _constraint_and_item_at(constraint: Any, value: Any, path: str) -> tuple[Any, Any]:
    """Return the constraint on an item of a value, and the item, by its path within the value."""
    constraint = constraint.constraint if isinstance(constraint, Optional) else constraint
    if isinstance(value, Table):
        return constraint.item, value.get(path)
    return constraint.item, value[int(path.strip("[]"))]
