"""A history prints as a story."""

from textwrap import dedent

from drawn import RULES
from stories import at

from trophy_engine import (
    Engine,
    Metric,
    Ruleset,
)
from trophy_engine.calendar.instants import to_micros
from trophy_engine.core.commands import Complete, Identify, Record, Settle
from trophy_engine.testing import (
    History,
)


def test_a_history_prints_as_a_story():
    commands = (
        Identify("ann", to_micros(at("03-29T22:30")), (("time_zone", "Europe/Berlin"),)),
        Record("ann", to_micros(at("03-29T22:59:59")), "words", 10, (("device", "ios"),), "k"),
        Record("ann", to_micros(at("03-29T23:00")), "words", 9, (), "k"),
        Complete("ann", to_micros(at("03-30T12:00")), "ios"),
        Settle(to_micros(at("04-02T00:00"))),
    )
    assert str(History(Ruleset([Metric("words")], RULES.attributes, RULES.streak), commands)).strip() == dedent(r"""
        Rules:
          metrics = [
              { key = "words" },
          ]
          attributes = [
              { key = "plan" },
              { key = "device", type = "event" },
          ]
          [streak]
          metrics = [
              { key = "words", threshold = 10 },
          ]
          [streak.freezes]
          start_count = 1
          max_count = 2
          auto_earn_interval = 3
          auto_earn_amount = 1
        History:
          ann was identified with time zone Europe/Berlin on Saturday 2025-03-29 23:30:00, Europe/Berlin (+01:00).
            the user was created, in the time zone Europe/Berlin
            1 freeze granted; 1 available
          ann recorded 10 for words (device = 'ios') on Saturday 2025-03-29 23:59:59, Europe/Berlin (+01:00).
            words: 0 + 10 = 10
            a streak started: the day of Saturday 2025-03-29 is credited
          ann recorded 9 for words on Sunday 2025-03-30 00:00:00, Europe/Berlin (+01:00). Its idempotency key was \
        used before: nothing changed.
          Complete(user_id='ann', at=1743336000000000, achievement='ios') is refused: unknown api achievement 'ios'; \
        known: none
          all users are settled to 2025-04-02T00:00:00Z
            ann: streak.freeze_consumed at 2025-03-30T22:00:00Z
            ann: streak.lost at 2025-03-31T22:00:00Z
            ann: streak.freeze_earned at 2025-03-31T22:00:00Z""").strip().replace("\\\n", "")


def test_a_story_ends_with_its_crash(monkeypatch):
    monkeypatch.setattr(Engine, "settle", lambda *_, **__: 1 / 0)
    assert "raises ZeroDivisionError('division by zero')" in str(History(RULES, (Settle(0),)))
