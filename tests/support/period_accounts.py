"""A slow reading of the decisions on periods: it keeps every period of a streak, and checks each decision by them."""

import copy

from trophy_engine.core import PeriodDecision, Transition

__all__ = ["check_decisions"]

PROTECTIONS = frozenset({"paused", "day_off", "protected"})
ENDINGS = frozenset({"missed", "reset", "disabled", "lost"})


class Reading:
    """The periods of the streak under one calendar."""

    def __init__(self) -> None:
        self.credited: list[int] = []  # those of the running streak
        self.decided: dict[int, str] = {}  # the last decision on each period
        self.lost: list[list[int]] = []  # the credited periods of each lost streak
        self.read: list[tuple[PeriodDecision, dict]] = []  # each decision, and what was read before it

    def add(self, decision: PeriodDecision) -> None:
        if decision.kind == "undone":
            self.undo(decision)
        else:
            before = {name: copy.deepcopy(value) for name, value in vars(self).items() if name != "read"}
            self.read.append((decision, before))
            self.decide(decision, range(decision.first, decision.last + 1))
        assert decision.length == len(self.credited), decision

    def undo(self, undone: PeriodDecision) -> None:
        """Return to before the decision on a missed period and on the protected ones before it."""
        while True:
            decision, before = self.read.pop()
            if decision.kind in {"missed", "frozen"} and decision.first == undone.last:
                break
        while self.read and self.read[-1][0].kind in PROTECTIONS and self.read[-1][0].first >= undone.first:
            _, before = self.read.pop()
        vars(self).update(before)

    def decide(self, decision: PeriodDecision, periods: range) -> None:
        assert periods, decision
        if decision.kind in ENDINGS or decision.kind == "restored":
            self.end(decision)
            self.forget(decision.first)
        elif decision.length == len(periods) and decision.kind in {"credited", "recounted"}:
            assert not self.credited, decision
            assert decision.started is not None
            self.forget(decision.first)
        for period in periods:
            former = self.decided.get(period)
            if decision.kind in {"credited", "recounted"}:
                assert former in {None, "restored", *PROTECTIONS, *ENDINGS}, (decision, former)
                self.credited.append(period)
            elif decision.kind in PROTECTIONS and former == "restored":
                continue  # the last period of a restoration ends without a credit
            else:
                assert former is None, (decision, former)
            self.decided[period] = decision.kind

    def end(self, decision: PeriodDecision) -> None:
        if decision.kind == "restored":
            self.credited = next(lost for lost in reversed(self.lost) if len(lost) == decision.length).copy()
            return
        # Periods credited after a missed one belong to the next streak.
        kept = [period for period in self.credited if decision.kind != "missed" or period < decision.first]
        assert decision.ended == len(kept), decision
        assert (decision.length, decision.started) == (0, None)
        self.lost.append(kept)
        self.credited = []

    def forget(self, period: int) -> None:
        """Forget the decisions from a period on: they can be made again."""
        self.decided = {known: kind for known, kind in self.decided.items() if known < period}


def check_decisions(transitions: list[Transition]) -> list[PeriodDecision]:
    """Check every decision, that each period is decided once, and that credits add up to the length of the streak."""
    readings: dict[tuple[str, object], Reading] = {}
    for transition in transitions:
        for decision in transition.decisions:
            readings.setdefault((decision.streak.key, decision.streak.calendar), Reading()).add(decision)
        declared = {plan.key for plan in transition.plan.streaks}
        assert {decision.streak.key for decision in transition.decisions} <= declared
        readings = {name: reading for name, reading in readings.items() if name[0] in declared}
        for plan, streak in zip(transition.plan.streaks, transition.state.streaks, strict=True):
            reading = readings.setdefault((plan.key, plan.calendar), Reading())
            assert len(reading.credited) == streak.length
            assert {decision.started for decision, _ in reading.read[-1:]} <= {streak.started}
    return [decision for transition in transitions for decision in transition.decisions]
