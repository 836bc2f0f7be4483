"""Notation: how TOML and JSON write values, lists and tables, for messages, and values that no rules can have."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import attrs

from trophy_engine.error_messages import cut_text_for_message, short_repr
from trophy_engine.rules.constraints import Constraint
from trophy_engine.rules.diagnostics import quote_unless_bare_key, split_rule_path
from trophy_engine.values import Value


@attrs.frozen
class Notation(Value):
    """The words and remedies of a notation, TOML or JSON.

    Attributes:
        table: a table, with its article.
        is_toml: True for TOML.
    """

    table: str
    is_toml: bool

    def list_remedy(self, path: str, key: str | None = None) -> str:
        """Return what to write if one table is given in place of a list of tables, or a table by its key.

        >>> TOML.list_remedy("metrics", "km")
        'write [[metrics]], with two brackets, and key = "km" in it: there may be several'
        """
        if not self.is_toml:
            remedy = "square brackets around the object, [{…}]" if key is None else f'[{{"key": {self.show(key)}, …}}]'
            return f"must be a list: write {remedy}; there may be several"
        header, name = _toml_header(path)
        field = "" if key is None else f"key = {self._show_in_table(key)}"
        inline = f", or {name} = [{{ {f'{field}, ' if field else ''}… }}]" if "." in header else ""
        return f"write [[{header}]], with two brackets{field and f', and {field} in it'}{inline}: there may be several"

    def table_remedy(self, path: str) -> str:
        """Return what to write if a list of tables is given in place of one table."""
        if not self.is_toml:
            return "must be one object: remove the square brackets; there is only one"
        header, name = _toml_header(path)
        inline = f", or {name} = {{ … }}" if "." in header else ""
        return f"write [{header}], with one bracket{inline}: there is only one"

    def inline_table(self, fields: Mapping[str, object]) -> str:
        """Return a table in one line, with texts in double quotes.

        >>> TOML.inline_table({"key": "words", "threshold": 2}), JSON.inline_table({"key": "words"})
        ('{ key = "words", threshold = 2 }', '{"key": "words"}')
        """
        if not self.is_toml:
            return self.show(fields)
        shown = (f"{name} = {self._show_in_table(value)}" for name, value in fields.items())
        return f"{{ {', '.join(shown)} }}"

    def assign(self, path: str, text: str) -> str:
        """Return the text of a value with the name of its field, if the path ends with one.

        >>> TOML.assign("streak.freezes", "2"), JSON.assign("streak.freezes", "2"), TOML.assign("metrics[0]", "2")
        ('freezes = 2', '"freezes": 2', '2')
        """
        *_, name = split_rule_path(path) or [0]
        if isinstance(name, int):
            return text
        return f"{name} = {text}" if self.is_toml else f"{self.show(name)}: {text}"

    def _show_in_table(self, value: object) -> str:
        return f'"{value}"' if isinstance(value, str) else self.show(value)

    def show(self, value: object) -> str:  # noqa: PLR0911  # one line per kind of value
        """Return a value of a file for a message, cut to a length.

        >>> TOML.show([True, None, Decimal("1.5"), date(2025, 4, 2), {"key": "words"}])
        "[true, null, 1.5, 2025-04-02, {key = 'words'}]"
        >>> JSON.show([True, None, Decimal("1.5"), date(2025, 4, 2), {"key": "words"}])
        '[true, null, 1.5, "2025-04-02", {"key": "words"}]'
        """
        match value:
            case None | bool():
                return {None: "null", True: "true", False: "false"}[value]
            case Decimal():
                return str(value).lower().replace("infinity", "inf")
            case date() | time():
                return value.isoformat() if self.is_toml else f'"{value.isoformat()}"'
            case list() | tuple():
                return cut_text_for_message(f"[{', '.join(map(self.show, value))}]")
            case Mapping():
                return cut_text_for_message(
                    f"{{{', '.join(self._show_field(str(key), item) for key, item in value.items())}}}"
                )
            case str() if not self.is_toml:
                return cut_text_for_message(json.dumps(value, ensure_ascii=not value.isprintable()))
            case _:
                return short_repr(value)

    def _show_field(self, name: str, value: object) -> str:
        if self.is_toml:
            return f"{quote_unless_bare_key(name)} = {self.show(value)}"
        return f"{self.show(name)}: {self.show(value)}"


TOML: Final = Notation("a table", is_toml=True)
JSON: Final = Notation("an object", is_toml=False)
#: Shows a value of a file that is neither TOML nor JSON.
show_value: Final = TOML.show


def quotes_remedy(constraint: Constraint, value: Any) -> str:
    """Return what to write if a value is valid in quotes, or a text is valid without them; else an empty text."""
    if isinstance(value, str):
        meant = _value_of_quoted_text(value)
        is_meant = not isinstance(meant, str) and constraint.accepts(meant)
        return f"; write it without quotes: {value}" if is_meant else ""
    if isinstance(value, bool | int | Decimal | date | time):
        text = TOML.show(value)
        return f'; write it in quotes: "{text}"' if constraint.accepts(text) else ""
    return ""


def _value_of_quoted_text(text: str) -> object:
    if text in {"true", "false"}:
        return text == "true"
    try:
        return int(text) if text.lstrip("+-").isdecimal() else Decimal(text)
    except (InvalidOperation, ValueError):
        return text


def _toml_header(path: str) -> tuple[str, str]:
    """Return the name of the header of TOML for a path, and its last part."""
    names = [step for step in split_rule_path(path) if isinstance(step, str)]
    return ".".join(names), names[-1]


class RepeatedNames(dict[str, Any]):
    """A JSON object in which names are given twice; ``repeated`` has these names.

    Lists with the same name are joined, so that the items of all can be checked; of other values the last is kept.
    """

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__()
        repeated: dict[str, None] = {}
        for name, value in pairs:
            if name in self:
                repeated[name] = None
            former = self.get(name)
            self[name] = former + value if isinstance(former, list) and isinstance(value, list) else value
        self.repeated = tuple(repeated)


class OutOfRange:
    """A number of a file that is too long or too large; rules with it are refused."""

    def __init__(self, digits: str, message: str) -> None:
        self._digits, self.message = digits, message

    def __repr__(self) -> str:
        """Return the digits, cut to a length for messages."""
        return short_repr(self._digits)[1:-1]
