"""A directive of the reference: names as they are imported.

``.. public:: MODULE`` documents every name in the ``__all__`` of a module under the path from which it is imported:
``trophy_engine.Engine``, not ``trophy_engine.engine.engine.Engine``. A name that no public package exports has the path
of its module; the option ``:exported:`` leaves it out, and ``:first:`` is the name to begin with. The build warns about
a public name that is on no page, and about a method of ``Engine`` that is not shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from inspect import isclass, isfunction, unwrap
from itertools import takewhile
from typing import Generic

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from public_names import names_of, public_path, required
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

_logger = logging.getLogger(__name__)


class Public(SphinxDirective):
    """The directive ``public``."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec = {"exported": directives.flag, "first": directives.unchanged}  # noqa: RUF012  # Sphinx reads it so

    def run(self) -> list[nodes.Node]:
        """Return what autodoc makes of every name."""
        lines = [line for module in self.arguments[0].split() for line in self._document(module)]
        container = nodes.container()
        self.state.nested_parse(StringList(lines, source="public"), self.content_offset, container)
        return container.children

    def _document(self, module: str) -> Iterator[str]:
        names = names_of(module, only_exported="exported" in self.options)
        for path, value in sorted(names, key=lambda name: not name[0].endswith(f".{self.options.get('first')}")):
            if not isclass(value) and not isfunction(unwrap(value)):
                yield from self._document_constant(module, path)
                continue
            yield f".. auto{'class' if isclass(value) else 'function'}:: {path}"
            bases = [base for base in getattr(value, "__bases__", ()) if base not in {object, tuple, Generic}]
            if bases and not getattr(value, "_is_protocol", False):
                yield "   :show-inheritance:"
            if any(base.__module__.startswith("trophy_engine.engine") for base in bases):
                yield "   :inherited-members:"
            yield ""

    def _document_constant(self, module: str, path: str) -> Iterator[str]:
        """Yield a constant with the comment ``#:`` above it; autodoc finds none where the name is only imported."""
        name = path.rpartition(".")[2]
        home = getattr(import_module(module), "_MODULES", {}).get(name, module)  # a package that imports on first use
        comments = {name: lines for (_, name), lines in ModuleAnalyzer.for_module(home).find_attr_docs().items()}
        if name not in comments:
            _logger.warning("%s has no comment that begins with #: in %s", path, module)
        yield from (f".. py:data:: {path}", "", *(f"   {line}" for line in comments.get(name, ())), "")


def _skip_field(_app: Sphinx, _kind: str, _name: str, value: object, _skip: bool, _options: object) -> bool | None:  # noqa: FBT001  # Sphinx passes it by position
    """Leave out the fields of named tuples, which say "Alias for field number 0"; the class describes them."""
    return True if type(value).__name__ == "_tuplegetter" else None


def _merge_fields(_app: Sphinx, _kind: str, _name: str, value: object, _options: object, lines: list[str]) -> None:
    """Describe the fields of an attrs class as its parameters, so that they are listed once."""
    names = {field.name for field in getattr(value, "__attrs_attrs__", ()) if field.init}
    if isclass(value) and "Attributes:" in lines:
        start = lines.index("Attributes:")
        section = takewhile(lambda line: line.startswith("    "), lines[start + 1 :])
        if all(line.strip().partition(":")[0] in names for line in section if line[4] != " "):
            lines[start] = "Args:"


def _drop_draw(_app: Sphinx, _kind: str, _name: str, _value: object, _options: object, lines: list[str]) -> None:
    """Leave out the parameter that Hypothesis passes to a composite strategy; callers do not see it."""
    if "    draw: passed by Hypothesis." in lines:
        lines.remove("    draw: passed by Hypothesis.")
        if "Args:" in lines and not "".join(lines[lines.index("Args:") + 1 :][:1]).startswith("    "):
            lines.remove("Args:")


def _name_functions(
    _app: Sphinx, _kind: str, _name: str, _value: object, _options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Show a function that is the default of a parameter by its name, and one that makes the default as three dots."""
    return signature and re.sub(r"<function (\w+)>", r"\1", signature).replace("=NOTHING", "=…"), returns


def _check_complete(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn about each public name that is on no page, and about each method of ``Engine`` that is not shown."""
    documented = env.domains["py"].data["objects"]
    engine = import_module("trophy_engine").Engine
    methods = [f"trophy_engine.Engine.{name}" for name in dir(engine) if not name.startswith("_")]
    for path in [*required(), *methods]:
        package, _, name = path.rpartition(".")
        if path not in documented and (path in methods or public_path(package, name) not in documented):
            _logger.warning("%s is on no page of the reference", path)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive and the check."""
    app.add_directive("public", Public)
    app.connect("autodoc-skip-member", _skip_field)
    app.connect("autodoc-process-signature", _name_functions)
    app.connect("autodoc-process-docstring", _merge_fields, priority=100)  # before napoleon
    app.connect("autodoc-process-docstring", _drop_draw, priority=100)
    app.connect("env-check-consistency", _check_complete)
    return {"parallel_read_safe": False}
