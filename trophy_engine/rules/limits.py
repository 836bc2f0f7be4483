"""Limits of rules files: the length of the text, and the depth of its tables.

The time and memory of a parser are quadratic in the number of dotted parts of a key, and nested lists can exceed its
stack. So the text is checked in one pass before it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from trophy_engine.errors import InvalidValue

#: The greatest number of characters in a rules file.
MAX_CHARACTERS: Final = 16_000_000
#: The greatest depth of nested lists and tables, and the greatest number of dotted parts of a key; rules need six.
MAX_DEPTH: Final = 32

#: Strings and comments, in which brackets and dots have no meaning. An unterminated one extends to the end.
_JSON_QUOTED: Final = r'(?s)"(?:\\.|[^"\\])*+(?:"|\Z)'
_TOML_START: Final = re.compile(r"\"\"\"|'''|[\"'#]")
#: By the start of a string or a comment: what it contains, but for its own quotes, and the quotes that end it. No
#: pattern looks ahead in a possessive repetition, which Python before 3.11.5 matches wrongly.
_TOML_REST: Final = {
    '"""': (re.compile(r'(?s)(?:[^"\\]|\\.)*+'), re.compile(r'"{3,5}')),
    "'''": (re.compile(r"[^']*+"), re.compile(r"'{3,5}")),
    '"': (re.compile(r'(?s)(?:[^"\\\n]|\\.)*+'), re.compile(r'"?')),
    "'": (re.compile(r"[^'\n]*+"), re.compile(r"'?")),
    "#": (re.compile(r"[^\n]*+"), re.compile(r"")),
}
_BRACKET: Final = r"[\[\]{}]"
_KEY_PART: Final = r"[A-Za-z0-9_\-\"]++"
_LONG_KEY: Final = rf"(?<![A-Za-z0-9_\-\"]){_KEY_PART}(?:[ \t]*+\.[ \t]*+{_KEY_PART}){{{MAX_DEPTH}}}"


def check_rules_text_limits(text: str, format_: str) -> None:
    """Check that a text can be parsed in reasonable time and memory.

    Raises:
        InvalidValue: the text is too long, or nested too deep.
    """
    if len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"have more than {MAX_CHARACTERS:,} characters; remove some")
    bare = re.sub(_JSON_QUOTED, '"', text) if format_ == "json" else _replace_toml_strings(text, lambda _: '"')
    depth = 0
    for bracket in re.findall(_BRACKET, bare):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            raise InvalidValue(f"nest lists and tables more than {MAX_DEPTH} deep; six levels are enough")
    if format_ == "toml" and re.search(_LONG_KEY, bare):
        raise InvalidValue(f"have a key of more than {MAX_DEPTH} parts; three are enough")


def mask_toml_strings(text: str) -> str:
    """Return text of TOML with spaces in place of strings and comments; every line keeps its place and length."""
    return _replace_toml_strings(text, lambda quoted: re.sub(r"[^\n]", " ", quoted))


def find_unclosed_toml_string(text: str) -> int:
    """Return the index of the end of the first text of TOML in single quotes that its line does not close, or 0."""
    for start, end in _find_toml_strings(text):
        quoted = text[start:end]
        if re.match("'(?!'')", quoted) and (len(quoted) == 1 or not quoted.endswith("'")):
            return end
    return 0


def _replace_toml_strings(text: str, replace: Callable[[str], str]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in _find_toml_strings(text):
        parts += text[done:start], replace(text[start:end])
        done = end
    return "".join((*parts, text[done:]))


def _find_toml_strings(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and the end of every string and comment of TOML."""
    end = 0
    while start := _TOML_START.search(text, end):
        contents, closing = _TOML_REST[start[0]]
        end = start.end()
        while True:
            after = contents.match(text, end)
            end = end if after is None else after.end()
            close = closing.match(text, end)
            if close is not None:
                end = close.end()
                break
            if end >= len(text) or text[end] == "\\":
                end = len(text)
                break
            end += 1  # a quote within the string
        yield start.start(), end
