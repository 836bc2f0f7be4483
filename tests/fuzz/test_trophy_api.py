"""Any request to the API gets an answer of the platform, and never a fault of the engine."""

from datetime import UTC, date, datetime
from urllib.parse import quote

import httpx
from hypothesis import given
from hypothesis import strategies as st
from odd_values import json_text, odd_json, odd_text, replaced

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Engine,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.trophy_api import EngineTransport
from trophy_engine.trophy_api.admin import ROUTES as ADMIN
from trophy_engine.trophy_api.application import ROUTES as APPLICATION

NOON = datetime(2025, 4, 2, 12, tzinfo=UTC)
RULES = Ruleset(
    metrics=[Metric("words")],
    attributes=[Attribute("plan"), Attribute("topic", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)],
    achievements=[Achievement("welcome", ApiTrigger())],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 5)], levels=[Level("gold", 100)])],
    leaderboards=[Leaderboard("weekly", "metric", date(2025, 1, 1), metric="words", run_unit="day", run_interval=7)],
)
USER = {"id": "18", "email": "a@b.co", "tz": "Europe/London", "name": "Ada", "attributes": {"plan": "pro"}}
BODIES = [
    {"user": USER, "value": 2, "attributes": {"topic": "ui"}},
    USER,
    [{"key": "lessons", "name": "Lessons"}],
    {"notifications": {"recap": ["email"]}, "streak": {"daysOff": ["saturday"]}},
    [{"key": "words", "user": USER, "value": 1, "timestamp": "2025-04-02T10:00:00Z"}],
]
KEYS = st.sampled_from(["words", "18", "xp", "welcome", "weekly", "gold"])
QUERY = st.dictionaries(
    st.sampled_from(
        ["aggregation", "startDate", "endDate", "historyPeriods", "limit", "offset", "run", "userId", "year"]
    )
    | odd_text,
    odd_text | st.sampled_from(["daily", "2025-04-01", "2025-04-02", "5", "18"]),
    max_size=3,
)


def _encoded(text):
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@given(st.data())
def test_every_operation_answers_any_request(data):
    engine = Engine(RULES, clock=lambda: NOON)
    http = httpx.Client(transport=EngineTransport(engine), headers={"X-API-KEY": "any", "Idempotency-Key": "once"})
    http.post("https://api.trophy.so/v1/metrics/words/event", json={"user": USER, "value": 3})
    for _ in range(data.draw(st.integers(1, 4))):
        host, routes = data.draw(st.sampled_from([("api", APPLICATION), ("admin", ADMIN)]))
        method, template, _ = data.draw(st.sampled_from(routes))
        parts = [_encoded(data.draw(KEYS | odd_text)) if part.startswith("{") else part for part in template.split("/")]
        query = "&".join(f"{_encoded(key)}={_encoded(value)}" for key, value in data.draw(QUERY).items())
        body = data.draw(st.sampled_from(BODIES).flatmap(replaced) | odd_json)
        url = f"https://{host}.trophy.so/v1/{'/'.join(parts)}?{query}"
        content = None if method == "GET" else json_text(body).encode()
        answer = http.request(method, url[:8_000], content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500 or answer.status_code == 501, (method, url, content)  # 501: not offered here
        assert answer.content == b"" or answer.json() is not ...
