"""The pytest plugin in a project of a user: the fixture, where its rules come from, and what goes with it."""

import re
import subprocess
import sys
import tomllib
from importlib import import_module, metadata
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
#: As an installed package does it by its entry point, whether or not it is installed here.
PLUGIN = ("-p", "no:trophy_engine", "-p", "_trophy_engine_pytest")
#: Plugins that import more than they are needed for here.
WITHOUT_OTHERS = ("-p", "no:hypothesispytest", "-p", "no:pytest_httpx")
RULES = """
[[metrics]]
key = "words"
[[streaks]]
key = "daily"
metrics = [{ key = "words" }]
[[achievements]]
key = "tour"
trigger = { type = "api" }
"""
APP = """
def complete(client, user):
    return client.achievements.complete("tour", user={"id": user}).achievement.key
"""


@pytest.fixture
def project(pytester):
    """Make a project with rules, an app, and a configuration in which warnings are errors."""
    pytester.makefile(".toml", rules=RULES)
    pytester.makepyfile(app=APP)
    pytester.makeini("[pytest]\ntrophy_rules = rules.toml\nfilterwarnings = error\n")
    return pytester


def run(project, *arguments):
    """Run the tests of a project in this process."""
    return project.runpytest_inprocess(*PLUGIN, "-p", "no:xdist", "-p", "no:cov", "-p", "no:randomly", *arguments)


def run_apart(project, *arguments):
    """Run the tests of a project in a process of its own, which libraries that replace the clock need."""
    return project.runpytest_subprocess(*PLUGIN, *WITHOUT_OTHERS, *arguments)


def test_the_entry_point_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    assert declared == {"pytest11": {"trophy_engine": "_trophy_engine_pytest"}}
    module = import_module(declared["pytest11"]["trophy_engine"])
    assert (module.trophy.__name__, module.pytest_configure.__name__) == ("trophy", "pytest_configure")


def test_a_test_of_an_app_uses_the_fixture(project):
    project.makepyfile(
        test_app="""
        from app import complete
        from trophy_engine.trophy_api import Sandbox

        def test_app(trophy: Sandbox):
            assert complete(trophy.client, "18") == "tour"
            trophy.client.metrics.event("words", user={"id": "18"}, value=3)
            trophy.advance(days=2)
            assert [body["type"] for body in trophy.webhooks] == [
                "achievement.completed", "streak.started", "streak.lost"
            ]
            assert trophy.effects[-1].type == "streak.lost"

        def test_each_test_has_an_engine_of_its_own(trophy):
            assert list(trophy.engine.users()) == trophy.effects == []
            assert trophy.clock().isoformat() == "2025-01-01T10:00:00+00:00"

        def test_failures(trophy):
            trophy.fail_next(503)
            try:
                complete(trophy.client, "18")
            except Exception as error:
                assert error.status_code == 503
            assert complete(trophy.client, "18") == "tour"
        """
    )
    run(project).assert_outcomes(passed=3)


def test_rules_come_from_the_marker_the_fixture_or_the_configuration(project):
    project.makefile(".toml", **{"sub/other": '[[metrics]]\nkey = "pages"\n'})
    project.makepyfile(
        **{
            "sub/test_marked": """
            import pytest
            from trophy_engine import Metric, Ruleset

            pytestmark = pytest.mark.trophy_rules("other.toml")

            def keys(trophy):
                return [metric.key for metric in trophy.engine.ruleset.metrics]

            def test_of_the_module(trophy):
                assert keys(trophy) == ["pages"]

            @pytest.mark.trophy_rules(Ruleset(metrics=[Metric("steps")]))
            def test_of_the_function(trophy):
                assert keys(trophy) == ["steps"]
            """,
            "test_overridden": """
            import pytest
            from datetime import UTC, datetime
            from trophy_engine.trophy_api import ManualClock

            @pytest.fixture
            def trophy_rules():
                return {"metrics": [{"key": "miles"}]}

            @pytest.fixture
            def trophy_clock():
                return ManualClock(datetime(2031, 1, 1, tzinfo=UTC))

            def test_overridden(trophy):
                assert [metric.key for metric in trophy.engine.ruleset.metrics] == ["miles"]
                assert trophy.clock().year == 2031
            """,
            "test_configured": """
            def test_configured(trophy):
                assert [metric.key for metric in trophy.engine.ruleset.metrics] == ["words"]
            """,
        }
    )
    run(project, "--strict-markers").assert_outcomes(passed=4)


def test_without_rules_the_test_says_where_they_can_come_from(pytester):
    pytester.makepyfile(
        test_app="""
        import pytest

        def test_without(trophy): ...

        @pytest.mark.trophy_rules("missing.toml")
        def test_missing(trophy): ...

        @pytest.mark.trophy_rules
        def test_empty(trophy): ...
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "the fixture 'trophy' has no rules: mark the test with @pytest.mark.trophy_rules('rules.toml'), set "
            "trophy_rules = rules.toml in the configuration of pytest, or define a fixture 'trophy_rules'",
            "*missing.toml*",
            "the marker trophy_rules takes one argument, a path or a Ruleset",
        ]
    )


def test_it_goes_with_xdist_and_without_a_cache(project):
    project.makepyfile(
        test_app="""
        import pytest
        from app import complete

        @pytest.mark.parametrize("user", ["18", "19"])
        def test_app(trophy, user):
            assert complete(trophy.client, user) == "tour"
        """
    )
    result = run_apart(project, "-n1", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    assert not (project.path / ".pytest_cache").exists()


def test_an_app_that_builds_its_own_client_is_answered_by_respx(project):
    project.makepyfile(
        test_app="""
        from app import complete
        from trophy import TrophyApi

        def test_app(trophy, respx_mock):
            respx_mock.route(host="api.trophy.so").mock(side_effect=trophy.respond)
            assert complete(TrophyApi(api_key="live"), "18") == "tour"
            assert trophy.webhooks[0]["user"]["id"] == "18"
        """
    )
    run(project, "-p", "no:pytest_httpx").assert_outcomes(passed=1)


def test_an_app_that_builds_its_own_client_is_answered_by_pytest_httpx(project):
    project.makepyfile(
        test_app="""
        import asyncio
        from app import complete
        from trophy import AsyncTrophyApi, TrophyApi

        def test_app(trophy, httpx_mock):
            httpx_mock.add_callback(trophy.respond, is_reusable=True)
            assert complete(TrophyApi(api_key="live"), "18") == "tour"
            assert asyncio.run(AsyncTrophyApi(api_key="live").users.get("18")).id == "18"
        """
    )
    run(project).assert_outcomes(passed=1)


#: How each library stops the clock of the system.
MOVES = {
    "time_machine": "time_machine.travel({}, tick=False)",
    "freezegun": "freezegun.freeze_time({})",
}
FOLLOWS = """
from datetime import UTC, datetime
import {library}
import pytest
from trophy_engine import system_clock

class TestOfTheSystem:
    @pytest.fixture
    def trophy_clock(self):
        return system_clock

    def test_the_engine_follows(self, trophy):
        with {first}:
            trophy.engine.record("words", user="18")
            assert trophy.engine.user("18").created == datetime(2025, 4, 2, 10, tzinfo=UTC)
        with {second}:
            trophy.engine.settle()
            assert trophy.webhooks[-1]["type"] == "streak.lost"

def test_the_clock_of_the_fixture_does_not(trophy):
    with {first}:
        trophy.engine.record("words", user="18")
        assert trophy.engine.user("18").created == datetime(2025, 1, 1, 10, tzinfo=UTC)
        trophy.advance(days=2)
        assert trophy.webhooks[-1]["type"] == "streak.lost"
"""
CLIENT = """
import {library}
import pytest
from trophy import TrophyApi
from trophy_engine import system_clock

@pytest.fixture
def trophy_clock():
    return system_clock

def test_the_client_follows(trophy):
    for day, length in ((2, 1), (3, 2), (9, 1)):
        with {move}:
            event = trophy.client.metrics.event("words", user={{"id": "18"}}, value=1)
            assert event.current_streak.length == length
"""


@pytest.mark.parametrize("library", MOVES)
def test_a_clock_of_the_system_follows_what_moves_it(project, library):
    first, second = (MOVES[library].format(f'"2025-04-{day:02}T10:00:00+00:00"') for day in (2, 9))
    project.makepyfile(test_app=FOLLOWS.format(library=library, first=first, second=second))
    run_apart(project).assert_outcomes(passed=2)


@pytest.mark.parametrize("library", MOVES)
def test_the_client_works_while_the_clock_of_the_system_stands(project, library):
    move = MOVES[library].format('f"2025-04-{day:02}T10:00:00+00:00"')
    project.makepyfile(test_app=CLIENT.format(library=library, move=move))
    run_apart(project).assert_outcomes(passed=1)


def test_the_client_cannot_be_imported_while_freezegun_replaces_datetime(project):
    late = CLIENT.format(library="pytest", move='__import__("freezegun").freeze_time(f"2025-04-{day:02}")')
    project.makepyfile(test_app=late)
    result = run_apart(project)
    result.assert_outcomes(failed=1)  # if this passes, the plugin need not import the client any more
    result.stdout.fnmatch_lines(["*PydanticSchemaGenerationError*"])


def test_the_page_about_the_plugin_passes(pytester):
    page = (ROOT / "docs" / "how-to" / "test-your-app.md").read_text(encoding="utf-8")
    blocks = {kind: re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("toml", "python")}
    pytester.makefile(".toml", rules="\n".join(blocks["toml"]))
    pytester.makepyfile(test_page="\n".join(blocks["python"]))
    pytester.makeini("[pytest]\ntrophy_rules = rules.toml\nfilterwarnings = error\n")
    tests = len(re.findall(r"^ *def test_", page, re.MULTILINE))
    assert tests > 5
    pytester.runpytest_subprocess(*PLUGIN, "-p", "no:hypothesispytest").assert_outcomes(passed=tests)


def test_a_project_that_does_not_use_it_imports_nothing_of_it(pytester):
    pytester.makepyfile(
        test_app="""
        import sys

        def test_app():
            assert "_trophy_engine_pytest" in sys.modules
            assert [name for name in sys.modules if name.startswith(("trophy_engine", "trophy."))] == []
        """
    )
    result = run_apart(pytester)
    result.assert_outcomes(passed=1)


def test_it_needs_no_library_but_pytest():
    code = (
        "import sys; before = set(sys.modules); import pytest; known = set(sys.modules); import _trophy_engine_pytest"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(*sorted(set(sys.modules) - known))"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["_trophy_engine_pytest"]
    assert metadata.version("pytest")
