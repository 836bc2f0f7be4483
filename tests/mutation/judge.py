"""The judge: one pytest session collects the whole suite once, and every mutant is a fork of it.

In a fork the code of the mutated function takes the place of the original, wherever the function is already known, so
that nothing is imported or collected again. First a fork for each test observes, with coverage.py, which functions of
the rooms it calls and how long it takes; then a fork for each mutant runs the tests that call its function, quickest
first, up to the first that fails. A test that never calls the function cannot distinguish the mutant from the original.

A test counts as failed also where it takes eight times its processor time and ten seconds more, or too much memory.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from types import CodeType, FunctionType

import attrs
import coverage
import pytest
from mutants import ROOMS, ROOT, Mutant

KILLED, SURVIVED, TIMED_OUT, UNTOUCHED = "killed", "survived", "timed out", "called by no test"
_PASSED, _FAILED, _UNFIT, _BROKEN = 0, 1, 3, 4
_MEMORY = 3 * 2**30


@attrs.define
class Unit:
    """A unit of tests that runs together: a test, or the blocks of a page.

    Attributes:
        items: the tests.
        seconds: how long they take.
        calls: the functions of the rooms that they call, as path and name.
    """

    items: list[pytest.Item]
    seconds: float = 0.0
    calls: frozenset[tuple[str, str]] = frozenset()

    @property
    def name(self) -> str:
        """Return the name of the unit, equal in every session."""
        return self.items[0].nodeid


class Judge:
    """A plugin of pytest that judges mutants instead of running the tests."""

    def __init__(
        self, mutants: Iterable[Mutant], workers: int, tell: Callable[[Mutant, str, str, float], None]
    ) -> None:
        self.mutants = list(mutants)
        self.workers = workers
        self.tell = tell
        self.observed: dict[str, dict] = {}
        self.keep: Path | None = None
        self.control = True
        self.patience = float("inf")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Failed("the tests cannot be collected")
        _forget_what_is_cached()
        _find_functions()
        for path in {path for room in ROOMS for path in (ROOT / room).glob("*.py")}:
            _bodies(str(path))
        gc.freeze()  # collectors of the forks must not copy shared objects
        units = list(_units(session.items))
        self._observe(units)
        everything = frozenset(called for unit in units for called in unit.calls)
        for unit in units:
            unit.calls = everything if len(unit.calls) >= _MANY else unit.calls
        by_function: dict[tuple[str, str], list[Unit]] = {}
        for unit in sorted(units, key=lambda unit: unit.seconds):
            for called in unit.calls:
                by_function.setdefault(called, []).append(unit)
        if self.control:
            self._run_without_a_mutant([unit for unit in units if unit.calls])
        jobs = {}
        for mutant in self.mutants:
            callers = _quickest(by_function.get((mutant.path, mutant.function), []), self.patience)
            jobs[mutant] = functools.partial(_try, mutant, callers)
        for mutant, status, answer, seconds in _fork_each(jobs, self.workers):
            self.tell(mutant, *_verdict(status, answer), seconds)
        return True

    def _run_without_a_mutant(self, units: list[Unit]) -> None:
        units = sorted(units, key=lambda unit: unit.seconds)
        for _, status, answer, seconds in _fork_each({"control": functools.partial(_try, None, units)}, 1):
            if status != _PASSED:
                raise RuntimeError(f"a test fails without a mutant ({status}): {answer}")
            print(f"without a mutant all tests pass, in {seconds:.0f} s", flush=True)

    def _save(self) -> None:
        if self.keep is not None:
            self.keep.write_text(json.dumps(self.observed), encoding="utf-8")

    def _observe(self, units: list[Unit]) -> None:
        waiting = {unit.name: functools.partial(_watch, unit) for unit in units if unit.name not in self.observed}
        started = time.monotonic()
        for name, status, answer, _ in _fork_each(waiting, self.workers):
            self.observed[name] = json.loads(answer) if status == _PASSED else {"unfit": answer or str(status)}
            if len(self.observed) % 100 == 0:
                self._save()
                print(f"... {len(self.observed)} of {len(units)} tests observed", flush=True)
        self._save()
        for unit in units:
            seen = self.observed[unit.name]
            unit.seconds = seen.get("seconds", 0.0)
            unit.calls = frozenset(map(tuple, seen.get("calls", ())))
        if waiting:
            print(f"observed {len(waiting)} tests in {time.monotonic() - started:.0f} s", flush=True)
            for name in waiting:
                if "unfit" in self.observed[name]:
                    reason = self.observed[name]["unfit"].strip().rpartition("\n")[2]
                    print(f"left out, for it does not pass when it is observed: {name}: {reason}", flush=True)


def _quickest(units: Iterable[Unit], patience: float) -> list[Unit]:
    """Return the units that take so many seconds together, in order; at least one."""
    took = list(accumulate(unit.seconds for unit in units))
    return list(units)[: max(1, bisect_right(took, patience))] if took else []


def _verdict(status: int, answer: str) -> tuple[str, str]:
    if status in {-signal.SIGPROF, -signal.SIGALRM}:
        return TIMED_OUT, answer
    if status == _UNFIT:
        return UNTOUCHED, ""
    if status == _BROKEN:
        raise RuntimeError(answer)
    return (SURVIVED, "") if status == _PASSED else (KILLED, answer)


def _units(items: Iterable[pytest.Item]) -> Iterator[Unit]:
    """Group the blocks of a page, which depend on one another; every other test runs alone."""
    pages: dict[str, Unit] = {}
    for item in items:
        path = item.nodeid.partition("::")[0]
        if not path.endswith(".md"):
            yield Unit([item])
        elif path in pages:
            pages[path].items.append(item)
        else:
            pages[path] = Unit([item])
    yield from pages.values()


def _forget_what_is_cached() -> None:
    """Clear the caches of the package, so that every fork computes for itself what the collection has computed."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and (one.__module__ or "").startswith("trophy_engine"):
            one.cache_clear()


# --- forks ----------------------------------------------------------------------------------------------------------


def _fork_each(jobs: dict, workers: int) -> Iterator[tuple]:
    """Run each job in a fork, several at a time; yield its key, status, what it has written and the seconds taken."""
    waiting, running = list(jobs.items()), {}
    while waiting or running:
        while waiting and len(running) < workers:
            key, job = waiting.pop(0)
            folder = tempfile.mkdtemp(prefix="mutation-")
            process = os.fork()
            if process == 0:
                _live(job, folder)
            running[process] = key, folder, time.monotonic()
        process, status = os.wait()
        key, folder, started = running.pop(process)
        answer = Path(folder, "answer")
        written = answer.read_text(encoding="utf-8") if answer.exists() else ""
        shutil.rmtree(folder, ignore_errors=True)
        yield key, os.waitstatus_to_exitcode(status), written, time.monotonic() - started


def _live(job: Callable[[Callable[[str], None]], int], folder: str) -> None:
    """Do a job in the child process, and exit."""
    status, answer = _BROKEN, Path(folder, "answer")
    try:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        status = job(lambda text: answer.write_text(text, encoding="utf-8") and None)
    except BaseException:  # noqa: BLE001  # the parent raises it
        answer.write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(status)


class _FirstFailure:
    def __init__(self) -> None:
        self.failed_test = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed_test:
            self.failed_test = report.nodeid


def _run(units: Iterable[Unit], write: Callable[[str], None], *, limit: bool) -> str:
    """Run tests up to the first that fails; return its name, or an empty text."""
    units = list(units)
    items = [item for unit in units for item in unit.items]
    session = items[0].session
    first = _FirstFailure()
    for name in ("terminalreporter", "capturemanager"):
        plugin = session.config.pluginmanager.get_plugin(name)
        if plugin is not None and name == "terminalreporter":
            session.config.pluginmanager.unregister(plugin)
    session.config.pluginmanager.register(first)
    allowed = {item: 10 + 8 * unit.seconds for unit in units for item in unit.items}
    for item, following in zip(items, [*items[1:], None], strict=True):
        if limit:
            write(item.nodeid)
            signal.setitimer(signal.ITIMER_PROF, allowed[item])
            signal.setitimer(signal.ITIMER_REAL, 60 + 20 * allowed[item])  # for tests that wait and do nothing
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if first.failed_test:
            return first.failed_test
    return ""


# --- jobs of a fork --------------------------------------------------------------------------------------------------


#: How many examples of a property are observed; its time is taken as that of all of them.
_EXAMPLES = 12
#: A test that calls so many functions is taken to call all of them: in other examples, or by a mutant, it may.
_MANY = 100


def _shorten(item: pytest.Item) -> float:
    """Let a property try few examples; return how many times as many it would try."""
    test = getattr(item, "obj", None)
    test = getattr(test, "__func__", test)
    given = getattr(test, "_hypothesis_internal_use_settings", None)
    if given is None or given.max_examples <= _EXAMPLES:
        return 1
    test._hypothesis_internal_use_settings = type(given)(given, max_examples=_EXAMPLES)
    return given.max_examples / _EXAMPLES


def _watch(unit: Unit, write: Callable[[str], None]) -> int:
    """Run a unit and write which functions it calls and how long it takes."""
    times = sum(map(_shorten, unit.items)) / len(unit.items)
    watched = coverage.Coverage(data_file=None, config_file=False, source=[str(ROOT / room) for room in ROOMS])
    started = time.process_time()
    watched.start()
    failed = _run([unit], write, limit=False)
    watched.stop()
    seconds = times * (time.process_time() - started)
    with warnings.catch_warnings(action="ignore"):  # a test can call no function of the rooms
        data = watched.get_data()
    calls = []
    for file in data.measured_files():
        path, lines = str(Path(file).relative_to(ROOT)), set(data.lines(file) or ())
        calls += [(path, name) for name, body in _bodies(file).items() if lines & body]
    write(failed or json.dumps({"seconds": seconds, "calls": calls}))
    return _FAILED if failed else _PASSED


def _try(mutant: Mutant | None, units: list[Unit], write: Callable[[str], None]) -> int:
    """Put a mutant in place and run the tests that call its function, quickest first."""
    if not units:
        return _UNFIT
    if mutant is not None:
        put_in_place(mutant)
    failed = _run(units, write, limit=True)
    write(failed)
    return _FAILED if failed else _PASSED


# --- code -----------------------------------------------------------------------------------------------------------


def _codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


@functools.cache
def _bodies(file: str) -> dict[str, set[int]]:
    """Return the lines that run when a function is called, by its name."""
    lines_of_functions: dict[str, set[int]] = {}
    for code in _codes(compile(Path(file).read_text(encoding="utf-8"), file, "exec", dont_inherit=True)):
        name = code.co_qualname.partition(".<locals>")[0]
        first = code.co_firstlineno
        lines_of_functions.setdefault(name, set()).update(
            line for _, _, line in code.co_lines() if line and line != first
        )
    return lines_of_functions


@functools.cache
def _find_functions() -> list[FunctionType]:
    """Find every function of the rooms that there is, bound, wrapped, or known by other names."""
    files = tuple(str(ROOT / room) for room in ROOMS)
    functions = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
    return [function for function in functions if function.__code__.co_filename.startswith(files)]


def put_in_place(mutant: Mutant) -> None:
    """Let every function that has the original code have the mutated code, and its defaults."""
    file = str(ROOT / mutant.path)
    original = compile((ROOT / mutant.path).read_text(encoding="utf-8"), file, "exec", dont_inherit=True)
    mutated = compile(mutant.source, file, "exec", dont_inherit=True)
    pairs = zip(_named(original, mutant.function), _named(mutated, mutant.function), strict=True)
    codes = {(code.co_qualname, code.co_firstlineno): other for code, other in pairs}
    name = mutant.path.removesuffix(".py").replace("/", ".")
    changed = 0
    for function in _find_functions():
        code = function.__code__
        if code.co_filename == file and (code.co_qualname, code.co_firstlineno) in codes:
            function.__code__ = codes[code.co_qualname, code.co_firstlineno]
            if function.__defaults__ or function.__kwdefaults__:
                twin = _twin(name, mutated, mutant.function)
                function.__defaults__, function.__kwdefaults__ = twin.__defaults__, twin.__kwdefaults__
            changed += 1
    if not changed:
        raise LookupError(f"no function has the code of {mutant.name}")


def _named(code: CodeType, function: str) -> list[CodeType]:
    """Find the code of a function; of a property's getter and setter there are two."""
    return [one for one in _codes(code) if one.co_qualname == function]


def _twin(name: str, mutated: CodeType, function: str) -> FunctionType:
    """Run the mutated file aside, and return its function."""
    module = type(sys)(name)
    module.__file__ = importlib.import_module(name).__file__
    exec(mutated, module.__dict__)  # noqa: S102  # the mutated file is our own
    member = module
    for part in function.split("."):
        member = member.__dict__[part] if isinstance(member, type) else getattr(member, part)
    member = getattr(member, "__func__", member)
    member = getattr(member, "fget", member)
    return getattr(member, "__wrapped__", member)
