"""Mutants: what mutmut's operators change in the functions of ``core/`` and ``calendar/``, one change each."""

from __future__ import annotations

import ast
import difflib
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import libcst as cst
from mutmut.mutation.file_mutation import Mutation, create_mutations

ROOT = Path(__file__).parents[2]
ROOMS = ("trophy_engine/core", "trophy_engine/calendar")


@attrs.frozen
class Mutant:
    """One change of one function.

    Attributes:
        name: the file, the function, and the number of the change among those of the file.
        path: the file, from the root of the project.
        function: the qualified name of the function or method.
        line: the first line that changes.
        before, after: the lines that change, without indentation.
        source: the whole file with the change.
    """

    name: str
    path: str
    function: str
    line: int
    before: str
    after: str
    source: str = attrs.field(repr=False)

    @property
    def change(self) -> tuple[str, str, str, str]:
        """Return the identity of the mutant without its number: file, function, lines before and after."""
        return self.path, self.function, self.before, self.after

    def __str__(self) -> str:
        """Show where the change is and what it changes."""
        return f"{self.path}:{self.line} {self.function}\n    - {self.before}\n    + {self.after}"


class Source:
    """A file and its mutations."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = (ROOT / path).read_text(encoding="utf-8")
        self.module, mutations, _, _ = create_mutations(path, self.text)
        self.functions = dict(_functions(self.module))
        self.mutations = [one for one in mutations if one.contained_by_top_level_function in self.functions]

    def mutant(self, number: int) -> Mutant | None:
        """Return the mutant of a mutation, or None where the change leaves no program."""
        mutation = self.mutations[number]
        function = mutation.contained_by_top_level_function
        source = _replace(self.module, function, mutation).code
        try:
            same = ast.dump(ast.parse(source)) == ast.dump(ast.parse(self.text))
            compile(source, self.path, "exec")
        except SyntaxError:
            return None
        if same:
            return None
        line, before, after = _difference(self.text, source)
        qualified = self.functions[function]
        return Mutant(f"{self.path}:{qualified}:{number}", self.path, qualified, line, before, after, source)


def _functions(module: cst.Module) -> Iterator[tuple[cst.FunctionDef, str]]:
    for node in module.body:
        if isinstance(node, cst.FunctionDef):
            yield node, node.name.value
        elif isinstance(node, cst.ClassDef):
            for method in node.body.body:
                if isinstance(method, cst.FunctionDef):
                    yield method, f"{node.name.value}.{method.name.value}"


def _replace(module: cst.Module, function: cst.FunctionDef, mutation: Mutation) -> cst.Module:
    changed = function.deep_replace(mutation.original_node, mutation.mutated_node)
    return module.deep_replace(function, changed)


def _difference(before: str, after: str) -> tuple[int, str, str]:
    """Return the number of the first line that changes, and the lines before and after."""
    old, new = before.splitlines(), after.splitlines()
    blocks = [one for one in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if one[0] != "equal"]
    lines = [
        " ".join(line.strip() for _, a, b, c, d in blocks for line in side(a, b, c, d)) for side in _sides(old, new)
    ]
    return blocks[0][1] + 1, lines[0], lines[1]


def _sides(old: list[str], new: list[str]):
    return (lambda a, b, _c, _d: old[a:b]), (lambda _a, _b, c, d: new[c:d])


def all_sources(only: Iterable[str] = ()) -> list[Source]:
    """Read every file of the rooms, or those with one of the given words in the path, in order of name."""
    words = tuple(only)
    paths = sorted(str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).glob("*.py"))
    return [Source(path) for path in paths if not words or any(word in path for word in words)]


def draw(sources: Iterable[Source], count: int, seed: int) -> tuple[list[Mutant], int]:
    """Draw mutants without repeats by a seed; return them and the number of all mutants.

    A change that leaves no program, or the same one, is passed over for the next in the shuffled order.
    """
    places = [(source, number) for source in sources for number in range(len(source.mutations))]
    random.Random(seed).shuffle(places)
    drawn: list[Mutant] = []
    for source, number in places:
        if len(drawn) == count:
            break
        mutant = source.mutant(number)
        if mutant is not None:
            drawn.append(mutant)
    return drawn, len(places)
