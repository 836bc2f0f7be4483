"""Settings of a ruleset as a whole: an experiment with a control group, and notifications."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from trophy_engine.rules.constraints import Integer, OneOf
from trophy_engine.values import Value

__all__ = ["AggregationPeriod", "Experimentation", "Notifications"]

AggregationPeriod = Literal["weekly", "monthly"]
_PERIODS: Final = ("weekly", "monthly")


@attrs.frozen
class Experimentation(Value):
    """An experiment: a share of new users, chosen by a hash of their ids, receives no messages.

    Attributes:
        control_ratio: the share of new users in the control group, in percent.
        user_activation_window: the days within which a new user counts as activated; for analytics only.
    """

    control_ratio: int = attrs.field(default=0, validator=Integer(min=0, max=100))
    user_activation_window: int = attrs.field(default=14, validator=Integer(min=1))


@attrs.frozen
class Notifications(Value):
    """Messages to users, broadcasts, and announcements of changes of balances and ranks at a bounded rate.

    Attributes:
        aggregation_period: the period of recaps, ``"weekly"`` or ``"monthly"``.
        throttle_minutes: the minutes in which changes of one balance or rank are combined into one announcement; 0 to
            announce each.
    """

    aggregation_period: AggregationPeriod = attrs.field(default="weekly", validator=OneOf(_PERIODS))
    throttle_minutes: int = attrs.field(default=15, validator=Integer(min=0))
