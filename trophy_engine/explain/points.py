"""Why a balance is what it is: every award, its calculation, and its reduction by the bounds of the balance."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.core import (
    Award,
    ManualAward,
    NamedEffect,
    Payment,
    PointsAwarded,
    PointsLimited,
    Transition,
    boost_products,
    boosted_amount,
    find_reached_level,
    level_points_in_state,
    strongest_boost_rounding,
)
from trophy_engine.explain.phrases import describe_local_time, describe_zone
from trophy_engine.representation import TextAsHtml
from trophy_engine.rules.points import Boost, PointsTrigger, Rounding
from trophy_engine.rules.unmet_conditions import UnmetCondition
from trophy_engine.values import Value

__all__ = [
    "AwardExplanation",
    "BoostStep",
    "PointsExplanation",
    "describe_reason",
    "explain_award",
    "explain_awards",
    "explain_points",
]


@attrs.frozen
class BoostStep(Value):
    """A boost that applied to an award, and the exact product after it."""

    name: str
    multiplier: Decimal
    product: Decimal


@attrs.frozen
class AwardExplanation(Value):
    """The calculation of an award; an award of zero points has one too.

    Attributes:
        at, local: the instant (aware, UTC), and the user's local time.
        time_zone: the user's zone.
        system: the key of the points system.
        trigger: the rule that made the award, or the manual award.
        times: the number of steps crossed.
        amount: the points of the trigger, ``times`` times.
        boosts: the boosts that applied, in order; ``rounding`` is how the last product was rounded to ``boosted``.
        unmet_condition: the first condition of the trigger's ``when`` that did not hold, if any.
        limited: the points that the limit of the trigger took.
        bound: ``"maximum"`` or ``"floor"`` if it limited the balance; ``clipped`` is the difference, of either sign.
        awarded, before, total: the points awarded, and the balance before and after.
    """

    at: datetime
    local: str
    time_zone: str
    system: str
    trigger: PointsTrigger | ManualAward
    times: int
    amount: int
    boosts: tuple[BoostStep, ...]
    rounding: Rounding | None
    boosted: int
    unmet_condition: UnmetCondition | None
    limited: int
    bound: Literal["maximum", "floor"] | None
    clipped: int
    awarded: int
    before: int
    total: int

    @property
    def text(self) -> str:
        """The award and its calculation, in one line."""
        head = f"{self.system} {self.awarded:+,} = {self.total:,}, {describe_reason(self.trigger)}"
        if self.unmet_condition is not None:
            return f"{head}: nothing, because {self.unmet_condition.text}"
        steps = [f"{self.times:,} × {self.trigger.points:,}" if self.times != 1 else f"{self.amount:,}"]
        steps += [f"× {boost.multiplier} ({boost.name})" for boost in self.boosts]
        calculation = " ".join(steps)
        if self.boosts:
            calculation += f" = {self.boosts[-1].product.normalize():f}"
        elif self.times != 1:
            calculation += f" = {self.amount:,}"
        if self.boosts and self.boosts[-1].product != self.boosted:
            calculation += (
                f", rounded {'to the nearest' if self.rounding == 'nearest' else self.rounding} to {self.boosted:,}"
            )
        if self.limited and not isinstance(self.trigger, ManualAward):
            calculation += f"; {self.limited:,} above the limit of {self.trigger.limit}"
        if self.bound == "maximum":
            calculation += f"; {self.clipped:,} above the maximum"
        elif self.bound == "floor":
            calculation += f"; {-self.clipped:,} below the floor of 0"
        return f"{head}: {calculation}"


@attrs.frozen
class PointsExplanation(TextAsHtml, Value):
    """A balance and all its awards, including awards of zero points.

    Attributes:
        user_id: the user.
        at: the instant of the explanation (aware, UTC).
        system: the key of the points system.
        total, maximum: the balance, and its maximum (None for no maximum).
        level: the key of the current level; None below the lowest.
        awards: the awards, in order.
    """

    user_id: str
    at: datetime
    system: str
    total: int
    maximum: int | None
    level: str | None
    awards: tuple[AwardExplanation, ...]

    @property
    def text(self) -> str:
        """The balance, and one award per line."""
        limit = "" if self.maximum is None else f" of at most {self.maximum:,}"
        level = "" if self.level is None else f", level {self.level!r}"
        head = f"{self.user_id} has {self.total:,}{limit} {self.system}{level}."
        if not self.awards:
            return f"{head} There are no awards yet."
        return "\n".join([head, *(f"  {award.local}  {award.text}" for award in self.awards)])

    def __str__(self) -> str:
        """Return the text."""
        return self.text


def describe_reason(trigger: PointsTrigger | ManualAward) -> str:
    """Return the reason of an award, as a phrase."""
    if not isinstance(trigger, ManualAward):
        return trigger.reason
    kind = "by a manual award" if trigger.points > 0 else "by a payment"
    return f"{kind} ({trigger.reason})" if trigger.reason else kind


def explain_points(transitions: Sequence[Transition], system: str) -> PointsExplanation:
    """Return the explanation of a balance after the last transition; its rules must have the points system."""
    last = transitions[-1]
    plan = next(candidate for candidate in last.plan.systems if candidate.key == system)
    awards = (award for transition in transitions for award in explain_awards(transition))
    total = last.state.points.balances[plan.index]
    level = find_reached_level(plan, level_points_in_state(plan, last.state))
    return PointsExplanation(
        user_id=last.state.id,
        at=from_micros(last.state.clock.settled),
        system=plan.key,
        total=total,
        maximum=plan.rule.maximum,
        level=None if level is None else level.key,
        awards=tuple(award for award in awards if award.system == system),
    )


def explain_awards(transition: Transition) -> Iterator[AwardExplanation]:
    """Yield the explanation of every award of a command and of the time before it, in order."""
    entries = deque(effect for effect in transition.effects if effect.kind in {PointsAwarded, PointsLimited})
    zone, command = transition.state.clock.zone, transition.command
    if not transition.payments and not isinstance(command, Award):
        yield from (explain_award(entry, 1, zone) for entry in entries)
        return  # a change of rules among them, before which the balances are those of the former rules
    balances = {
        system.key: 0 if transition.before is None else transition.before.points.balances[system.index]
        for system in transition.plan.systems
    }
    is_entered = any(_is_manual_award_to_explain(entry) for entry in entries)
    for payment in transition.payments:
        while entries and _is_manual_award_to_explain(entries[0]) and entries[0].at <= payment.at:
            award = explain_award(entries.popleft(), 1, zone)
            balances[award.system] = award.total
            yield award
        lost = entries.popleft().lost if _has_limit_to_explain(payment, entries) else 0
        if payment.entered:
            award = explain_award(entries.popleft(), payment.times, payment.zone, lost)
        else:
            award = _explain_zero_award(payment, balances[payment.trigger.system.key], lost)
        balances[award.system] = award.total
        yield award
    for entry in entries:
        yield explain_award(entry, 1, zone)
    if isinstance(command, Award) and not is_entered:
        yield _explain_cut_off_award(command, balances[command.system], zone)


def _is_manual_award_to_explain(entry: NamedEffect) -> bool:
    return isinstance(entry.trigger, ManualAward)


def _has_limit_to_explain(payment: Payment, entries: deque[NamedEffect]) -> bool:
    """Return True if the first entry says what the limit took of a payment."""
    if not entries or entries[0].kind is not PointsLimited or payment.unmet is not None:
        return False
    trigger = payment.trigger
    return (entries[0].at, entries[0].system, entries[0].trigger_key) == (payment.at, trigger.system.key, trigger.key)


def _explain_cut_off_award(command: Award, balance: int, zone: Zone) -> AwardExplanation:
    """Return the explanation of a manual award of which the maximum left nothing; it has no effect."""
    trigger = ManualAward(command.points, command.reason)
    return _explain_award_calculation(command.system, trigger, 1, (), (balance, 0), zone, command.at, None, 0)


def _explain_zero_award(payment: Payment, before: int, lost: int) -> AwardExplanation:
    """Return the explanation of an award of zero points; it has no effect."""
    trigger = payment.trigger
    return _explain_award_calculation(
        trigger.system.key,
        trigger.rule,
        payment.times,
        payment.boosts,
        (before, 0),
        payment.zone,
        payment.at,
        payment.unmet,
        lost,
    )


def explain_award(award: NamedEffect, times: int, zone: Zone, lost: int = 0) -> AwardExplanation:
    """Return the explanation of an award, from its effect, the number of steps that it pays for, and what it lost."""
    before_and_awarded = award.before, award.awarded
    return _explain_award_calculation(
        award.system, award.trigger, times, award.boosts, before_and_awarded, zone, award.at, None, lost
    )


def _explain_award_calculation(
    system: str,
    trigger: PointsTrigger | ManualAward,
    times: int,
    boosts: tuple[Boost, ...],
    before_and_awarded: tuple[int, int],
    zone: Zone,
    at: int,
    unmet_condition: UnmetCondition | None,
    lost: int,
) -> AwardExplanation:
    before, awarded = before_and_awarded
    amount = trigger.points * times
    result = boosted_amount(amount, boosts)
    clipped = 0 if unmet_condition is not None else result - lost - awarded
    steps = zip(boosts, boost_products(amount, boosts), strict=True)
    return AwardExplanation(
        at=from_micros(at),
        local=describe_local_time(zone, at),
        time_zone=describe_zone(zone, at),
        system=system,
        trigger=trigger,
        times=times,
        amount=amount,
        boosts=tuple(BoostStep(boost.name, Decimal(boost.multiplier), product) for boost, product in steps),
        rounding=strongest_boost_rounding(boosts) if boosts else None,
        boosted=result,
        unmet_condition=unmet_condition,
        limited=lost,
        bound=None if not clipped else "maximum" if clipped > 0 else "floor",
        clipped=clipped,
        awarded=awarded,
        before=before,
        total=before + awarded,
    )
