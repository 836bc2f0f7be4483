"""Transitions: a user's commands applied again from the log, each with its effects and the awards that it made due.

The rules are those in force at each command. Nothing that is stored changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trophy_engine.core import (
    Agenda,
    ChangeRules,
    Command,
    CompilePlug,
    GateAnswer,
    Payment,
    PeriodDecision,
    Plan,
    Settle,
    Transition,
    UserCommand,
    UserState,
    apply_command,
    migrate_state,
    name_raw_effect,
    settle_user,
)
from trophy_engine.repository.plans import NO_RULES, diff_of_logged_plans, plan_of_logged_rules


def transitions_from_log(
    commands: Iterable[Command], until: int, plugs: tuple[CompilePlug, ...] = ()
) -> Iterator[Transition]:
    """Yield the transition of each of a user's commands up to ``until``, and last that of the work due by then."""
    plan = plan_of_logged_rules(NO_RULES, plugs)
    state: UserState | None = None
    transitions: list[Transition] = []
    for command in commands:
        if isinstance(command, Settle):
            continue  # its work is due at the next command, too, or at the end
        if command.at > until and (state is not None or isinstance(command, UserCommand)):
            break
        if isinstance(command, ChangeRules):
            former, plan = plan, plan_of_logged_rules(command.rules, plugs)
            if state is None:
                continue
            transitions.append(_apply_logged_command(former, state, None, command.at))
            yield transitions[-1]
            transitions.append(_apply_logged_rules_change(transitions, former, plan, command.at))
        else:
            transitions.append(_apply_logged_command(plan, state, command, command.at))
        state = transitions[-1].state
        yield transitions[-1]
    if state is not None:
        yield _apply_logged_command(plan, state, None, until)


def _apply_logged_command(plan: Plan, before: UserState | None, command: UserCommand | None, at: int) -> Transition:
    agenda = Agenda(plan)
    payments: list[Payment] = []
    agenda.payments = payments
    decisions: list[PeriodDecision] = []
    agenda.decisions = decisions
    answers: list[GateAnswer] = []
    agenda.gate_answers = answers
    state = None if before is None else before.copy()
    if command is not None:
        state = apply_command(agenda, state, command)
    elif state is not None:
        settle_user(agenda, state, at)
    if state is None:
        raise AssertionError("no command has created the user")
    effects = list(map(name_raw_effect, agenda.effects))
    return Transition(command, plan, effects, decisions, payments, answers, before, state)


def _apply_logged_rules_change(transitions: list[Transition], former: Plan, plan: Plan, at: int) -> Transition:
    agenda = Agenda(plan)
    decisions: list[PeriodDecision] = []
    agenda.decisions = decisions
    answers: list[GateAnswer] = []
    agenda.gate_answers = answers
    before = transitions[-1].state
    state = migrate_state(agenda, before, diff_of_logged_plans(former, plan), at, lambda: transitions)
    return Transition(None, plan, list(map(name_raw_effect, agenda.effects)), decisions, [], answers, before, state)
