"""Positions: the line and column of each problem in the text of a rules file; requires the extra ``cli``.

A parser of syntax trees, tree-sitter, keeps the positions of keys and values, which the parsers of values do not.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator
from typing import Final

import attrs
import tree_sitter_json
import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from trophy_engine.rules.diagnostics import Problem, quote_unless_bare_key, split_rule_path
from trophy_engine.rules.formats import Format

_COLLECTIONS: Final = {"inline_table", "object", "array"}


@attrs.define(eq=False)
class _PositionedValue:
    """A value in the text: the nodes of its key and of itself, and the places in it, by name or in order."""

    key: Node | None
    value: Node
    fields: dict[str, _PositionedValue] = attrs.field(factory=dict)
    items: list[_PositionedValue] | None = None
    has_header: bool = False

    def value_at_step(self, step: str | int) -> _PositionedValue | None:
        """Return the place at a step; a table in place of a list is its only item, and the reverse."""
        if isinstance(step, int):
            if self.items is None:
                return self if step == 0 else None
            return self.items[step] if step < len(self.items) else None
        return self.last_item(first=True).fields.get(step)

    def last_item(self, *, first: bool = False) -> _PositionedValue:
        """Return the last item, or the first, of a list with items, and otherwise the place itself."""
        return self.items[0 if first else -1] if self.items else self


def locate_problems(problems: Iterable[Problem], text: str, format_: Format) -> list[Problem]:
    """Return the problems with line and column, in the order of the text.

    A problem points at a value, at a key if that is at fault, or at the table in which a field is missing.
    """
    problems = list(problems)
    lines: list[bytes] = []
    root: _PositionedValue | None = None
    if any(problem.line is None and problem.path for problem in problems):  # then the text has no fault of syntax
        encoded = text.encode()
        lines, root = encoded.split(b"\n"), _parse_rules_syntax_tree(encoded, format_)
    located = [problem if problem.line is not None else _locate_problem(problem, root, lines) for problem in problems]
    return sorted(located, key=lambda problem: (problem.line or 0, problem.column or 0))


def _parse_rules_syntax_tree(encoded: bytes, format_: Format) -> _PositionedValue:
    language = tree_sitter_json.language() if format_ == "json" else tree_sitter_toml.language()
    document = Parser(Language(language)).parse(encoded).root_node
    return _read_json_positions(document) if format_ == "json" else _read_toml_positions(document)


def _locate_problem(problem: Problem, root: _PositionedValue | None, lines: list[bytes]) -> Problem:
    if root is None or not problem.path:
        return attrs.evolve(problem, line=1, column=1)
    place, is_end = root, True
    for step in split_rule_path(problem.path):
        inner = place.value_at_step(step)
        if inner is None:
            is_end = False
            break
        place = inner
    if place is root:
        return attrs.evolve(problem, line=1, column=1)
    node = place.key if problem.on_key and is_end and place.key is not None else place.value
    row, byte = node.start_point
    column = len(lines[row][:byte].decode(errors="replace"))
    return attrs.evolve(problem, line=row + 1, column=column + 1)


def _read_json_positions(document: Node) -> _PositionedValue:
    values = [child for child in document.named_children if child.type != "comment"]
    return _read_position_of_value(values[0], None) if values else _PositionedValue(None, document)


def _read_toml_positions(document: Node) -> _PositionedValue:
    """Return the places of a document of TOML; a table with a header is where its header is."""
    root = _PositionedValue(None, document)
    for node in document.named_children:
        if node.type == "pair":
            _read_position_of_pair(node, root)
        elif node.type in {"table", "table_array_element"}:
            header, *_ = node.named_children
            table = _open_toml_table(
                root, list(_parts_of_toml_key(header)), node, is_item=node.type == "table_array_element"
            )
            for child in node.named_children:
                if child.type == "pair":
                    _read_position_of_pair(child, table)
    return root


def _open_toml_table(root: _PositionedValue, parts: list[Node], node: Node, *, is_item: bool) -> _PositionedValue:
    """Return the place of a table with a header; a repeated header begins an item of a list."""
    *parents, last = parts
    parent = root
    for part in parents:
        parent = parent.fields.setdefault(_name_of_key_node(part), _PositionedValue(part, node)).last_item()
    name = _name_of_key_node(last)
    place = parent.fields.get(name)
    table = _PositionedValue(last, node, has_header=True)
    if place is None:
        parent.fields[name] = _PositionedValue(last, node, items=[table]) if is_item else table
    elif place.items is not None:
        place.items.append(table)
    elif is_item or place.has_header:
        items = [attrs.evolve(place), table]
        parent.fields[name] = _PositionedValue(place.key, place.value, items=items)
    else:
        place.key, place.value, place.has_header, table = last, node, True, place
    return table


def _read_position_of_pair(pair: Node, table: _PositionedValue) -> None:
    key, value = pair.named_children[0], pair.named_children[-1]
    *parents, last = _parts_of_toml_key(key)
    for part in parents:
        table = table.fields.setdefault(_name_of_key_node(part), _PositionedValue(part, part)).last_item()
    place, former = _read_position_of_value(value, last), table.fields.get(_name_of_key_node(last))
    if former is not None and former.items is not None and place.items is not None:
        place.items = former.items + place.items  # as readers of JSON join lists with the same name
    table.fields[_name_of_key_node(last)] = place


def _read_position_of_value(value: Node, key: Node | None) -> _PositionedValue:
    place = _PositionedValue(key, value, items=[] if value.type == "array" else None)
    if value.type in _COLLECTIONS:
        for child in value.named_children:
            if child.type == "pair":
                _read_position_of_pair(child, place)
            elif place.items is not None and child.type != "comment":
                place.items.append(_read_position_of_value(child, None))
    return place


def _parts_of_toml_key(key: Node) -> Iterator[Node]:
    if key.type == "dotted_key":
        for part in key.named_children:
            yield from _parts_of_toml_key(part)
    else:
        yield key


def _name_of_key_node(key: Node) -> str:
    """Return the name of a key as it is in a path."""
    text = (key.text or b"").decode()
    try:
        if key.type == "string":
            return quote_unless_bare_key(str(json.loads(text)))
        return quote_unless_bare_key(next(iter(tomllib.loads(f"{text} = 0")))) if key.type == "quoted_key" else text
    except ValueError:  # a fault of syntax
        return text
