"""The platform's client for Node against a running server: its own example, and every operation."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from contract import faults_of_answer
from datetimes import utc
from served import serving

from trophy_engine import Engine
from trophy_engine.trophy_api import AnswerLost, Control, ManualClock

if "NODE_CLIENT" not in os.environ:
    pytest.skip("NODE_CLIENT names no installed client; .ci/node installs it", allow_module_level=True)

FOLDER = Path(__file__).parent
ROOT = Path(__file__).parents[3]
NOW = "2025-04-02T10:00:00Z"
RULES = {
    "metrics": [{"key": "words-written", "name": "Words written"}],
    "attributes": [{"key": "city"}, {"key": "category", "type": "event"}],
    "streaks": [{"key": "daily", "metrics": [{"key": "words-written"}], "freezes": {"max_count": 3}}],
    "achievements": [
        {"key": "achievement-key", "name": "Finish onboarding", "trigger": {"type": "api"}},
        {"key": "500", "name": "500 words", "trigger": {"type": "metric", "metric": "words-written", "value": 500}},
    ],
    "points": [
        {
            "key": "points-system-key",
            "name": "XP",
            "triggers": [{"type": "metric", "metric": "words-written", "points": 10}],
            "levels": [{"key": "bronze", "points": 10, "name": "Bronze"}],
        }
    ],
    "leaderboards": [
        {
            "key": "weekly-words",
            "rank_by": "metric",
            "metric": "words-written",
            "start": "2025-01-06",
            "run_unit": "day",
            "run_interval": 7,
        }
    ],
}
#: The statuses of each operation's requests, in the order of ``operations.mjs``.
STATUSES = [
    ("users.create", 201),
    ("users.identify", 200),
    ("users.update", 200),
    ("users.get", 200),
    ("users.updatePreferences", 200),
    ("users.getPreferences", 200),
    ("metrics.event", 201),
    ("metrics.event", 201),
    ("achievements.complete", 201),
    ("achievements.all", 200),
    ("users.allMetrics", 200),
    ("users.singleMetric", 200),
    ("users.metricEventSummary", 200),
    ("users.achievements", 200),
    ("users.streak", 200),
    ("users.points", 200),
    ("users.pointsEventSummary", 200),
    ("users.leaderboard", 200),
    ("streaks.list", 200),
    ("streaks.rankings", 200),
    ("points.system", 200),
    ("points.summary", 200),
    ("leaderboards.all", 200),
    ("leaderboards.get", 200),
    ("users.streak", 200),
    ("admin.streaks.restore", 201),
    ("admin.streaks.freezes.create", 201),
    ("users.wrapped", 200),
    ("users.create", 422),
    ("achievements.complete", 422),
    ("achievements.complete", 404),
    ("metrics.event", 422),
    ("users.get", 404),
    ("users.get", 401),
    ("metrics.event", 500, 500, 201),
    ("metrics.event", 429, 429, 429),
    ("metrics.event", None),
    ("metrics.event", 202),
]


def prepare(folder):
    """Put the scripts, the client and rules into a folder, and return it."""
    (folder / "node_modules").symlink_to(Path(os.environ["NODE_CLIENT"]).resolve() / "node_modules")
    for script in FOLDER.glob("*.mjs"):
        shutil.copy(script, folder)
    (folder / "rules.json").write_text(json.dumps(RULES), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    return prepare(tmp_path)


def run_node(*words, server, folder):
    """Run a script of the folder, and return what it prints."""
    done = subprocess.run(
        ["node", *words],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "TROPHY_URL": server.url},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_of_the_platform_runs_as_it_is(folder):
    with serving("rules.json", "--now", NOW, folder=folder) as server:
        assert server.send("GET", "/v1/users/user-id")[0] == 404
        run_node("--import", "./environment.mjs", "example.mjs", server=server, folder=folder)
        [achievement] = server.send("GET", "/v1/users/user-id/achievements")[1]
        assert (achievement["key"], achievement["achievedAt"]) == ("achievement-key", "2025-04-02T10:00:00.000Z")


def test_the_example_of_the_documentation_runs_as_it_is(folder):
    page = (ROOT / "docs" / "how-to" / "serve.md").read_text(encoding="utf-8")
    [rules], [script] = (re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) for language in ("toml", "js"))
    (folder / "rules.toml").write_text(rules, encoding="utf-8")
    (folder / "page.mjs").write_text(script, encoding="utf-8")
    with serving("rules.toml", folder=folder) as server:
        assert run_node("page.mjs", server=server, folder=folder) == "Finished onboarding\n"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """Return what ``operations.mjs`` prints: the operations that there are, and its calls; and the total afterwards."""
    folder = prepare(tmp_path_factory.mktemp("operations"))
    with serving("rules.json", "--now", NOW, folder=folder) as server:
        listed, *calls = map(json.loads, run_node("operations.mjs", server=server, folder=folder).splitlines())
        total = server.send("GET", "/v1/users/18/metrics/words-written")[1]["current"]
    return listed, calls, total


def test_every_operation_is_called_and_has_its_status(outcome):
    listed, lines, _ = outcome
    calls = [line for line in lines if line["operation"] is not None]
    assert [(line["operation"], *(request["status"] for request in line["sent"])) for line in calls] == STATUSES
    assert {line["operation"] for line in calls} == set(listed)
    for line, (_, *statuses) in zip(calls, STATUSES, strict=True):
        if statuses[-1] in {200, 201, 202}:
            assert "result" in line
        else:
            assert line["error"].get("statusCode") == statuses[-1]
    assert {line["error"]["name"] for line in calls if "error" in line} == {
        "NotFoundError",
        "TrophyApiError",  # of a status that the client's documentation of the operation does not list
        "UnauthorizedError",
        "UnprocessableEntityError",
    }


def test_the_client_reads_what_happened(outcome):
    results = {line["operation"]: line["result"] for line in outcome[1] if "result" in line}
    assert results["achievements.complete"]["achievement"]["name"] == "Finish onboarding"
    assert [row["userId"] for row in results["leaderboards.get"]["rankings"]] == ["18", "19"]
    assert results["streaks.rankings"] == [
        {"userId": "18", "name": "Joanne", "streakLength": 1},
        {"userId": "19", "name": "Ada", "streakLength": 1},
    ]
    assert results["admin.streaks.restore"]["restoredUsers"] == ["18"]
    assert results["users.wrapped"]["user"]["id"] == "18"


def test_the_answers_are_those_of_an_engine_without_a_server(outcome):
    """The requests that the client sent are sent to an engine in this process, too."""
    twin = Control(Engine(RULES), ManualClock(utc("2025-04-02 10:00")))
    for line in outcome[1]:
        for request in line["sent"]:
            headers = list(request["headers"].items())
            try:
                status, _, body = twin(request["method"], request["target"], headers, request["body"].encode())
                expected = status, body.decode()
            except AnswerLost:
                expected = None, None
            assert (request["status"], request["answer"]) == expected, line["operation"]


def test_the_answers_have_the_shapes_of_the_contract(outcome):
    for line in outcome[1]:
        for request in line["sent"]:
            if line["operation"] is not None and request["status"] not in {429, 500, None}:
                path = request["target"].partition("?")[0]
                admin = path.startswith("/admin")
                below = path.removeprefix("/admin").removeprefix("/v1")
                answer = json.loads(request["answer"])
                assert faults_of_answer(request["method"], below, request["status"], answer, admin=admin) == []


def test_a_repetition_after_a_lost_answer_counts_once(outcome):
    """The client does not repeat a request whose connection breaks; the app's own repetition has the same key."""
    _, lines, total = outcome
    lost, repeated = lines[-2:]
    assert (lost["sent"][0]["status"], lost["error"]["message"]) == (None, "fetch failed")
    assert repeated["result"]["idempotentReplayed"]
    assert total == 752
