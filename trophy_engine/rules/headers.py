"""Headers of TOML: ``[achievements]``, which is one table, where ``[[achievements]]`` begins an item of a list.

TOML refuses the second header with one bracket, and with it the whole file. Corrected headers let the rest be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.limits import mask_quoted
from trophy_engine.rules.notation import TOML

_HEADER: Final = re.compile(r"^([ \t]*)\[([ \t]*[\w-]+(?:[ \t]*\.[ \t]*[\w-]+)*[ \t]*)\][ \t]*$", re.MULTILINE)


def double_brackets(text: str, is_list: Callable[[tuple[str, ...]], bool]) -> tuple[str, list[Problem]]:
    """Return the text with two brackets at the headers of lists that have one, and a problem for each.

    Args:
        text: the text of a file in TOML.
        is_list: returns True if the field with these names, from the root on, is a list of tables.
    """
    problems: list[Problem] = []
    corrected: list[str] = []
    end = 0
    for match in _HEADER.finditer(mask_quoted(text)):
        names = tuple(re.sub(r"\s", "", match[2]).split("."))
        if is_list(names):
            path, start = ".".join(names), match.end(1)
            line, column = text.count("\n", 0, start) + 1, len(match[1]) + 1
            problems.append(Problem("error", path, TOML.list_remedy(path), line=line, column=column))
            close = text.index("]", start)
            corrected += text[end:start], "[", text[start : close + 1], "]"
            end = close + 1
    return "".join((*corrected, text[end:])), problems
