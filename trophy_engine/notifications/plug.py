"""The plug: how the core runs notifications for each user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from trophy_engine.core import (
    Agenda,
    Complete,
    Identify,
    Plan,
    Plug,
    PlugState,
    RawEffect,
    Record,
    RulesDiff,
    Transition,
    UserCommand,
    UserState,
)
from trophy_engine.notifications import scheduled
from trophy_engine.notifications.plan import notification_plan
from trophy_engine.notifications.state import NotificationState
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.settings import Notifications

KEY: Final = "notifications"


class NotificationPlug:
    """The notifications of a ruleset; see ``Plug`` for its methods.

    Attributes:
        key: its key in plans and states.
        plan: the plan of notifications.
    """

    key = KEY

    def __init__(self, ruleset: Ruleset, rule: Notifications) -> None:
        self.plan = notification_plan(ruleset, rule)

    def new_state(self, created: int, day: int) -> NotificationState:
        """Return the notifications of a new user, who counts as active at the creation."""
        return NotificationState(created, day)

    def load_state(self, dumped: Mapping[str, Any]) -> NotificationState:
        """Build the notifications of a user from the result of ``NotificationState.dump``."""
        return NotificationState.load(dumped)

    def needs_past(self, former: Plug | None) -> bool:
        """Return True if the former rules had no notifications: the user's activity is then read from the past."""
        return former is None

    def migrate(
        self, state: UserState, former: PlugState | None, diff: RulesDiff, transitions: Sequence[Transition], at: int
    ) -> NotificationState:
        """Return the notifications under these rules.

        Pending messages about removed rules are dropped, and messages that were due before the change are not sent.
        """
        if not isinstance(former, NotificationState):
            commands = (transition.command for transition in transitions)
            activity = [command.at for command in commands if isinstance(command, Record | Complete)]
            return scheduled.initial_notification_state(self.plan, state, activity, at)
        kept, systems = former.copy(), {system.key for system in diff.after.systems}
        kept.boosts_through = max(kept.boosts_through, state.clock.zone.window(at)[0])
        kept.emails = tuple(email for email in kept.emails if email[1].key in diff.after.achievements)
        kept.points_changes = {system: change for system, change in kept.points_changes.items() if system in systems}
        before = notification_plug_of(diff.before)
        if before is None or before.plan.recap != self.plan.recap:
            kept.recaps = ()
        if diff.other_primary_calendar:
            kept.restart_reminders()
        return kept

    def next_due(self, plan: Plan, state: UserState) -> int:
        """Return the instant of the next scheduled message, whether or not the user wants it."""
        return scheduled.next_scheduled_message(self.plan, plan, state, _notification_state_of(state))

    def act(self, agenda: Agenda, state: UserState, at: int) -> None:
        """Send every message that is due at an instant."""
        scheduled.send_due_messages(self.plan, agenda, state, _notification_state_of(state), at)

    def observe(
        self, agenda: Agenda, state: UserState, command: UserCommand | None, effects: Sequence[RawEffect], at: int
    ) -> None:
        """Update the notifications after a transition; only events and completions by a call are activity."""
        notifications = _notification_state_of(state)
        if isinstance(command, Record | Complete):
            scheduled.record_activity_for_emails(self.plan, state, notifications, at)
        elif isinstance(command, Identify):
            state.clock.due = min(state.clock.due, at)  # messages may use another zone now
        scheduled.send_completion_emails(agenda, state, notifications, effects, at)
        scheduled.announce_awards(self.plan, agenda, state, notifications, effects, at)


def notification_plug_of(plan: Plan) -> NotificationPlug | None:
    """Return the plug of a plan, or None if the rules have no notifications."""
    return next((plug for plug in plan.plugs if isinstance(plug, NotificationPlug)), None)


def _notification_state_of(state: UserState) -> NotificationState:
    notifications: NotificationState = state.plugs[KEY]
    return notifications
