"""Constraints on the fields of rules: each validates a value and describes itself as JSON Schema.

A constraint depends on the value alone, so a rules file is checked field by field and all faults are reported at once.
Other modules import the names of this package from here.
"""

from trophy_engine.rules.constraints.choices import InstanceOf, OneOf, OneOfOrTable, SubsetOf
from trophy_engine.rules.constraints.constraint import Constraint, Optional, as_sequence, not_a_list_message
from trophy_engine.rules.constraints.dates import (
    DAY_START,
    LOCAL_DATE,
    STRETCH_OF_DAY,
    TIME_OF_DAY,
    TIME_PATTERN,
    TIME_ZONE,
    as_date,
    as_optional_date,
)
from trophy_engine.rules.constraints.filters import ANY_OF_FILTER, FILTER, LEVELS
from trophy_engine.rules.constraints.numbers import Between, Integer, Numeric, as_rule_number
from trophy_engine.rules.constraints.texts import CALLABLE, FLAG, KEY, KEYS, TEXT, USER_ID, Keys, Text

__all__ = [
    "ANY_OF_FILTER",
    "CALLABLE",
    "DAY_START",
    "FILTER",
    "FLAG",
    "KEY",
    "KEYS",
    "LEVELS",
    "LOCAL_DATE",
    "STRETCH_OF_DAY",
    "TEXT",
    "TIME_OF_DAY",
    "TIME_PATTERN",
    "TIME_ZONE",
    "USER_ID",
    "Between",
    "Constraint",
    "InstanceOf",
    "Integer",
    "Keys",
    "Numeric",
    "OneOf",
    "OneOfOrTable",
    "Optional",
    "SubsetOf",
    "Text",
    "as_date",
    "as_optional_date",
    "as_rule_number",
    "as_sequence",
    "not_a_list_message",
]
