"""The mutants that are listed as equivalent are of the code as it is."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MUTANTS = tomllib.loads((ROOT / "tests/mutation/equivalent.toml").read_text(encoding="utf-8"))["mutant"]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant['function']}: {mutant['before']}")
def test_the_function_has_the_line(mutant):
    source = (ROOT / mutant["file"]).read_text(encoding="utf-8")
    functions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef))
    [function] = [one for one in functions if one.name == mutant["function"].split(".")[-1]]
    lines = ast.get_source_segment(source, function).splitlines()
    assert mutant["before"] in [line.strip() for line in lines]
