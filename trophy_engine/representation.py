"""Representations of objects that fit on a screen, whatever the objects contain, as text and as HTML for notebooks.

``brief_repr`` is the ``__repr__`` of classes with fields. A small object is shown as attrs does. Of a large one, long
texts and containers are cut, then nested objects, until the whole has at most 1,000 characters.

>>> import attrs
>>> @attrs.frozen
... class Word:
...     text: str
...     uses: tuple[int, ...]
...     __repr__ = brief_repr
>>> Word("a", (1, 2))
Word(text='a', uses=(1, 2))
>>> Word("a", tuple(range(10_000)))
Word(text='a', uses=(0, 1, 2, 3, 4, 5, 6, 7, … 9,992 more))
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, Final, NamedTuple

#: The maximal number of characters of a representation: half a screen of 24 lines of 80.
MAX_LENGTH: Final = 1_000


class _Detail(NamedTuple):
    """How much of an object is shown: items of a container, characters of a text, and levels of nested objects."""

    items: int
    characters: int
    levels: int


_DETAILS: Final = (_Detail(8, 400, 5), _Detail(3, 80, 3), _Detail(2, 40, 2), _Detail(1, 20, 1), _Detail(0, 10, 0))


def brief_repr(self: object) -> str:
    """Return the class and its fields, in at most 1,000 characters."""
    return named_repr(self, _fields_to_represent(self))


def named_repr(value: object, fields: Mapping[str, Any]) -> str:
    """Return the class of an object and fields of it, in at most 1,000 characters.

    Args:
        value: the object.
        fields: what to show, by name.
    """
    text = ""
    for detail in _DETAILS:
        text = _represent_fields(type(value).__name__, fields, detail)
        if len(text) <= MAX_LENGTH:
            return text
    return f"{text[: MAX_LENGTH - 2]}…)"


def _fields_to_represent(value: Any) -> dict[str, Any]:
    """Return the fields of a named tuple or of an attrs object."""
    if hasattr(value, "_fields"):
        return dict(zip(value._fields, value, strict=True))
    return {field.name: getattr(value, field.name) for field in type(value).__attrs_attrs__ if field.repr}


def _represent_fields(name: str, fields: Mapping[str, Any], detail: _Detail) -> str:
    return f"{name}({', '.join(f'{field}={_represent_value(value, detail)}' for field, value in fields.items())})"


def _represent_value(value: Any, detail: _Detail) -> str:
    if isinstance(value, str | bytes):
        return repr(value) if len(value) <= detail.characters else f"{value[: detail.characters]!r}…"
    if hasattr(type(value), "__attrs_attrs__") or hasattr(value, "_fields"):
        if detail.levels <= 0:
            return f"{type(value).__name__}(…)"
        return _represent_fields(
            type(value).__name__, _fields_to_represent(value), detail._replace(levels=detail.levels - 1)
        )
    if isinstance(value, Collection):
        return _represent_collection(value, detail)
    try:
        text = repr(value)
    except ValueError:  # an int of more than 4,300 digits
        return f"<{type(value).__name__} too long to show>"
    return text if len(text) <= detail.characters else f"{text[: detail.characters]}…"


def _represent_collection(value: Collection[Any], detail: _Detail) -> str:
    if detail.levels <= 0 and value:
        return f"<{len(value):,} items>" if len(value) > 1 else "<1 item>"
    items = list(_represent_items(value, detail._replace(levels=detail.levels - 1)))
    hidden = len(value) - len(items)
    if hidden:
        items.append(f"… {hidden:,} more")
    if type(value) is tuple:
        start, end = "(", ")"
    else:
        start, end = ("{", "}") if isinstance(value, Mapping | AbstractSet) else ("[", "]")
    comma = "," if type(value) is tuple and len(items) == 1 else ""
    return f"{start}{', '.join(items)}{comma}{end}"


def _represent_items(value: Collection[Any], detail: _Detail) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in islice(value.items(), detail.items):
            yield f"{_represent_value(key, detail)}: {_represent_value(item, detail)}"
    else:
        ordered = sorted(value, key=repr) if isinstance(value, AbstractSet) else value
        for item in islice(ordered, detail.items):
            yield _represent_value(item, detail)


class TextAsHtml:
    """An object that a notebook shows as its text."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Return the text as HTML."""
        return html_repr_of_text(str(self))


def html_repr_of_text(text: str) -> str:
    """Return text as HTML, with its line breaks and indentation.

    >>> html_repr_of_text("a < b")
    '<pre style="white-space: pre-wrap">a &lt; b</pre>'
    """
    from html import escape  # noqa: PLC0415  # a game shows no HTML

    return f'<pre style="white-space: pre-wrap">{escape(text)}</pre>'


def html_repr_of_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[str] = (), limit: int = 40
) -> str:
    """Return a table of text as HTML; all text in it is escaped.

    Args:
        title: the title.
        columns: the names of the columns.
        rows: the cells of each row.
        numbers: the names of the columns of numbers, which are aligned to the right.
        limit: the maximal number of rows; the number of further ones is the last row.
    """
    from html import escape  # noqa: PLC0415  # a game shows no HTML

    aligned = [' style="text-align: right"' if column in numbers else ' style="text-align: left"' for column in columns]
    parts = [f"<table><caption>{escape(title)}</caption><thead><tr>"]
    parts += [f"<th{align}>{escape(name)}</th>" for align, name in zip(aligned, columns, strict=True)]
    parts.append("</tr></thead><tbody>")
    for row in rows[:limit]:
        cells = (f"<td{align}>{escape(cell)}</td>" for align, cell in zip(aligned, row, strict=True))
        parts.append(f"<tr>{''.join(cells)}</tr>")
    if len(rows) > limit:
        parts.append(f'<tr><td colspan="{len(columns)}">… {len(rows) - limit:,} more</td></tr>')
    return "".join([*parts, "</tbody></table>"])
