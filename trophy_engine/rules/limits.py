"""Limits of rules files: the length of the text, and the depth of its tables.

The time and memory of a parser are quadratic in the number of dotted parts of a key, and nested lists can exceed its
stack. So the text is checked in one pass before it is parsed.
"""

from __future__ import annotations

import re
from typing import Final

from trophy_engine.errors import InvalidValue

#: The greatest number of characters in a rules file.
MAX_CHARACTERS: Final = 16_000_000
#: The greatest depth of nested lists and tables, and the greatest number of dotted parts of a key; rules need six.
MAX_DEPTH: Final = 32

#: Strings and comments, in which brackets and dots have no meaning. An unterminated one extends to the end.
_JSON_QUOTED: Final = r'(?s)"(?:\\.|[^"\\])*+(?:"|\Z)'
_TOML_QUOTED: Final = (
    r'(?s)"""(?:\\.|(?!""")[^\\])*+(?:"{3,5}+|\Z)'
    r"|'''(?:(?!''').)*+(?:'{3,5}+|\Z)"
    r'|"(?:\\.|[^"\\\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+"
)
_BRACKET: Final = r"[\[\]{}]"
_KEY_PART: Final = r"[A-Za-z0-9_\-\"]++"
_LONG_KEY: Final = rf"(?<![A-Za-z0-9_\-\"]){_KEY_PART}(?:[ \t]*+\.[ \t]*+{_KEY_PART}){{{MAX_DEPTH}}}"


def check_limits(text: str, format_: str) -> None:
    """Check that a text can be parsed in reasonable time and memory.

    Raises:
        InvalidValue: the text is too long, or nested too deep.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"have more than {MAX_CHARACTERS:,} characters; remove some")
    bare = re.sub(_JSON_QUOTED if format_ == "json" else _TOML_QUOTED, '"', text)
    depth = 0
    for bracket in re.findall(_BRACKET, bare):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            raise InvalidValue(f"nest lists and tables more than {MAX_DEPTH} deep; six levels are enough")
    if format_ == "toml" and re.search(_LONG_KEY, bare):
        raise InvalidValue(f"have a key of more than {MAX_DEPTH} parts; three are enough")


def mask_quoted(text: str) -> str:
    """Return text of TOML with spaces in place of strings and comments; every line keeps its place and length."""
    return re.sub(_TOML_QUOTED, lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def find_unclosed(text: str) -> int:
    """Return the index of the end of the first text of TOML in single quotes that its line does not close, or 0."""
    literals = (match for match in re.finditer(_TOML_QUOTED, text) if re.match("'(?!'')", match[0]))
    return next((match.end() for match in literals if len(match[0]) == 1 or not match[0].endswith("'")), 0)
