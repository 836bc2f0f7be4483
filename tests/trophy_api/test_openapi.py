"""Every answer of every operation follows the OpenAPI documents of the platform, except for the drifts listed here."""

from collections import Counter
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cache
from urllib.parse import quote

import attrs
import httpx
import pytest
from datetimes import utc
from hypothesis import HealthCheck, Phase, given, seed, settings
from openapi import Operation, Sent, documents, faults_of, requests_for

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    StreakTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.trophy_api import EngineTransport, ids

DOCUMENTS = documents()
#: The number of requests to each operation, and the strategy of the requests.
REQUESTS, SEED = 25, 1
NOW = utc("2025-06-15 12:00")
PRO = {"plan": "pro"}

pytestmark = [
    pytest.mark.skipif(not DOCUMENTS, reason="the platform's OpenAPI documents are not here"),
    pytest.mark.thorough,
]

#: Differences from the documents, by operation and fault, with reasons. A difference in no answer fails a test.
DRIFTS = {
    ("GET *", "*trigger: enum: 'anniversary' is not one of *"): "the client has achievements by anniversary",
    ("* /tenants*", "status 501"): "tenants exist in the hosted service only",
    ("* /application-api-keys", "status 501"): "keys exist in the hosted service only",
    ("P* /*", "status 400"): "a body that is not JSON is malformed, for whichever operation it is",
    ("POST /metrics/{key}/event", "status 202"): "the client documents it: the idempotency key was used before",
    ("POST /metrics/{key}/event", "status 404"): "an unknown metric is not found, as for a batch of events",
    ("GET /users/{id}", "status 404"): "an unknown user is not found, as everywhere else",
}

RULES = Ruleset(
    metrics=[Metric("words", name="Words", unit="words"), Metric("sales")],
    attributes=[Attribute("plan"), Attribute("city"), Attribute("device", "event")],
    streaks=[
        Streak(
            "habit",
            metrics=[StreakMetric("words")],
            freezes=Freezes(1, 3, 7, 1),
            customization_enabled=True,
            days_off=["sunday"],
        )
    ],
    achievements=[
        Achievement(
            "ten", MetricTrigger("words", 10, {"device": "ios"}), when={"user_attributes": PRO}, description="Ten words"
        ),
        Achievement("done", ApiTrigger(), badge_url="https://example.com/done.png"),
        Achievement("days", StreakTrigger(2)),
        Achievement("both", CompositeTrigger(["ten", "done"])),
        Achievement("old", AnniversaryTrigger(1)),
        Achievement("shut", ApiTrigger(), status="locked"),
    ],
    points=[
        PointsSystem(
            "xp",
            description="Experience",
            maximum=100_000,
            triggers=[
                MetricPointsTrigger("words", 2, event_attributes={"device": "ios"}, when={"user_attributes": PRO}),
                MetricPointsTrigger("words", 1),
                MetricPointsTrigger("sales", -5, block_if_out_of_points=True),
                StreakPointsTrigger(5, 2),
                AchievementPointsTrigger("done", 10),
                TimePointsTrigger(1, "days", 1),
                UserCreationPointsTrigger(3),
            ],
            levels=[Level("bronze", 0), Level("silver", 30, badge_url="https://example.com/silver.png")],
            boosts=[
                Boost("double", 2, when={"start": date(2025, 6, 1), "end": date(2025, 6, 30)}),
                Boost("mine", 1.5, when={"start": date(2025, 6, 1)}, user_id="18"),
                Boost("over", 3, when={"start": date(2024, 1, 1), "end": date(2024, 1, 2), "user_attributes": PRO}),
            ],
        ),
        PointsSystem("coins"),
    ],
    leaderboards=[
        Leaderboard("weekly", "metric", date(2025, 1, 1), metric="words", run_unit="day", run_interval=7),
        Leaderboard("cities", "points", date(2025, 1, 1), points="xp", breakdown_attributes=["city"]),
        Leaderboard("streaks", "streak", date(2025, 1, 1), user_attributes=PRO),
        Leaderboard("over", "metric", date(2024, 1, 1), metric="words", end=date(2024, 12, 31), end_time="17:00"),
        Leaderboard("soon", "metric", date(2026, 1, 1), metric="words"),
        Leaderboard("draft", "metric", date(2025, 1, 1), metric="words", status="inactive"),
    ],
)
RULE_IDS = {
    "metrics/": [str(ids.metric_id(key)) for key in ("words", "sales")],
    "attributes/": [str(ids.attribute_id(*one)) for one in (("user", "plan"), ("user", "city"), ("event", "device"))],
    "leaderboards/": [str(ids.leaderboard_id(key)) for key in ("weekly", "cities", "draft")],
    "points/": [str(ids.system_id(key)) for key in ("xp", "coins")],
    "levels/": [str(ids.level_id("xp", key)) for key in ("bronze", "silver")],
    "boosts/": [str(ids.boost_id("xp", key)) for key in RULES.points[0].boost_keys],
    "triggers/": [str(ids.trigger_id("xp", key)) for key in RULES.points[0].trigger_keys],
    "tenants/": [str(ids.metric_id("tenant"))],
}
#: Known values, by the names of fields and parameters.
KNOWN = {
    "metricId": RULE_IDS["metrics/"],
    "pointsSystemId": RULE_IDS["points/"],
    "achievementId": [str(ids.achievement_id(key)) for key in ("done", "ten")],
    "attributeId": RULE_IDS["attributes/"],
    "breakdownAttributes": [RULE_IDS["attributes/"][:1]],
    "attributes": ["plan", "plan", "city", "device"],
    "subscribeToEmails": [False],
    "attributeValue": ["pro", "London", "ios"],
    "userAttributes": ["plan:pro", "city:London", "plan:pro,city:London"],
    "userId": ["18", "19"],
    "userIds": ["18", "19"],
    "tz": ["Europe/London", "Asia/Tokyo"],
    "email": ["jo@example.com"],
    "units": ["EUR", "words"],
    "rankBy": ["metric", "streak"],
}
APPLICATION = KNOWN | {
    "users/": ["18", "18", "19"],
    "metrics/": ["words", "words", "sales"],
    "achievements/": ["done", "shut"],
    "points/": ["xp", "xp", "coins"],
    "leaderboards/": ["weekly", "cities", "streaks", "over", "soon"],
    "id": ["18"],
    "key": ["words", "sales"],
    "startDate": ["2025-05-20", "2025-06-01"],
    "endDate": ["2025-06-15", "2025-06-30"],
    "run": ["2025-06-15"],
    "year": [2025, 2024],
}


EVENT = b'{"user": {"id": "18"}, "value": 1}'
#: Further requests, by operation, which a draw can miss, so that no result depends on the draw.
CERTAIN = {
    "POST /metrics/{key}/event": [
        Sent({"key": "words"}, {"Idempotency-Key": "once"}, [], EVENT),
        Sent({"key": "ghost"}, {}, [], EVENT),
        Sent({"key": "words"}, {}, [], b"{"),
    ],
    "POST /achievements/{key}/complete": [Sent({"key": "done"}, {}, [], b'{"user": {"id": "another"}}')],
    "POST /users": [Sent({}, {}, [], b'{"id": "another"}')],
    "GET /users/{id}": [Sent({"id": "ghost"}, {}, [], None)],
}


def fresh_client():
    """Return a client of an engine with a history."""
    engine = Engine(RULES, clock=lambda: NOW)
    for user, city in (("18", "London"), ("19", "Paris")):
        engine.identify(user, name=user, sign_up_date="2024-01-01", attributes={**PRO, "city": city}, at=NOW - 8 * DAY)
        for days in (8, 7, 6, 1, 0):
            at = NOW - days * DAY
            engine.record("words", user=user, value=7, attributes={"device": "ios"}, at=at)
    engine.pause("18", date(2025, 6, 20), date(2025, 6, 21), at=NOW)
    engine.record("words", user="18", value=1, idempotency_key="once", at=NOW)
    return httpx.Client(transport=EngineTransport(engine), headers={"X-API-KEY": "any"})


DAY = timedelta(days=1)


@cache
def answers(document):
    """Send requests to every operation of a document; return each operation with its answers, always the same ones."""
    return {operation: list(_answers(operation)) for operation in Operation.of(DOCUMENTS[document])}


def _answers(operation):
    known = APPLICATION if operation.url.startswith("https://api.") else KNOWN | RULE_IDS | _ids_for(operation)
    client, ended = fresh_client(), False
    drawn = _drawn(requests_for(operation, known), REQUESTS)
    malformed = [] if operation.body is None else [attrs.evolve(drawn[0], content=b"{")]
    for request in (*drawn, *malformed, *CERTAIN.get(str(operation), ())):
        answer = _send(client, operation, request)
        ended |= answer.is_success or answer.status_code == 501
        yield answer
    # What is drawn differs between releases of Hypothesis: draw on until a request succeeds.
    for request in () if ended else _drawn(requests_for(operation, known), 20 * REQUESTS):
        answer = _send(client, operation, request)
        yield answer
        if answer.is_success:
            return


def _drawn(requests, count):
    """Draw the same requests each time."""
    drawn = []

    @seed(SEED)
    @settings(max_examples=count, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(requests)
    def draw(request):
        drawn.append(request)

    draw()
    return drawn


def _send(client, operation, request):
    url = operation.url.format(**{name: quote(value, safe="") for name, value in request.path.items()})
    return client.request(
        operation.method, url, headers=request.headers, params=request.params, content=request.content
    )


@cache
def faults(document):
    """Return the faults of the answers of a document: operation, fault, and the answer."""
    return [
        (str(operation), fault, answer)
        for operation, given_ones in answers(document).items()
        for answer in given_ones
        for fault in faults_of(operation, answer)
    ]


def _ids_for(operation):
    """Return the identifiers for the fields ``id`` and ``ids`` of an operation."""
    resource = operation.path.removesuffix("/{id}").rsplit("/", 1)[-1] + "/"
    found = RULE_IDS.get(resource, ["18", "19"])
    return {"id": found, "ids": found} | ({"key": ["words"]} if resource == "events/" else {})


def is_drift(operation, fault, drift):
    of, known = drift
    return fnmatchcase(operation, of) and fnmatchcase(fault, known)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_answer_is_as_documented(document):
    wrong = {
        f"{operation}: {fault}": (answer.request.url, answer.request.content[:300], answer.text[:500])
        for operation, fault, answer in faults(document)
        if not any(is_drift(operation, fault, drift) for drift in DRIFTS)
    }
    assert wrong == {}


@pytest.mark.parametrize("drift", DRIFTS, ids=" ".join)
def test_every_listed_drift_still_exists(drift):
    found = (one for document in DOCUMENTS for one in faults(document))
    assert any(is_drift(operation, fault, drift) for operation, fault, _ in found), DRIFTS[drift]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_operation_gets_valid_and_invalid_requests(document):
    for operation, given_ones in answers(document).items():
        statuses = Counter(answer.status_code for answer in given_ones)
        if 501 in statuses:
            continue
        assert statuses.keys() & {200, 201, 202}, (str(operation), statuses)
        if operation.body is not None:
            assert statuses.keys() & {400, 422}, (str(operation), statuses)
