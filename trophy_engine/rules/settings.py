"""Settings of a ruleset as a whole: an experiment with a control group, and what users are told of."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from trophy_engine.rules.constraints import Integer, OneOf

__all__ = ["AggregationPeriod", "Experimentation", "Notifications"]

AggregationPeriod = Literal["weekly", "monthly"]
_PERIODS: Final = ("weekly", "monthly")


@attrs.frozen
class Experimentation:
    """An experiment: for some of the new users, drawn by a hash of their ids, messages are withheld.

    Attributes:
        control_ratio: the share of new users in the control group, in percent.
        user_activation_window: days within which a new user counts as activated; for analytics only.
    """

    control_ratio: int = attrs.field(default=0, validator=Integer(min=0, max=100))
    user_activation_window: int = attrs.field(default=14, validator=Integer(min=1))


@attrs.frozen
class Notifications:
    """What the engine tells of beyond the effects themselves: reminders, recaps, and changes at a bearable rate.

    Attributes:
        aggregation_period: how often a recap is due, ``"weekly"`` or ``"monthly"``.
        throttle_minutes: how long changes of one balance or rank are gathered before the next is told; 0 for not at
            all.
    """

    aggregation_period: AggregationPeriod = attrs.field(default="weekly", validator=OneOf(_PERIODS))
    throttle_minutes: int = attrs.field(default=15, validator=Integer(min=0))
