"""Parameters of queries, which both APIs read in the same way."""

import httpx
import pytest
from datetimes import utc

from trophy_engine import Engine, Leaderboard, Metric, Ruleset
from trophy_engine.trophy_api import EngineTransport

NO_NUMBERS = ["", "1_0", " 5", "5 ", "+5", "٣", "0x1", "5.0", "1e2", "--1", "9" * 19, "9" * 5000]


@pytest.fixture
def http():
    board = Leaderboard("top", rank_by="streak", start=utc("2025-01-01 00:00").date())
    engine = Engine(Ruleset(metrics=[Metric("words")], leaderboards=[board]), clock=lambda: utc("2025-04-02 10:00"))
    return httpx.Client(transport=EngineTransport(engine), headers={"X-API-KEY": "any"})


@pytest.mark.parametrize("text", NO_NUMBERS)
@pytest.mark.parametrize("url", ["https://admin.trophy.so/v1/metrics", "https://api.trophy.so/v1/leaderboards/top"])
def test_a_whole_number_is_digits_and_a_sign(http, url, text):
    assert http.get(url, params={"limit": "007"}).status_code == 200
    answer = http.get(url, params={"limit": text})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("limit must be a whole number")


def test_the_bounds_of_a_number_are_reported(http):
    def error_of(url):
        return http.get(url).json()["error"]

    assert error_of("https://admin.trophy.so/v1/metrics?limit=101") == (
        "limit must be a whole number from 1 to 100, not '101'"
    )
    assert (
        error_of("https://admin.trophy.so/v1/metrics?skip=-1") == "skip must be a whole number of at least 0, not '-1'"
    )
    assert error_of("https://api.trophy.so/v1/leaderboards/top?limit=-1") == (
        "limit must be a whole number from 0 to 1000, not '-1'"
    )
    assert error_of("https://api.trophy.so/v1/leaderboards/top?offset=x") == "offset must be a whole number, not 'x'"
