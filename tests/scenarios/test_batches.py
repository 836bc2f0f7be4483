"""Batches: whose they are, and what they cost."""

import asyncio
import sys
from threading import Thread

import pytest
from stories import at, play

from trophy_engine import Engine, EngineBusy, Metric, Ruleset, StorageClosed, Streak, StreakMetric
from trophy_engine.storage import SQLiteStorage

RULES = Ruleset(metrics=[Metric("words")], streak=Streak(metrics=[StreakMetric("words")]))
NOON = at("04-02T12:00")


def hold_over_an_await(hold, others):
    """Run calls in a second task while a first one holds the engine; return what came of them."""

    async def holding(opened, done):
        with hold():
            opened.set()
            await done.wait()
            raise ZeroDivisionError

    async def main():
        opened, done, results = asyncio.Event(), asyncio.Event(), []
        first = asyncio.create_task(holding(opened, done), name="the first")
        await opened.wait()
        for call in others:
            try:
                results.append(call())
            except EngineBusy as error:
                results.append(error)
        done.set()
        with pytest.raises(ZeroDivisionError):
            await first
        return results

    return asyncio.run(main())


@pytest.mark.parametrize("way", ["batch", "exclusive"])
def test_a_batch_that_is_held_over_an_await_lets_no_other_task_in(way):
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 1")
    calls = [
        lambda: engine.record("words", user="mia", at=NOON),
        lambda: engine.record("words", user="mia"),
        lambda: engine.identify("mia", name="Mia", at=NOON),
        lambda: engine.settle(at=NOON),
        lambda: engine.update(Ruleset(), at=NOON),
        lambda: engine.batch().__enter__(),
        lambda: engine.user("jo", at=NOON),
        lambda: list(engine.users()),
        engine.close,
    ]
    results = hold_over_an_await(getattr(engine, way), calls)
    assert [type(result) for result in results] == [EngineBusy] * len(calls)
    assert "asyncio task 'the first' uses the engine" in str(results[0])
    assert list(engine.users()) == ["jo"]
    assert engine.record("words", user="mia", at=NOON).total == 1


def test_tasks_within_a_batch_of_the_thread_are_part_of_it():
    engine = Engine(RULES)

    async def write():
        await asyncio.gather(*(asyncio.to_thread(lambda: None) for _ in range(2)))
        engine.record("words", user="jo", at=NOON)

    with engine.batch():
        asyncio.run(write())
    assert engine.user("jo", at=NOON).metrics["words"] == 1


def test_a_batch_of_a_task_is_its_own_and_ends_with_it():
    engine = Engine(RULES)

    async def write(user):
        with engine.batch():
            engine.record("words", user=user, at=NOON)
            with engine.batch():
                engine.record("words", user=user, at=NOON)
        await asyncio.sleep(0)
        return engine.user(user, at=NOON).metrics["words"]

    async def main():
        return await asyncio.gather(write("jo"), write("mia"))

    assert asyncio.run(main()) == [2, 2]


def test_another_thread_waits_for_the_end_of_a_batch():
    engine = Engine(RULES)
    other = Thread(target=engine.record, args=("words",), kwargs={"user": "mia", "at": NOON})
    with engine.batch():
        other.start()
        play(engine, "04-02T10:00 words 1")
    other.join()
    assert list(engine.users()) == ["jo", "mia"]


def lines_run(call):
    """Count the lines that a call runs: what takes time for every entry that waits shows here."""
    count = 0

    def follow(*_):
        nonlocal count
        count += 1
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("users", [1, 400])
def test_a_batch_of_four_times_as_many_entries_takes_four_times_as_many_steps(users):
    def write(entries):
        engine = Engine(RULES)
        with engine.batch():
            for number in range(entries):
                user = str(number % users)
                engine.record("words", user=user, at=NOON, idempotency_key=str(number))
                engine.has_recorded("words", user=user, idempotency_key="none")

    few, many = lines_run(lambda: write(100)), lines_run(lambda: write(400))
    assert many < 4.4 * few


def test_an_engine_that_is_closed_within_a_batch_keeps_nothing_of_it(tmp_path):
    storage = SQLiteStorage(tmp_path / "save.db")
    engine = Engine(RULES, storage=storage)
    play(engine, "04-02T10:00 words 1")
    with pytest.raises(StorageClosed), engine.batch():  # noqa: PT012  # the batch is what raises
        play(engine, "04-02T11:00 words 10")
        engine.close()
    kept = Engine(storage=SQLiteStorage(tmp_path / "save.db"))
    assert kept.user("jo", at=NOON).metrics["words"] == 1
    assert kept.export_user("jo") == Engine.from_log(kept.log()).export_user("jo")
    kept.close()
