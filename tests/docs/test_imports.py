"""Pages import from the few places that people need, and these import nothing before it is used."""

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: One import for each use.
PLACES = {
    "trophy_engine",
    "trophy_engine.analysis",
    "trophy_engine.analysis.spark",
    "trophy_engine.storage",
    "trophy_engine.testing",
    "trophy_engine.trophy_api",
}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = [*PAGES, *sorted((ROOT / "docs" / "examples").rglob("*.py"))]
#: What a page needs beyond them.
OTHER_IMPORTS = {"docs/examples/browser/playground.py": {"trophy_engine.explain.timeline"}}
IMPORT = re.compile(r"^ *(?:from|import) (trophy_engine[\w.]*)", re.MULTILINE)


@pytest.mark.parametrize("page", CODE, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_imports_from_the_places_of_the_three_uses(page):
    places = PLACES | OTHER_IMPORTS.get(page.relative_to(ROOT).as_posix(), set())
    assert set(IMPORT.findall(page.read_text(encoding="utf-8"))) <= places


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_public_name_of_a_place_is_there(place):
    module = import_module(place)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []
    assert sorted(set(module.__all__)) == sorted(module.__all__)


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import trophy_engine", ("sqlite3", "trophy_engine.analysis", "trophy_engine.testing", "tomllib", "pathlib")),
        (
            "import trophy_engine.analysis",
            ("altair", "pyarrow", "trophy_engine.analysis.comparison"),
        ),
        ("from trophy_engine.analysis import replay", ("altair", "pyarrow", "trophy_engine.analysis.simulation")),
        ("from trophy_engine.analysis import Persona, sweep", ("altair", "jinja2", "pyarrow")),
        ("from trophy_engine.testing import StreakMachine", ("trophy_engine.testing.storage",)),
    ],
)
def test_nothing_is_imported_before_it_is_used(code, absent):
    check = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", check], check=True, capture_output=True, text=True, cwd=ROOT)
    assert set(done.stdout.split()) & set(absent) == set()


def test_a_missing_library_of_the_test_kit_is_named_with_its_extra():
    code = "import sys; sys.modules['hypothesis'] = None; from trophy_engine.testing import StreakMachine"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=ROOT)
    assert done.stderr.splitlines()[-1].endswith("pip install 'trophy-engine[testing]'")
