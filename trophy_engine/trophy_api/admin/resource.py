"""Resources: a description of each kind of rule that the admin API creates, updates, deletes and shows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.items import edit_item_class, new_item_class
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import Field, read_item_fields, serialize_fields

R = TypeVar("R")


class Resource(ABC, Generic[R]):
    """A kind of rule in the admin API.

    Methods return new rules and rulesets; the given ones are unchanged. They raise ``InvalidValue`` or
    ``InvalidRules`` if an item cannot be applied.

    Attributes:
        label: the name of the kind in messages, for example ``"Metric"``.
        key_scope: the group in which a key is unique, for example ``"metric"``.
        section: the attribute of the ruleset, or of the points system, that contains the rules.
        fields: the fields of the rule that an item can set and that are shown.
        variant_fields: the fields of some rules of this kind only.
        item_fields: the fields of items that are not fields of the rule.
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
            cls.new = new_item_class(cls.__name__, fields, cls.variant_fields)
            cls.edit = edit_item_class(cls.__name__, fields, cls.variant_fields)

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
        """Return a new rule made from an item."""

    def update_rule(self, rule: R, item: Any, context: EditContext) -> R:
        """Return a rule with the changes of an item; fields missing from the item stay unchanged."""
        values = read_item_fields(self.fields, item, context, getattr(rule, "when", None))
        changed: R = attrs.evolve(rule, **values)  # type: ignore[misc]  # all are attrs classes
        return changed

    def serialize(self, rule: R, context: EditContext) -> dict[str, Any]:
        """Serialize a rule as JSON."""
        del context
        return {"id": str(self.rule_id(rule)), **serialize_fields(self.fields, rule)}

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """All fields that messages can name."""
        return (*self.fields, *self.variant_fields)

    # --- changes of the ruleset -------------------------------------------------------------------------------------

    def find(self, id_: UUID, ruleset: Ruleset) -> R:
        """Return the rule with an identifier.

        Raises:
            InvalidValue: no rule has it.
        """
        for rule in self.rules(ruleset):
            if self.rule_id(rule) == id_:
                return rule
        raise InvalidValue(f"{self.label} not found by ID")

    def create(self, item: Any, context: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Return the ruleset with a rule made from an item, and the rule as JSON."""
        rule = self.create_rule(item, context)
        ruleset = self.with_rules(context.ruleset, (*self.rules(context.ruleset), rule))
        return ruleset, self.serialize(rule, context.with_ruleset(ruleset))

    def update(self, item: Any, context: EditContext) -> tuple[Ruleset, dict[str, Any]]:
        """Return the ruleset with the changes of an item to the rule it names, and that rule as JSON."""
        old = self.find(item.id, context.ruleset)
        new = self.update_rule(old, item, context)
        ruleset = self.replace(old, new, context.ruleset)
        return ruleset, self.serialize(new, context.with_ruleset(ruleset))

    def replace(self, old: R, new: R, ruleset: Ruleset) -> Ruleset:
        """Return the ruleset with one rule replaced by another."""
        return self.with_rules(ruleset, tuple(new if rule == old else rule for rule in self.rules(ruleset)))

    def delete(self, rule: R, ruleset: Ruleset) -> Ruleset:
        """Return the ruleset without a rule and without the rules that depend on it."""
        return self.with_rules(ruleset, tuple(other for other in self.rules(ruleset) if other != rule))

    def check_unused(self, key: str, taken: Iterable[str]) -> str:
        """Return the key if no rule has it.

        Raises:
            InvalidValue: another rule has it.
        """
        if key in taken:
            raise InvalidValue(f"Key already in use by another {self.key_scope}")
        return key
