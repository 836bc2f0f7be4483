"""Every public name, effect and error is on a page of the reference, and every page begins with an example."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from inspect import isclass, isroutine
from pathlib import Path

import attrs
import pytest

import trophy_engine
from trophy_engine import Effect, TrophyError, errors
from trophy_engine.notifications.effects import EFFECTS

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "reference").glob("*.md"))
AUTODOC = re.compile(r"^\.\. auto(?:class|function|data):: (\S+)$", re.MULTILINE)
DIRECTIVE = re.compile(r"^\.\. public:: (\S+)\n(   :exported:)?", re.MULTILINE)


SPEC = spec_from_file_location("public_names", ROOT / "docs" / "public_names.py")
public_names = module_from_spec(SPEC)
SPEC.loader.exec_module(public_names)


def documented():
    """Return what the pages document: the path of each name, and its value."""
    directives = [directive for page in PAGES for directive in DIRECTIVE.findall(page.read_text(encoding="utf-8"))]
    names = [public_names.names_of(module, only_exported=bool(option)) for module, option in directives]
    return dict(name for module in names for name in module)


DOCUMENTED = documented()


def rows_of(page):
    """Return the cells of each row of the tables of a page, by the name in the first cell."""
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:3] == "| `"]
    return {row[0].strip("` "): row[1:] for row in rows}


def test_every_public_name_is_documented_by_the_path_to_import_it_from():
    paths = {public_names.public_path(*path.rsplit(".", 1)) for path in public_names.required()}
    assert {"trophy_engine.Engine", "trophy_engine.storage.SQLiteStorage"} <= paths
    by_autodoc = {path for page in PAGES for path in AUTODOC.findall(page.read_text(encoding="utf-8"))}
    assert paths - DOCUMENTED.keys() - by_autodoc == set()


def test_everything_on_a_page_has_a_docstring():
    assert [
        path for path, value in DOCUMENTED.items() if (isclass(value) or isroutine(value)) and not value.__doc__
    ] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_begins_with_a_paragraph_and_an_example(page):
    title, paragraph, *blocks = page.read_text(encoding="utf-8").split("\n\n")
    assert title.startswith("# ")
    assert paragraph[0].isalnum() or paragraph[0] in "`["
    start = "\n\n".join(blocks).partition("\n## ")[0].partition("```{eval-rst}")[0]
    assert re.search(r"^```(python|console)$", start, re.MULTILINE)


def test_every_effect_is_on_its_page_with_its_fields_and_when_it_comes():
    rows = rows_of("effects.md")
    common = {field.name for field in attrs.fields(Effect)}
    assert rows.keys() == {kind.__name__ for kind in EFFECTS.values()}
    for kind in EFFECTS.values():
        type_, when, fields = rows[kind.__name__]
        assert type_ == f"`{kind.type}`"
        assert when
        assert re.findall(r"`(\w+)`", fields) == [
            field.name for field in attrs.fields(kind) if field.name not in common
        ]


def test_every_error_is_on_its_page_with_when_it_is_raised_and_its_remedy():
    rows = rows_of("errors.md")
    kinds = {name: getattr(errors, name) for name in errors.__all__ if isclass(getattr(errors, name))}
    assert rows.keys() == {name for name, kind in kinds.items() if issubclass(kind, TrophyError)}
    for name, (when, _, remedy) in rows.items():
        assert getattr(trophy_engine, name) is kinds[name]
        assert when
        assert remedy
