"""Every public callable refuses invalid arguments with an error of the package and changes nothing.

The callables are found by inspection and their parameters by signature, so that a new one is tried without being named
here; only a required parameter of a new name needs a value in ``SAMPLES`` of ``tests/support/sample_arguments.py``.
"""

import importlib
import inspect
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_values import odd_json, odd_text
from palette import PALETTE, fits, holds_surrogate, is_enum_member, parameters_of
from sample_arguments import NEEDED, NOON, POPULATION, RULES, sample_argument, sample_engine

from trophy_engine import Effect, Engine, Player, Reports, Ruleset, TrophyError
from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.storage.sqlite import SQLiteStorage

#: The classes with callables for users, and the names in them that users only receive.
MODULES = (
    "analysis.comparison",
    "analysis.event_logs.effect_log",
    "analysis.event_logs.columns",
    "analysis.event_logs.events",
    "analysis.event_logs.file_formats",
    "analysis.event_logs.git",
    "analysis.event_logs.output",
    "analysis.event_logs.runner",
    "analysis.event_logs.sources",
    "analysis.event_logs.summary",
    "analysis.html_report.page",
    "analysis.html_report.results",
    "analysis.statistics.figures",
    "analysis.statistics.survival",
    "rules.achievements",
    "rules.leaderboards",
    "rules.metrics",
    "rules.points",
    "rules.ruleset",
    "rules.settings",
    "rules.streak",
    "rules.override",
    "analysis.simulation.behavior",
    "analysis.simulation.habits",
    "analysis.simulation.persona",
    "analysis.simulation.population",
    "analysis.simulation.simulate",
    "analysis.simulation.sweep",
    "storage.memory",
    "storage.sqlite",
)
RESULTS = {
    *("Comparison", "Difference", "UserTotals", "Replay", "ReplayJob", "Estimate", "Sweep", "SweepRow", "Simulation"),
    *("RecordedEvent", "Habits", "run_population"),
    *("Summary", "AchievementSummary", "LevelSummary", "PointsSummary", "StreakSummary", "Ranked"),
    *(
        "Figure",
        "Table",
        "SurvivalPoint",
        "Intervals",
        "distinct_names",
        "check_output_formats",
        "write_page",
    ),
    *("BadRow", "Event", "Source", "RowLog", "Logs"),  # made for each row of a log
    *("Behavior", "Member"),  # abstract
}


def _methods(owner):
    members = inspect.getmembers(owner, lambda one: inspect.isfunction(one) or inspect.ismethod(one))
    return [name for name, _ in members if not name.startswith("_")]


def _callables():
    """Map the name of each callable to the function that binds it to an engine."""
    callables = {"Engine": lambda _: Engine}
    callables |= {f"Engine.{name}": lambda engine, name=name: getattr(engine, name) for name in _methods(Engine)}
    callables |= {
        f"Reports.{name}": lambda engine, name=name: getattr(engine.reports, name) for name in _methods(Reports)
    }
    callables |= {
        f"Player.{name}": lambda engine, name=name: getattr(engine.user("18"), name) for name in _methods(Player)
    }
    for module in MODULES:
        exported = importlib.import_module(f"trophy_engine.{module}")
        for name in exported.__all__:
            one = getattr(exported, name)
            if name in RESULTS or not (inspect.isclass(one) or inspect.isfunction(one)):
                continue
            callables[name] = lambda _, one=one: one
    for owner, made in ((Ruleset, RULES), (Population, POPULATION)):
        callables |= {
            f"{owner.__name__}.{name}": lambda _, n=name, made=made: getattr(made, n) for name in _methods(owner)
        }
    return callables


CALLABLES = _callables()
CASES = [
    pytest.param(name, parameter, hint, id=f"{name}({parameter})")
    for name, bind in CALLABLES.items()
    for parameter, (hint, _) in parameters_of(bind(sample_engine())).items()
]


def _fingerprint(engine):
    states = {user: engine.export_user(user) for user in engine.users()}
    return engine.ruleset, [*engine.log()], states, len(engine._execution.subscribers.subscriptions)


def _call(function, arguments):
    result = function(**arguments)
    if isinstance(result, Iterator):  # an error can occur during iteration
        list(result)
    if isinstance(result, EffectLog | Engine | SQLiteStorage):
        result.close()


class _Worlds:
    """An engine to call, which is replaced after a call has changed it."""

    def __init__(self):
        self._renew()

    def _renew(self):
        self.engine = sample_engine()
        self._before = _fingerprint(self.engine)

    def fault_of(self, name, arguments, *, allowed):
        """Call a callable and return the fault of its result, or None."""
        fault = None
        try:
            _call(CALLABLES[name](self.engine), arguments)
        except TrophyError as error:
            str(error)
            if _fingerprint(self.engine) == self._before:
                return None
            fault = "refused, and yet it changed something"
        except Exception as error:  # noqa: BLE001  # the test looks for exceptions that must not occur
            fault = f"{type(error).__name__}: {str(error)[:80]}"
        else:
            fault = None if allowed else "taken"
        if name.startswith("Engine."):
            self._renew()
        return fault


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "parameter", "hint"), CASES)
def test_what_a_parameter_does_not_take_is_refused(name, parameter, hint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    worlds = _Worlds()
    parameters = parameters_of(CALLABLES[name](worlds.engine))
    required = [one for one, (_, needs_value) in parameters.items() if needs_value and one != parameter]
    faults = []
    for needed in NEEDED.get(name, [{}]):
        for kind, make in PALETTE.items():
            value = make()
            allowed = is_enum_member(value) or (fits(value, hint) and not holds_surrogate(value))
            arguments = {
                **{one: sample_argument(one) for one in required if one not in needed},
                **needed,
                parameter: value,
            }
            fault = worlds.fault_of(name, arguments, allowed=allowed)
            if fault is not None:
                faults.append(f"{kind}: {fault}")
    assert not faults, "\n".join(faults)


def test_after_a_refused_subscription_events_are_recorded():
    engine = sample_engine()
    for kind, callback in (
        (Effect("18", NOON), print),
        (int, print),
        ("MetricChanged", print),
        (Effect, "print"),
        (None, None),
    ):
        with pytest.raises(TrophyError):
            engine.subscribe(kind, callback)
    assert engine.record("words", user="18", value=1).total == 21


def test_a_clock_that_returns_no_instant_is_reported():
    for shown in (None, 5, "now", datetime(2025, 4, 2), date(2025, 4, 2)):  # noqa: DTZ001  # naive on purpose
        engine = Engine(RULES, clock=lambda shown=shown: shown)
        with pytest.raises(TrophyError, match="the clock's instant must be an aware datetime"):
            engine.record("words", user="18")
        assert list(engine.users()) == []


_ODD = odd_json | st.sampled_from(list(PALETTE.values())).map(lambda make: make())
_ARGUMENTS = {
    "user": st.sampled_from(["18", "19"]) | _ODD,
    "metric": st.sampled_from(["words", "lessons"]) | _ODD,
    "value": st.sampled_from([1, 0.1, -3, 10**29]) | _ODD,
    "attributes": st.sampled_from([{}, {"topic": "ui"}, {"plan": "pro"}]) | st.dictionaries(odd_text, _ODD, max_size=2),
    "idempotency_key": st.sampled_from(["once", "twice"]) | _ODD,
    "achievement": st.just("welcome") | _ODD,
    "time_zone": st.sampled_from(["Asia/Tokyo", "-05:00"]) | _ODD,
    "name": _ODD,
    "email": _ODD,
    "sign_up_date": st.just("2024-02-29") | _ODD,
    "device_tokens": _ODD,
    "subscribe_to_emails": st.booleans() | _ODD,
    "notifications": st.just({"recap": ["push"]}) | _ODD,
    "evaluation_mode": st.just("OR") | _ODD,
    "days_off": st.just(["sunday"]) | _ODD,
    "start": st.just("2025-04-02") | _ODD,
    "end": st.just("2025-04-09") | _ODD,
    "number": st.just(1) | _ODD,
    "at": _ODD,
}
_COMMANDS = ("record", "record", "identify", "complete", "prefer", "pause", "unpause", "grant_freeze", "settle")


@st.composite
def _calls(draw):
    """Draw a command and arguments, most of them odd."""
    name = draw(st.sampled_from(_COMMANDS))
    parameters = parameters_of(getattr(Engine, name))
    chosen = [
        one for one, (_, required) in parameters.items() if one in _ARGUMENTS and (required or draw(st.booleans()))
    ]
    return name, {one: draw(_ARGUMENTS[one]) for one in chosen}


@pytest.mark.thorough
@given(st.lists(_calls(), min_size=1, max_size=6))
def test_odd_calls_have_equal_results_in_memory_and_in_a_file(calls):
    with (
        Engine(RULES, clock=lambda: NOON) as one,
        Engine(RULES, storage=SQLiteStorage(":memory:"), clock=lambda: NOON) as two,
    ):
        for name, arguments in calls:
            ends = []
            for engine in (one, two):
                before = _fingerprint(engine)
                try:
                    getattr(engine, name)(**arguments)
                except TrophyError as error:
                    ends.append((type(error), str(error)))
                    assert _fingerprint(engine) == before
                else:
                    ends.append(None)
            assert ends[0] == ends[1]
        assert _fingerprint(one) == _fingerprint(two)


def test_each_parameter_is_tried():
    tried = {case.values[0] for case in CASES}
    assert {
        "Engine.record",
        "Engine.subscribe",
        "Reports.summary",
        "replay",
        "compare",
        "sweep",
        "SQLiteStorage",
    } <= tried
    assert len(CASES) > 250
    with suppress(TrophyError):  # the samples themselves are valid
        sample_engine().record("words", user="18", at=datetime(2025, 4, 3, tzinfo=UTC))
