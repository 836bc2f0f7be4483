"""Resources: the kinds of rules that the admin API makes, changes, removes and shows, each as a description."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.admin.fields import Field, set_by, shown

__all__ = ["Resource"]

R = TypeVar("R")


class Resource(ABC, Generic[R]):
    """A kind of rule as the admin API has it.

    Whatever is made or changed comes back with the ruleset that it is part of; the rulesets given stay as they are.
    Everything raises ``InvalidValue`` or ``InvalidRules`` where an item cannot be followed.

    Attributes:
        noun: what one of them is called, such as ``"Metric"``.
        rivals: among what its key is unique, such as ``"metric"``.
        new: the class of the items that make one.
        edit: the class of the items that change one.
        fields: what such an item sets, and what is shown.
        further: what only some of the rules of this kind have.
    """

    noun: ClassVar[str]
    rivals: ClassVar[str]
    new: ClassVar[type[Any]]
    edit: ClassVar[type[Any]]
    fields: ClassVar[tuple[Field, ...]]
    further: ClassVar[tuple[Field, ...]] = ()

    @abstractmethod
    def rules(self, ruleset: Ruleset) -> tuple[R, ...]:
        """Give the rules of this kind, oldest first."""

    @abstractmethod
    def replace(self, ruleset: Ruleset, rules: tuple[R, ...]) -> Ruleset:
        """Make the ruleset with other rules of this kind."""

    @abstractmethod
    def identify(self, rule: R) -> UUID:
        """Give the identifier of a rule."""

    @abstractmethod
    def make(self, item: Any, desk: EditContext) -> R:
        """Make a rule of an item."""

    def alter(self, rule: R, item: Any, desk: EditContext) -> R:
        """Make of a rule what an item says; what the item leaves out stays."""
        changed: R = attrs.evolve(rule, **set_by(self.fields, item, desk))  # type: ignore[misc]  # all are attrs classes
        return changed

    def show(self, rule: R, desk: EditContext) -> dict[str, Any]:
        """Show a rule as JSON."""
        del desk
        return {"id": str(self.identify(rule)), **shown(self.fields, rule)}

    @property
    def vocabulary(self) -> tuple[Field, ...]:
        """The fields by whose names messages speak of a rule."""
        return (*self.fields, *self.further)

    # --- what becomes of the ruleset --------------------------------------------------------------------------------

    def find(self, id_: UUID, ruleset: Ruleset) -> R:
        """Find the rule with an identifier.

        Raises:
            InvalidValue: there is none.
        """
        for rule in self.rules(ruleset):
            if self.identify(rule) == id_:
                return rule
        raise InvalidValue(f"{self.noun} not found by ID")

    def add(self, item: Any, desk: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Add what an item describes, and show it."""
        rule = self.make(item, desk)
        ruleset = self.replace(desk.ruleset, (*self.rules(desk.ruleset), rule))
        return ruleset, self.show(rule, desk.holding(ruleset))

    def amend(self, item: Any, desk: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Change the rule that an item names, and show it."""
        old = self.find(item.id, desk.ruleset)
        new = self.alter(old, item, desk)
        ruleset = self.put(old, new, desk.ruleset)
        return ruleset, self.show(new, desk.holding(ruleset))

    def put(self, old: R, new: R, ruleset: Ruleset) -> Ruleset:
        """Put a rule in the place of another."""
        return self.replace(ruleset, tuple(new if rule == old else rule for rule in self.rules(ruleset)))

    def remove(self, rule: R, ruleset: Ruleset) -> Ruleset:
        """Take a rule out, and what cannot be without it."""
        return self.replace(ruleset, tuple(other for other in self.rules(ruleset) if other != rule))

    def claim(self, key: str, taken: Iterable[str]) -> str:
        """Give the key back if it is free.

        Raises:
            InvalidValue: another rule has it.
        """
        if key in taken:
            raise InvalidValue(f"Key already in use by another {self.rivals}")
        return key
