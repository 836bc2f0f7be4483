"""Every error is built from facts, has a remedy, and can be pickled."""

import pickle
import re
import tomllib
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from trophy_engine import Engine, Freezes, Metric, Ruleset, Streak, StreakMetric, errors
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.sources import read_log
from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.errors import TrophyError

AT = datetime(2025, 4, 2, tzinfo=UTC)
RAISED = [
    errors.AlreadyCompleted("18", "ten", AT),
    errors.AchievementLocked("18", "ten"),
    errors.CustomizationDisabled("18"),
    errors.EarlierThanSettled("18", AT, AT),
    errors.EngineBusy("Task-1"),
    errors.GateClosed("18", "ten", "user_attributes.plan", "pro", None, "it requires plan = 'pro'"),
    errors.InvalidRules(["one", "two"]),
    errors.InvalidValue(("1 must not be above", FieldName("b"), "0"), FieldName("a", before="each of ")),
    errors.InvalidValue(("must be a function, not", GivenValue(lambda: None)), "clock"),
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
    errors.UnreadableRules("rules.toml", "it is not UTF-8", 2, 3),
]


def test_every_error_is_in_the_list():
    named = {getattr(errors, name) for name in errors.__all__} - {TrophyError}
    assert named == {type(error) for error in RAISED}


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
def test_an_error_pickles_and_has_one_root(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (type(again), str(again), repr(again)) == (type(error), str(error), repr(error))
    assert isinstance(error, TrophyError)


@pytest.mark.parametrize(
    ("call", "field", "message"),
    [
        (lambda engine: engine.record("words", user="18", value="x"), "value", "value must be an integer or a decimal"),
        (lambda engine: engine.record("words", user="", value=1), None, "a user id must be a string of 1 to 255"),
        (
            lambda engine: engine.identify("18", sign_up_date="x"),
            "sign_up_date",
            "sign_up_date must be a date, for example",
        ),
        (lambda engine: engine.prefer("18", days_off=["x"]), "days_off", "each of days_off must be one of 'sunday'"),
        (lambda _: Freezes(start_count=2, max_count=1), "max_count", "max_count 1 must be at least start_count 2"),
    ],
)
def test_an_invalid_value_names_its_field(call, field, message):
    engine = Engine(Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", customization_enabled=True)]))
    engine.identify("18")
    with pytest.raises(errors.InvalidValue, match=f"^{re.escape(message)}") as raised:
        call(engine)
    assert raised.value.field == field
    assert str(raised.value).endswith(raised.value.fact)


def test_long_lists_are_cut():
    assert str(RAISED[-3]).endswith("'metric-7' and 12 more")
    assert str(RAISED[5]).endswith("it requires plan = 'pro'")


@pytest.mark.parametrize(
    ("value", "in_python", "in_a_file"),
    [
        ("1.5", "Decimal('1.5')", "1.5"),
        ("2025-01-01", "datetime.date(2025, 1, 1)", "2025-01-01"),
        ("12:30:00", "datetime.time(12, 30)", "12:30:00"),
        ("true", "True", "true"),
        ("[1.5, { a = false }]", "[Decimal('1.5'), {'a': False}]", "[1.5, {a = false}]"),
    ],
)
def test_an_invalid_value_is_shown_in_the_notation_of_its_source(value, in_python, in_a_file):
    text = f"metrics = [{{ key = {value} }}]"
    with pytest.raises(errors.InvalidRules, match=f"metrics\\[0\\].key: must .*, not {re.escape(in_a_file)}(;|$)"):
        Ruleset.from_text(text)
    with pytest.raises(errors.InvalidValue, match=f"key must .*, not {re.escape(in_python)}$"):
        Metric(tomllib.loads(text, parse_float=Decimal)["metrics"][0]["key"])


def test_a_file_is_named_once_in_an_error(tmp_path):
    missing, binary = tmp_path / "missing.toml", tmp_path / "binary.toml"
    binary.write_bytes(b"\xff")
    not_text = r"it is not UTF-8 text \(byte 0xff at line 1, column 1\); save it as UTF-8"
    where = f"No such file or directory; it is not in the folder {re.escape(str(tmp_path))}"
    for path, reason in ((missing, where), (binary, not_text)):
        with pytest.raises(TrophyError, match=f"^cannot read {re.escape(str(path))}: {reason}$"):
            Ruleset.load(path)
    for log in (tmp_path / "missing.csv", tmp_path / "missing.parquet"):
        with pytest.raises(
            TrophyError, match=f"^cannot read {re.escape(str(log))}.*: No such file or directory$"
        ) as raised:
            list(read_log(str(log), Columns()))
        assert str(raised.value).count(str(log)) == 1


def test_a_threshold_out_of_range_is_reported_under_its_own_name():
    with pytest.raises(errors.InvalidValue, match=r"^threshold must lie within"):
        StreakMetric("words", Decimal("1e999"))
