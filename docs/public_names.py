"""The public names of the package, by the paths from which they are imported."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from inspect import findsource
from typing import Any

#: The packages that users import names from; the first that exports a name is the one to import it from.
PACKAGES = (
    "trophy_engine",
    "trophy_engine.analysis",
    "trophy_engine.analysis.spark",
    "trophy_engine.storage",
    "trophy_engine.testing",
    "trophy_engine.trophy_api",
    "trophy_engine.rules.bundled",
)


def exported(package: str) -> tuple[str, ...]:
    """Return the names that a package exports."""
    return tuple(getattr(import_module(package), "__all__", ()))


def public_path(module: str, name: str) -> str | None:
    """Return the path from which to import a name of a module, or None if no public package exports it."""
    value = getattr(import_module(module), name)
    for package in PACKAGES:
        if name in exported(package) and getattr(import_module(package), name) is value:
            return f"{package}.{name}"
    return None


def required() -> list[str]:
    """Return the paths that the reference must have: constants, and names of other packages, need no entry."""
    return [
        f"{package}.{name}"
        for package in PACKAGES
        for name in exported(package)
        if getattr(getattr(import_module(package), name), "__module__", "").startswith("trophy_engine")
    ]


def names_of(module: str, *, only_exported: bool = False) -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each name of a module, in the order of the source where it has one."""
    home = import_module(module)
    for name in sorted(home.__all__, key=lambda name: _place(getattr(home, name))):
        path = public_path(module, name)
        if path is not None or not only_exported:
            yield path or f"{module}.{name}", getattr(home, name)


def _place(value: Any) -> tuple[str, int]:
    """Return the module and the line of a definition, or a place before all others for other values."""
    try:
        return value.__module__, findsource(value)[1]
    except (AttributeError, OSError, TypeError):
        return "", 0
