"""Every error is built from facts, says what to do, and survives a trip to another process."""

import pickle
from datetime import UTC, datetime

import pytest

from trophy_engine import errors
from trophy_engine.errors import TrophyError

AT = datetime(2025, 4, 2, tzinfo=UTC)
RAISED = [
    errors.AlreadyCompleted("18", "ten", AT),
    errors.AchievementLocked("18", "ten"),
    errors.CustomizationDisabled("18"),
    errors.EarlierThanSettled("18", AT, AT),
    errors.EngineBusy("Task-1"),
    errors.FilterMismatch("18", "ten", "plan", "pro", None),
    errors.InvalidRules(["one", "two"]),
    errors.InvalidValue("value must be finite"),
    errors.FreezeLimitReached("18", 3),
    errors.MissingExtra("the API of the hosted platform", "trophy-api"),
    errors.NoStreakToReset("18"),
    errors.NoStreakToRestore("18", 3),
    errors.OutOfPoints("18", "energy", 1, 3),
    errors.Refused("no"),
    errors.StorageClosed("closed"),
    errors.StorageConflict("conflict"),
    errors.StorageDamaged("save.db", 17, "its checksum is another"),
    errors.StorageError("error"),
    errors.StorageIncompatible("incompatible"),
    errors.SubscribersFailed("failed", [ValueError("x")]),
    errors.UnknownKey("metric", "word", [f"metric-{n}" for n in range(20)]),
    errors.UnknownUser("18"),
]


def test_every_error_is_here():
    named = {getattr(errors, name) for name in errors.__all__ if name != "nearest"} - {TrophyError}
    assert named == {type(error) for error in RAISED}


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_pickles_and_has_one_root(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(again), str(again)) == (type(error), str(error))
    assert isinstance(error, TrophyError)


def test_long_lists_are_cut():
    assert str(RAISED[-2]).endswith("'metric-7' and 12 more")
    assert "is not set" in str(RAISED[5])
