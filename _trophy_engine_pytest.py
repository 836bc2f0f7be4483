"""The pytest plugin of trophy_engine: the fixture ``trophy``.

It is a module of its own, because pytest imports it at every start: the package is imported when the fixture is used.
It has no assertions that pytest would have to rewrite: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from trophy_engine.rules.sources import RulesSource
    from trophy_engine.trophy_api import ManualClock, Sandbox

_REMEDY = (
    "the fixture 'trophy' has no rules: mark the test with @pytest.mark.trophy_rules('rules.toml'), set "
    "trophy_rules = rules.toml in the configuration of pytest, or define a fixture 'trophy_rules'"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option ``trophy_rules`` of the configuration file."""
    parser.addini("trophy_rules", "the rules file of the fixture 'trophy', relative to the configuration file")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker ``trophy_rules``."""
    config.addinivalue_line(
        "markers",
        "trophy_rules(rules): the rules of the fixture 'trophy', a path relative to the test's file, or a Ruleset",
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import all modules of the client where freezegun is used: they cannot be while it replaces ``datetime``."""
    if "freezegun" in sys.modules and any("trophy" in getattr(item, "fixturenames", ()) for item in session.items):
        try:
            import trophy  # noqa: PLC0415  # an unused plugin imports nothing
        except ModuleNotFoundError:
            return  # the fixture says so to a test that uses the client
        for name in dir(trophy):
            getattr(trophy, name)


@pytest.fixture
def trophy_rules(request: pytest.FixtureRequest) -> RulesSource:
    """Return the rules of the fixture ``trophy``, of the marker or the configuration; override it for other rules."""
    marker = request.node.get_closest_marker("trophy_rules")
    if marker is not None:
        if len(marker.args) != 1 or marker.kwargs:
            pytest.fail("the marker trophy_rules takes one argument, a path or a Ruleset", pytrace=False)
        rules: RulesSource = marker.args[0]
        return request.path.parent / rules if isinstance(rules, str | Path) else rules
    name = request.config.getini("trophy_rules")
    if not name:
        pytest.fail(_REMEDY, pytrace=False)
    file = request.config.inipath
    return (request.config.rootpath if file is None else file.parent) / str(name)


@pytest.fixture
def trophy_clock() -> ManualClock | None:
    """Return the clock of the fixture ``trophy``, at 2025-01-01T10:00Z; override it for another instant."""
    from datetime import UTC, datetime  # noqa: PLC0415  # an unused plugin imports nothing

    from trophy_engine.trophy_api import ManualClock  # noqa: PLC0415  # the same

    return ManualClock(datetime(2025, 1, 1, 10, tzinfo=UTC))


@pytest.fixture
def trophy(trophy_rules: RulesSource, trophy_clock: Any) -> Iterator[Sandbox]:
    """Yield a ``trophy_engine.trophy_api.Sandbox``: engine, client, clock, failures, and a record of what happens."""
    from trophy_engine.trophy_api import Sandbox  # noqa: PLC0415  # an unused plugin imports nothing

    with Sandbox(trophy_rules, trophy_clock) as sandbox:
        yield sandbox
