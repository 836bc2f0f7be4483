"""Whatever can be imported from a package that people use stands on a page of the reference."""

import re
from importlib import import_module
from inspect import isclass, isroutine
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "reference"
DIRECTIVE = re.compile(r"^\.\. auto(module|class|data):: (\S+)$", re.MULTILINE)
#: The packages whose names people import; what lies below is reached through them, or by the module's own name.
PUBLIC = ["", ".rules.bundled", ".rules.starters", ".storage", ".testing", ".trophy_api"]


def documented():
    """Yield what pages document: the place that it has, and the thing."""
    for page in sorted(PAGES.glob("*.md")):
        for kind, place in DIRECTIVE.findall(page.read_text(encoding="utf-8")):
            home, _, name = place.rpartition(".")
            module = import_module(place if kind == "module" else home)
            for public in module.__all__ if kind == "module" else [name]:
                yield f"{module.__name__}.{public}", getattr(module, public)


DOCUMENTED = dict(documented())


@pytest.mark.parametrize("package", [f"trophy_engine{name}" for name in PUBLIC])
def test_every_public_name_is_on_a_page_of_the_reference(package):
    module = import_module(package)
    found = {(place.rpartition(".")[2], id(thing)) for place, thing in DOCUMENTED.items()}
    assert [name for name in module.__all__ if (name, id(getattr(module, name))) not in found] == []


def test_whatever_is_on_a_page_says_what_it_is():
    silent = [
        place for place, thing in DOCUMENTED.items() if (isclass(thing) or isroutine(thing)) and not thing.__doc__
    ]
    assert silent == []
