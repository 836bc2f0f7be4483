"""A history prints as a story."""

from datetime import date
from decimal import Decimal
from importlib import import_module
from textwrap import dedent
from typing import get_args

from drawn import RULES
from stories import at

from trophy_engine import (
    Boost,
    Engine,
    Metric,
    Notifications,
    PointsSystem,
    Ruleset,
    TrophyError,
)
from trophy_engine.calendar.instants import DAY, to_micros
from trophy_engine.core.commands import (
    Award,
    Complete,
    GrantFreeze,
    Identify,
    Pause,
    Record,
    ResetStreak,
    RestoreStreak,
    Settle,
    Unpause,
)
from trophy_engine.testing import (
    History,
    narrate,
)
from trophy_engine.testing.driver import HistoryCommand


def test_a_history_prints_as_a_story():
    commands = (
        Identify("ann", to_micros(at("03-29T22:30")), (("time_zone", "Europe/Berlin"),)),
        Record("ann", to_micros(at("03-29T22:59:59")), "words", 10, (("device", "ios"),), "k"),
        Record("ann", to_micros(at("03-29T23:00")), "words", 9, (), "k"),
        Complete("ann", to_micros(at("03-30T12:00")), "ios"),
        Settle(to_micros(at("04-02T00:00"))),
    )
    assert str(History(Ruleset([Metric("words")], RULES.attributes, RULES.streaks), commands)).strip() == dedent(r"""
        History:
          ann was identified with time zone Europe/Berlin on Saturday 2025-03-29 23:30:00, Europe/Berlin (+01:00).
            the user was created, in the time zone Europe/Berlin
            1 freeze granted; 1 available
          ann recorded 10 for words (device = 'ios') on Saturday 2025-03-29 23:59:59, Europe/Berlin (+01:00).
            words: 0 + 10 = 10
            the streak started: Saturday 2025-03-29 is credited
          ann recorded 9 for words on Sunday 2025-03-30 00:00:00, Europe/Berlin (+01:00). Its idempotency key was \
        used before: nothing changed.
          ann completed 'ios' by a call of the application on Sunday 2025-03-30 14:00:00, Europe/Berlin (+02:00). \
        The command is refused: unknown api achievement 'ios'; known: none.
          All users are settled to Wednesday 2025-04-02 00:00:00, UTC.
            ann, on Monday 2025-03-31 00:00:00, Europe/Berlin (+02:00): a freeze was spent on Sunday 2025-03-30, \
        so the streak continues; 0 left
            ann, on Tuesday 2025-04-01 00:00:00, Europe/Berlin (+02:00): the streak of 1 day was lost: \
        Monday 2025-03-31 was missed
            ann, on Tuesday 2025-04-01 00:00:00, Europe/Berlin (+02:00): 1 freeze earned; 1 available
        Rules:
          metrics = [
              { key = "words" },
          ]
          attributes = [
              { key = "plan" },
              { key = "device", type = "event" },
          ]
          [[streaks]]
          key = "habit"
          metrics = [
              { key = "words", threshold = 10 },
          ]
          [streaks.freezes]
          start_count = 1
          max_count = 2
          auto_earn_interval = 3
          auto_earn_amount = 1""").strip().replace("\\\n", "")


AT = to_micros(at("04-02T12:00"))
#: A command of each kind, and its sentence.
SENTENCES = [
    (Record("ann", AT, "words", Decimal("2.5"), (("device", "ios"),), "k"), "recorded 2.5 for words (device = 'ios')"),
    (Award("ann", AT, "xp", 2_000, "", None), "was awarded 2,000 xp"),
    (Award("ann", AT, "xp", -20, "a hat", "k"), "paid 20 xp (a hat)"),
    (Complete("ann", AT, "onboarded"), "completed 'onboarded' by a call of the application"),
    (
        Identify("ann", AT, (("time_zone", "Asia/Tokyo"), ("email", None))),
        "was identified with time zone Asia/Tokyo and email cleared",
    ),
    (
        Identify("ann", AT, (("preferences.streaks.habit.enabled", "true"),)),
        "set the habit streak preference 'enabled' to true",
    ),
    (
        Identify("ann", AT, (("preferences.notifications.recap", '["email","push"]'),)),
        "set the notification preference 'recap' to email and push",
    ),
    (GrantFreeze("ann", AT), "was granted a freeze"),
    (Pause("ann", AT, "2025-04-03", "2025-04-05"), "had the streak paused from 2025-04-03 to 2025-04-05"),
    (Unpause("ann", AT, 1), "had pause 1 removed"),
    (RestoreStreak("ann", AT), "had the streak restored"),
    (ResetStreak("ann", AT), "had the streak reset"),
    (GrantFreeze("ann", AT, "gym"), "was granted a freeze of the gym streak"),
    (Pause("ann", AT, "2025-04-03", "2025-04-05", "*"), "had all streaks paused from 2025-04-03 to 2025-04-05"),
    (Unpause("ann", AT, 1, "gym"), "had pause 1 of the gym streak removed"),
    (ResetStreak("ann", AT, "gym"), "had the gym streak reset"),
]


def test_every_kind_of_command_has_a_sentence(monkeypatch):
    assert {type(command) for command, _ in SENTENCES} | {Settle} == set(get_args(HistoryCommand))
    monkeypatch.setattr(import_module("trophy_engine.testing.narrate"), "execute", lambda *_: TrophyError("no"))
    sentences = narrate(RULES, (*(command for command, _ in SENTENCES), Settle(AT))).splitlines()[
        1 : len(SENTENCES) + 2
    ]
    when, refusal = "on Wednesday 2025-04-02 12:00:00, UTC.", "The command is refused: no."
    assert sentences == [
        *(f"  ann {sentence} {when} {refusal}" for _, sentence in SENTENCES),
        f"  All users are settled to Wednesday 2025-04-02 12:00:00, UTC. {refusal}",
    ]


def test_an_effect_without_a_user_concerns_everyone():
    boost = Boost("spring", 2, when={"start": date(2025, 4, 4), "end": date(2025, 4, 5)})
    rules = Ruleset([Metric("words")], points=[PointsSystem("xp", boosts=[boost])], notifications=Notifications())
    story = narrate(rules, (Record("ann", AT, "words", 1, (), None), Settle(AT + DAY)))
    assert [line for line in story.splitlines() if "everyone" in line] == [
        "    everyone, on Thursday 2025-04-03 10:00:00, UTC: the boost 'spring' of xp starts",
    ]


def test_a_story_ends_with_its_crash(monkeypatch):
    monkeypatch.setattr(Engine, "settle", lambda *_, **__: 1 / 0)
    assert (
        "All users are settled to Thursday 1970-01-01 00:00:00, UTC. This raises ZeroDivisionError('division by zero')."
        in str(History(RULES, (Settle(0),)))
    )
