"""Headers of TOML: ``[achievements]``, which is one table, where ``[[achievements]]`` begins an item of a list.

TOML refuses the second header with one bracket, and with it the whole file. Corrected headers let the rest be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.limits import mask_toml_strings
from trophy_engine.rules.notation import TOML

_HEADER: Final = re.compile(r"^([ \t]*)\[([ \t]*[\w-]+(?:[ \t]*\.[ \t]*[\w-]+)*[ \t]*)\][ \t]*$", re.MULTILINE)


def double_toml_header_brackets(
    text: str, find_list: Callable[[tuple[str, ...]], tuple[str, ...] | None]
) -> tuple[str, list[Problem]]:
    """Return the text with two brackets at the headers of lists that have one, and a problem for each.

    Args:
        text: the text of a file in TOML.
        find_list: returns the names, from the root on, of the list of tables that names mean, or None.
    """
    problems: list[Problem] = []
    corrected: list[str] = []
    end = 0
    for match in _HEADER.finditer(mask_toml_strings(text)):
        names = tuple(re.sub(r"\s", "", match[2]).split("."))
        meant = find_list(names)
        if meant is not None:
            path, start = ".".join(names), match.end(1)
            line, column = text.count("\n", 0, start) + 1, len(match[1]) + 1
            is_unknown = names[-1] != meant[-1]
            fact = f"unknown field {names[-1]!r}; " if is_unknown else ""
            message = f"{fact}{TOML.list_remedy('.'.join(meant))}"
            problems.append(Problem("error", path, message, on_key=is_unknown, line=line, column=column))
            close = text.index("]", start)
            corrected += text[end:start], "[", text[start : close + 1], "]"
            end = close + 1
    return "".join((*corrected, text[end:])), problems
