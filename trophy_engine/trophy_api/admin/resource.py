"""Resources: the kinds of rules that the admin API makes, changes, removes and shows, each as a description."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.items import edit_item, new_item
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import Field, read_fields, serialize_fields

R = TypeVar("R")


class Resource(ABC, Generic[R]):
    """A kind of rule as the admin API has it.

    Whatever is made or changed comes back with the ruleset that it is part of; the rulesets given stay as they are.
    Everything raises ``InvalidValue`` or ``InvalidRules`` where an item cannot be followed.

    Attributes:
        label: what one of them is called, such as ``"Metric"``.
        key_scope: among what its key is unique, such as ``"metric"``.
        section: the attribute of the ruleset, or of the points system, that holds the rules.
        fields: what an item sets of a rule, and what is shown of it.
        variant_fields: what only some of the rules of this kind have.
        item_fields: what items have besides.
        new: the class of the items that create a rule, derived from the fields.
        edit: the class of the items that update a rule, derived from the fields.
    """

    label: ClassVar[str]
    key_scope: ClassVar[str]
    section: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    variant_fields: ClassVar[tuple[Field, ...]] = ()
    item_fields: ClassVar[tuple[Field, ...]] = ()
    new: ClassVar[Any]
    edit: ClassVar[Any]

    def __init_subclass__(cls) -> None:
        """Derive the classes of items."""
        super().__init_subclass__()
        if "fields" in vars(cls):
            fields = (*cls.item_fields, *cls.fields)
            cls.new = new_item(cls.__name__, fields, cls.variant_fields)
            cls.edit = edit_item(cls.__name__, fields, cls.variant_fields)

    def rules(self, ruleset: Ruleset) -> tuple[R, ...]:
        """Return the rules of this kind, oldest first."""
        rules: tuple[R, ...] = getattr(ruleset, self.section)
        return rules

    def with_rules(self, ruleset: Ruleset, rules: tuple[R, ...]) -> Ruleset:
        """Return the ruleset with other rules of this kind."""
        changes: dict[str, Any] = {self.section: rules}
        return attrs.evolve(ruleset, **changes)

    @abstractmethod
    def rule_id(self, rule: R) -> UUID:
        """Return the identifier of a rule."""

    @abstractmethod
    def create_rule(self, item: Any, context: EditContext) -> R:
        """Create a rule of an item."""

    def update_rule(self, rule: R, item: Any, context: EditContext) -> R:
        """Make of a rule what an item says; what the item leaves out stays."""
        changed: R = attrs.evolve(rule, **read_fields(self.fields, item, context))  # type: ignore[misc]  # all are attrs classes
        return changed

    def serialize(self, rule: R, context: EditContext) -> dict[str, Any]:
        """Serialize a rule as JSON."""
        del context
        return {"id": str(self.rule_id(rule)), **serialize_fields(self.fields, rule)}

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The fields by whose names messages speak of a rule."""
        return (*self.fields, *self.variant_fields)

    # --- what becomes of the ruleset --------------------------------------------------------------------------------

    def find(self, id_: UUID, ruleset: Ruleset) -> R:
        """Find the rule with an identifier.

        Raises:
            InvalidValue: there is none.
        """
        for rule in self.rules(ruleset):
            if self.rule_id(rule) == id_:
                return rule
        raise InvalidValue(f"{self.label} not found by ID")

    def create(self, item: Any, context: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Add what an item describes, and show it."""
        rule = self.create_rule(item, context)
        ruleset = self.with_rules(context.ruleset, (*self.rules(context.ruleset), rule))
        return ruleset, self.serialize(rule, context.with_ruleset(ruleset))

    def update(self, item: Any, context: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Change the rule that an item names, and show it."""
        old = self.find(item.id, context.ruleset)
        new = self.update_rule(old, item, context)
        ruleset = self.replace(old, new, context.ruleset)
        return ruleset, self.serialize(new, context.with_ruleset(ruleset))

    def replace(self, old: R, new: R, ruleset: Ruleset) -> Ruleset:
        """Put a rule in the place of another."""
        return self.with_rules(ruleset, tuple(new if rule == old else rule for rule in self.rules(ruleset)))

    def delete(self, rule: R, ruleset: Ruleset) -> Ruleset:
        """Delete a rule, and what cannot be without it."""
        return self.with_rules(ruleset, tuple(other for other in self.rules(ruleset) if other != rule))

    def check_unused(self, key: str, taken: Iterable[str]) -> str:
        """Return the key if it is unused.

        Raises:
            InvalidValue: another rule has it.
        """
        if key in taken:
            raise InvalidValue(f"Key already in use by another {self.key_scope}")
        return key
