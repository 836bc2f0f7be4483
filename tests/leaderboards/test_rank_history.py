"""The histories of ranks: at every moment they are those that the logs of all users give."""

from datetime import date

from boards import NEW_YEAR, words, write
from hypothesis import given, settings
from shared_log import live, steps
from stories import at

from trophy_engine import Engine, Leaderboard, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.leaderboards.history import leaderboard_standing_days
from trophy_engine.testing import rulesets, with_leaderboards

few = settings(max_examples=max(settings().max_examples * 2 // 5, 1))  # each evaluates many logs


def days_from_logs(engine, board, user, runs, until):
    """Return the days on which a user's rank or value changed, by run, from the logs of all users."""
    repository = engine._repository
    until = min(until, engine._execution.leaderboards._last_instant_of_run(board, runs[-1]))
    histories = ((other, repository.transitions_of(other, until)) for other in repository.users())
    return leaderboard_standing_days(board, runs, user, histories, until)


@few
@given(steps(rulesets().flatmap(with_leaderboards)))
def test_the_history_of_a_rank_equals_that_of_all_logs(drawn):
    for look in live(*drawn):
        engine = look.engine
        users = list(engine.users())  # and what the other engine has written is read
        for board in engine._repository.plan.boards.values():
            for user in users:
                instant = max(look.now, engine._repository.state(user).clock.settled)
                last = board.runs.nearest(board.runs.day_at(instant))
                for run in {last, max(last - 1, 0)}:
                    expected = days_from_logs(engine, board, user, range(run, run + 1), instant).get(run, [])
                    first = date.fromordinal(board.runs.first_day(run))
                    for days in (1, 100):
                        assert list(engine.standing(user, board.key, run=first, days=days).history) == expected[-days:]


def engine_at(now, *boards, **rules):
    return Engine(Ruleset(metrics=[Metric("words")], leaderboards=boards, **rules), clock=lambda: now[0])


def ranks(engine, user, board="words", **options):
    return [(row.date.day, row.rank, row.value) for row in engine.standing(user, board, **options).history]


def test_a_user_is_overtaken_without_an_event():
    now = [at("02-05T10:00")]
    engine = engine_at(now, words())
    write(engine, "02-01T10:00 ann 5\n02-01T11:00 ben 4")
    assert ranks(engine, "ann") == [(1, 1, 5)]
    write(engine, "02-03T10:00 ben 4\n02-03T10:00 cid 4")
    write(engine, "02-05T10:00 cid 4")
    assert ranks(engine, "ann") == [(1, 1, 5), (3, 2, 5), (5, 3, 5)]
    assert ranks(engine, "ann", days=1) == [(5, 3, 5)]
    assert ranks(engine, "cid") == [(3, 3, 4), (5, 2, 8)]


def test_an_event_that_comes_late_changes_the_days_since():
    now = [at("02-05T10:00")]
    engine = engine_at(now, words())
    write(engine, "02-01T10:00 ann 5\n02-03T11:00 ann 4")
    assert ranks(engine, "ann") == [(1, 1, 5), (3, 1, 9)]
    write(engine, "02-02T10:00 ben 7")
    assert ranks(engine, "ann") == [(1, 1, 5), (2, 2, 5), (3, 1, 9)]


def test_streaks_that_are_lost_move_others_up_on_their_day():
    now = [at("02-03T10:00")]
    board = Leaderboard("streaks", "streak", NEW_YEAR)
    engine = engine_at(now, board, streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])])
    write(engine, "02-01T10:00 ann 1\n02-02T10:00 ann 1\n02-02T11:00 ben 1\n02-03T09:00 ben 1", "streaks")
    assert ranks(engine, "ben", "streaks") == [(2, 2, 1), (3, 2, 2)]
    now[0] = at("02-04T10:00")
    assert ranks(engine, "ben", "streaks") == [(2, 2, 1), (3, 2, 2), (4, 1, 2)]
    now[0] = at("02-03T12:00")  # the clock steps back
    assert ranks(engine, "ben", "streaks") == [(2, 2, 1), (3, 2, 2)]


def test_a_read_evaluates_only_the_logs_that_have_changed(monkeypatch):
    now = [at("02-05T10:00")]
    engine = engine_at(now, words())
    write(engine, "\n".join(f"02-01T10:00 u{number} {number + 1}" for number in range(50)))
    ranks(engine, "u7")
    evaluated = []
    commands = engine._repository.commands_before
    monkeypatch.setattr(
        engine._repository, "commands_before", lambda user, last: evaluated.append(user) or commands(user, last)
    )
    ranks(engine, "u8")
    assert evaluated == []
    write(engine, "02-05T10:00 u3 1")
    assert ranks(engine, "u4") == [(1, 46, 5)]
    assert ranks(engine, "u3") == [(1, 47, 4), (5, 47, 5)]
    assert set(evaluated) == {"u3"}
