"""Exclusion: one thread or asyncio task uses an engine at a time."""

import asyncio
from threading import Thread

import pytest
from stories import at, play

from trophy_engine import (
    Engine,
    EngineBusy,
    Metric,
    Ruleset,
    Streak,
    StreakMetric,
)

RULES = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])
NOON = at("04-02T12:00")


def hold_over_an_await(hold, others):
    """Run calls in a second task while another task uses the engine; return their results."""

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
def test_a_batch_over_an_await_excludes_other_tasks(way):
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


def test_a_batch_belongs_to_one_task_and_ends_with_it():
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


def test_an_exclusive_block_excludes_other_threads_until_it_ends():
    engine = Engine(RULES)
    other = Thread(target=engine.record, args=("words",), kwargs={"user": "mia", "at": at("04-02T10:00")})
    with engine.exclusive():
        other.start()
        other.join(0.05)
        engine.record("words", user="jo", at=at("04-02T10:00"))
        assert list(engine.users()) == ["jo"]
    other.join()
    assert list(engine.users()) == ["jo", "mia"]
