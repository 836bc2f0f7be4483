"""Retelling: a user's commands done again from the log, noting what each set off and what it lined up for payment.

The rules are those that were in force at each command. Nothing that is stored is touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from trophy_engine.core import (
    Agenda,
    ChangeRules,
    Command,
    CompilePlug,
    Plan,
    RulesDiff,
    Settle,
    Transition,
    TriggerPlan,
    UserCommand,
    UserState,
    apply_command,
    compile_plan,
    migrate_state,
    name_fields,
    settle_user,
)
from trophy_engine.rules.ruleset import Ruleset

#: What is in force before a log begins.
NO_RULES: Final = Ruleset().to_text("json")


@lru_cache(maxsize=256)
def plan_of(rules: str, plugs: tuple[CompilePlug, ...] = ()) -> Plan:
    """Compile rules as a log holds them; a log that is done again for many users holds the same few."""
    return compile_plan(Ruleset.from_text(rules, format="json"), plugs)


@lru_cache(maxsize=256)
def diff_of(before: Plan, after: Plan) -> RulesDiff:
    """Find what is different between two plans, once."""
    return RulesDiff(before, after)


class _Awards(list[tuple[int, TriggerPlan, int]]):
    """The awards of an agenda, which remembers those that were paid or found to come to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.due: list[tuple[TriggerPlan, int]] = []

    def clear(self) -> None:
        """Remember what is cleared; the core clears what it has looked at."""
        self.due += ((trigger, times) for _, trigger, times in self)
        super().clear()


def transitions_of(
    commands: Iterable[Command], until: int, plugs: tuple[CompilePlug, ...] = ()
) -> Iterator[Transition]:
    """Yield what each of a user's commands up to ``until`` does, and last what time has made due by then."""
    plan = plan_of(NO_RULES, plugs)
    state: UserState | None = None
    told: list[Transition] = []
    for command in commands:
        if isinstance(command, Settle):
            continue  # what it made happen is due at the next command, too, or at the end
        if command.at > until and (state is not None or isinstance(command, UserCommand)):
            break
        if isinstance(command, ChangeRules):
            former, plan = plan, plan_of(command.rules, plugs)
            if state is None:
                continue
            told.append(_do(former, state, None, command.at))
            yield told[-1]
            told.append(_migrate(told, former, plan, command.at))
        else:
            told.append(_do(plan, state, command, command.at))
        state = told[-1].state
        yield told[-1]
    if state is not None:
        yield _do(plan, state, None, until)


def _do(plan: Plan, before: UserState | None, command: UserCommand | None, at: int) -> Transition:
    agenda = Agenda(plan)
    awards = _Awards()
    agenda.awards = awards
    state = None if before is None else before.copy()
    if command is not None:
        state = apply_command(agenda, state, command)
    elif state is not None:
        settle_user(agenda, state, at)
    if state is None:
        raise AssertionError("time alone makes no user")
    return Transition(command, plan, list(map(name_fields, agenda.effects)), awards.due, before, state)


def _migrate(told: list[Transition], former: Plan, plan: Plan, at: int) -> Transition:
    agenda = Agenda(plan)
    before = told[-1].state
    state = migrate_state(agenda, before, diff_of(former, plan), at, lambda: told)
    return Transition(None, plan, list(map(name_fields, agenda.effects)), [], before, state)
