"""Labels: names in lines that fit, measured for the widest of the common fonts, and the rows that they name.

A page is drawn before it is known which font the reader has, so widths are estimates that are not exceeded.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final
from unicodedata import east_asian_width

import attrs

from trophy_engine.analysis.html_report.style import Style
from trophy_engine.values import Value

FONT_SIZE: Final = 12
LINE_HEIGHT: Final = 15
_NARROW: Final = frozenset(" .,:;|!'ijltfrI()[]/-")
_WIDE: Final = frozenset("mMwW@%—…")
#: The gap between a name and its bar, and between rows.
_GAP: Final = 8
_NAMES_SHARE: Final = 0.36


def text_width(text: str) -> float:
    """Return the estimated width of a text in pixels."""
    return FONT_SIZE * sum(map(_character_width, text))


def _character_width(character: str) -> float:
    if east_asian_width(character) in "WF" or character in _WIDE:
        return 1.05
    if character in _NARROW:
        return 0.42
    return 0.78 if character.isupper() else 0.66


def wrap_label(text: str, width: float) -> list[str]:
    """Return a text in lines of at most a width in pixels; a word that is longer is broken.

    >>> wrap_label("a hundred merges and a week without a pause", 180)
    ['a hundred merges and a', 'week without a pause']
    """
    per_character = max(text_width(text) / max(len(text), 1), 1)
    characters = max(int(width // per_character), 1)
    while True:
        lines = textwrap.wrap(text, characters) or [""]
        if characters == 1 or max(map(text_width, lines)) <= width:
            return lines
        characters -= 1


@attrs.frozen
class Row(Value):
    """The position of a row: its label, the top of the label, and the top of its bars, in pixels."""

    label: str
    label_top: float
    top: float


@attrs.frozen
class LabelLayout(Value):
    """Rows below each other: the width of the names beside them (0 for names above), and the total height."""

    rows: tuple[Row, ...]
    margin: float
    height: float
    heading: str = ""

    @property
    def has_names_above(self) -> bool:
        """Whether the names are above the bars."""
        return not self.margin


def lay_out_labels(names: Sequence[str], height: float, style: Style, heading: str = "") -> LabelLayout:
    """Return the layout of named rows of a height, below a heading; in a narrow chart, names are above the rows."""
    limit = style.width - 40 if style.is_narrow else style.width * _NAMES_SHARE
    wrapped = [wrap_label(name, limit) for name in names]
    headings = wrap_label(heading, limit) if heading else []
    rows, bottom = [], 4.0 + LINE_HEIGHT * len(headings) + (_GAP if headings else 0)
    for lines in wrapped:
        label_height = LINE_HEIGHT * len(lines)
        if style.is_narrow:
            rows.append(Row("\n".join(lines), bottom, bottom + label_height + 2))
            bottom += label_height + 2 + height + _GAP
        else:
            used = max(label_height, height)
            rows.append(Row("\n".join(lines), bottom + (used - label_height) / 2 + 2, bottom + (used - height) / 2))
            bottom += used + _GAP
    margin = (
        0.0
        if style.is_narrow
        else max((text_width(line) for lines in (headings, *wrapped) for line in lines), default=0)
    )
    return LabelLayout(tuple(rows), margin, bottom, "\n".join(headings))
