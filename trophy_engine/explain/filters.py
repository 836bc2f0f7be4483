"""Filters that did not match: what was wanted, and what was found."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from trophy_engine.rules.filters import Filter

__all__ = ["FilterClosed", "closed_by"]


@attrs.frozen
class FilterClosed:
    """An attribute that does not have the value that a filter wants; ``found`` is None where it has none."""

    attribute: str
    wanted: str
    found: str | None

    @property
    def text(self) -> str:
        """The attribute, what is wanted, and what was found."""
        found = "not set" if self.found is None else repr(self.found)
        return f"it is for users whose {self.attribute} is {self.wanted!r}; this user's is {found}"


def closed_by(wanted: Filter, attributes: Mapping[str, str]) -> FilterClosed | None:
    """Give the first attribute that keeps a filter from matching, or None where it matches."""
    name = wanted.mismatch(attributes)
    return None if name is None else FilterClosed(name, wanted[name], attributes.get(name))
