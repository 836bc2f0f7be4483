"""A test file is named after the module that it tests, so that a change of a module finds its tests by name.

``trophy_engine/core/streaks.py`` is tested by ``tests/core/test_streaks.py``, and single aspects of it by
``tests/core/test_streaks_*.py``.
"""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
PACKAGE, TESTS = ROOT / "trophy_engine", ROOT / "tests"
#: Number of statements in functions from which on a module requires its own test file.
SIZE = 40
#: Folders whose files are named after a story, a law, a page or an example.
STORIES = {"docs", "examples", "fuzz", "laws", "mutation", "scenarios", "support"}
#: Modules that a file of another name tests, and why.
TESTED_ELSEWHERE = {
    "rules/constraints/choices.py": "rules/constraints/test_constraints.py",
    "rules/constraints/dates.py": "rules/constraints/test_constraints.py",
    "analysis/spark/events.py": "analysis/spark/test_evaluation.py",  # parses what the evaluation then reads
    "analysis/spark/one_pass.py": "analysis/spark/test_replay.py",  # runs on a cluster only
    "testing/ledger_laws.py": "testing/test_laws.py",  # plants faults that the laws of every module notice
    "testing/limit_laws.py": "testing/test_laws.py",  # as for ledger_laws
    "testing/storage.py": "storage/test_sqlite.py",  # is a test case, of which the tests of storages are subclasses
    "testing/streak_laws.py": "testing/test_laws.py",  # as for ledger_laws
    "testing/translation_laws.py": "laws/test_laws.py",  # contains the laws
    "testing/travellers.py": "laws/test_travel.py",  # draws the flights of a law
}
#: Test files that concern a whole room, and why.
OF_A_ROOM = {
    "analysis/html_report/test_browser.py",  # shows the whole page in a browser
    "storage/test_golden.py",  # reads the formats of states, logs and save files
    "trophy_api/admin/test_client.py",  # calls every operation through the official client
    "trophy_api/test_openapi.py",  # compares the answers of both APIs with the documents of the platform
    "trophy_api/test_operations.py",  # compares both APIs with the operations of the official client
}


def size(module):
    """Count the statements in the functions of a module, without docstrings."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    nodes = {id(one): one for function in functions for part in function.body for one in ast.walk(part)}
    return sum(
        isinstance(one, ast.stmt) and not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
        for one in nodes.values()
    )


def names_a_module(test):
    """Return whether a test file, given by its path below the tests, is named after a module or its package."""
    words = test.stem.removeprefix("test_").split("_")
    room = PACKAGE / test.parent
    names = ["_".join(words[:end]) for end in range(1, len(words) + 1)]
    return test.stem == f"test_{test.parent.name}" or any((room / f"{name}.py").exists() for name in names)


def test_every_module_with_logic_has_a_test_of_its_name():
    modules = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if size(path) >= SIZE]
    lacking = {path.as_posix() for path in modules if not (TESTS / path.parent / f"test_{path.name}").exists()}
    assert lacking == TESTED_ELSEWHERE.keys()
    assert [path for path in TESTED_ELSEWHERE.values() if not (TESTS / path).exists()] == []


def test_every_test_file_is_named_after_a_module():
    files = [path.relative_to(TESTS) for path in TESTS.rglob("test_*.py")]
    others = {path.as_posix() for path in files if path.parts[0] not in STORIES and not names_a_module(path)}
    assert others == OF_A_ROOM
