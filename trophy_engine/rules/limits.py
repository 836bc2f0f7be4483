"""Limits of rules files: how long one is, and how deep its tables are nested.

A parser takes time and memory in the square of what it is given where keys have thousands of dotted parts, and stops at
the end of the stack where lists stand in lists. So the text is looked at before it is parsed, in one pass.
"""

from __future__ import annotations

import re
from typing import Final

from trophy_engine.errors import InvalidValue

#: How many characters a rules file has at most.
MAX_CHARACTERS: Final = 16_000_000
#: How deep lists and tables are nested at most, and how many dotted parts a key has; rules need six.
MAX_DEPTH: Final = 32

#: What can hold brackets and dots that mean nothing: strings and comments. One that does not end reaches to the end.
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
        InvalidValue: it is too long, or nested too deep.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"has more than {MAX_CHARACTERS:,} characters; split the rules or leave some out")
    bare = re.sub(_JSON_QUOTED if format_ == "json" else _TOML_QUOTED, '"', text)
    depth = 0
    for bracket in re.findall(_BRACKET, bare):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            raise InvalidValue(f"nests lists and tables more than {MAX_DEPTH} deep; rules need six levels")
    if format_ == "toml" and re.search(_LONG_KEY, bare):
        raise InvalidValue(f"has a key of more than {MAX_DEPTH} dotted parts; rules need three")
