"""An application shows leaderboards."""

from datetime import date
from urllib.parse import quote

import pytest
from hosted import HostedClient
from trophy.errors import NotFoundError, UnprocessableEntityError

from trophy_engine import Attribute, Metric, MetricPointsTrigger, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.rules.leaderboards import Leaderboard

RULES = Ruleset(
    metrics=[Metric("words", name="Words")],
    attributes=[Attribute("city"), Attribute("plan")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    points=[PointsSystem("xp", name="Experience", triggers=[MetricPointsTrigger("words", 1)])],
    leaderboards=[
        Leaderboard(
            "weekly",
            "metric",
            date(2025, 1, 1),
            metric="words",
            description="Every week",
            run_unit="day",
            run_interval=7,
            max_participants=3,
        ),
        Leaderboard("cities", "points", date(2025, 1, 1), points="xp", breakdown_attributes=["city"]),
        Leaderboard("streaks", "streak", date(2025, 1, 1), user_attributes={"plan": "pro"}),
        Leaderboard("over", "metric", date(2024, 1, 1), metric="words", end=date(2024, 12, 31)),
        Leaderboard("soon", "metric", date(2026, 1, 1), metric="words", start_time="09:00", end_time="17:00:00"),
        Leaderboard("draft", "metric", date(2025, 1, 1), metric="words", status="inactive"),
    ],
)


@pytest.fixture
def hosted():
    hosted = HostedClient(RULES, "2025-01-02 10:00")
    for user, words, city in (("a", 50, "London"), ("b", 40, "Paris"), ("c", 30, "London")):
        hosted.api.metrics.event("words", user={"id": user, "name": user.upper()}, value=words)
        hosted.api.users.update(user, attributes={"city": city})
    return hosted


def test_the_list_has_all_but_inactive_ones_and_finished_ones_only_on_request(hosted):
    assert [(one.key, one.status) for one in hosted.api.leaderboards.all_()] == [
        ("weekly", "active"),
        ("cities", "active"),
        ("streaks", "active"),
        ("soon", "scheduled"),
    ]
    boards = {one["key"]: one for one in hosted.body}
    assert (boards["weekly"]["metricKey"], boards["weekly"]["metricName"]) == ("words", "Words")
    assert (boards["cities"]["pointsSystemKey"], boards["cities"]["pointsSystemName"]) == ("xp", "Experience")
    assert (boards["cities"]["breakdownAttribute"], boards["cities"]["breakdownAttributes"]) == ("city", ["city"])
    assert not {"metricKey", "pointsSystemKey"} & boards["streaks"].keys()
    assert (boards["soon"]["startTime"], boards["soon"]["endTime"]) == ("09:00", "17:00:00")
    assert "over" in [one.key for one in hosted.api.leaderboards.all_(include_finished=True)]


def test_rows_are_in_order_of_rank(hosted):
    board = hosted.api.leaderboards.get("weekly")
    assert [(row.rank, row.user_id, row.user_name, row.value) for row in board.rankings] == [
        (1, "a", "A", 50),
        (2, "b", "B", 40),
        (3, "c", "C", 30),
    ]
    assert (board.run_unit, board.run_interval, board.max_participants) == ("day", 7, 3)
    assert [row.user_id for row in hosted.api.leaderboards.get("weekly", offset=1, limit=1).rankings] == ["b"]
    assert hosted.api.leaderboards.get("weekly", limit=0).rankings == []


def test_rows_around_a_user(hosted):
    def around(user, offset):
        board = hosted.api.leaderboards.get("weekly", user_id=user, offset=offset)
        return [row.user_id for row in board.rankings]

    assert around("b", 0) == ["b", "c"]
    assert around("b", -1) == ["a", "b", "c"]
    assert around("b", -5) == ["a", "b", "c"]
    assert around("ghost", 0) == []


def test_a_run_is_found_by_a_date_in_it(hosted):
    hosted.at("2025-01-10 10:00")
    assert hosted.api.leaderboards.get("weekly").rankings == []
    assert len(hosted.api.leaderboards.get("weekly", run="2025-01-05").rankings) == 3
    assert hosted.body["status"] in {"active", "finished"}


@pytest.mark.parametrize(
    "query",
    [
        {"run": "2024-12-31"},
        {"run": "someday"},
        {"offset": -1},
        {"limit": -1},
        {"limit": 4},
        {"user_attributes": "city:London"},
    ],
)
def test_rows_beyond_the_board_are_refused(hosted, query):
    with pytest.raises(UnprocessableEntityError):
        hosted.api.leaderboards.get("weekly", **query)


def test_a_board_that_is_broken_down_ranks_one_group(hosted):
    board = hosted.api.leaderboards.get("cities", user_attributes="city:London")
    assert [(row.rank, row.user_id) for row in board.rankings] == [(1, "a"), (2, "c")]
    for wrong in (None, "plan:pro", "cty:London"):
        with pytest.raises(UnprocessableEntityError):
            hosted.api.leaderboards.get("cities", user_attributes=wrong)
    hosted.send("GET", "/leaderboards/cities")
    assert hosted.body["error"].endswith("; set userAttributes to select groups")


def test_a_user_has_a_rank_and_its_history(hosted):
    hosted.at("2025-01-03 10:00").metrics.event("words", user={"id": "c"}, value=25)
    standing = hosted.api.users.leaderboard("c", "weekly")
    assert (standing.rank, standing.value) == (1, 55)
    last = hosted.body["history"][-1]
    assert last == {
        "date": "2025-01-03",
        "timestamp": "2025-01-03T00:00:00.000Z",
        "previousRank": 3,
        "rank": 1,
        "previousValue": 30,
        "value": 55,
    }
    assert hosted.api.users.leaderboard("c", "weekly", num_events=0).history == []
    standing = hosted.api.users.leaderboard("c", "streaks")
    assert (standing.rank, standing.value) == (None, None)
    for query in ({"num_events": 101}, {"num_events": -1}, {"run": "2024-12-31"}):
        with pytest.raises(UnprocessableEntityError):
            hosted.api.users.leaderboard("c", "weekly", **query)


def test_every_answer_has_the_status(hosted):
    moved = hosted.api.metrics.event("words", user={"id": "a"}, value=1)
    assert moved.leaderboards["weekly"].status == "active"
    for board, status in (("weekly", "active"), ("over", "finished"), ("soon", "scheduled")):
        assert hosted.api.leaderboards.get(board).status == status
        hosted.api.users.leaderboard("a", board)
        assert hosted.body["status"] == status
    hosted.at("2026-06-01 10:00").users.wrapped("a", year=2025)
    assert hosted.body["activity"]["entireYear"]["leaderboards"]["weekly"]["status"] == "finished"


def test_a_group_with_a_comma_in_its_name_can_be_selected(hosted):
    for city in ("Washington, DC", "100%"):
        hosted.api.users.update("a", attributes={"city": city})
        ranked = hosted.api.leaderboards.get("cities", user_attributes=f"city:{quote(city)}")
        assert [row.user_id for row in ranked.rankings] == ["a"]
    assert [row.user_id for row in hosted.api.leaderboards.get("cities", user_attributes="city:100%").rankings] == ["a"]
    with pytest.raises(UnprocessableEntityError) as refused:
        hosted.api.leaderboards.get("cities", user_attributes="city:Washington, DC")
    assert "%2C for a comma" in refused.value.body["error"]
    with pytest.raises(UnprocessableEntityError) as refused:
        hosted.api.leaderboards.get("cities", user_attributes="city:%FF")
    assert "percent-encoded as UTF-8" in refused.value.body["error"]


def test_missing_objects_are_not_found(hosted):
    for ask in (
        lambda: hosted.api.leaderboards.get("nothing"),
        lambda: hosted.api.leaderboards.get("draft"),
        lambda: hosted.api.users.leaderboard("a", "draft"),
        lambda: hosted.api.users.leaderboard("ghost", "weekly"),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_the_answer_to_an_event_has_the_boards_that_it_changed(hosted):
    hosted.at("2025-01-03 10:00").metrics.event("words", user={"id": "c"}, value=15)
    boards = hosted.body["leaderboards"]
    assert sorted(boards) == ["cities", "weekly"]
    weekly, cities = boards["weekly"], boards["cities"]
    assert (weekly["start"], weekly["end"]) == ("2025-01-01", "2025-01-07")
    assert (weekly["rank"], weekly["previousRank"], weekly["threshold"]) == (2, 3, 41)
    assert "breakdownAttributeValues" not in weekly
    assert cities["breakdownAttributeValues"] == [{"key": "city", "value": "London"}]
    assert cities["breakdownAttributeValue"] == "London"


def test_fractions_are_shown_as_their_whole_part(hosted):
    hosted.api.metrics.event("words", user={"id": "c"}, value=0.5)
    assert hosted.body["leaderboards"]["weekly"]["threshold"] == 31
    assert [row.value for row in hosted.api.leaderboards.get("weekly").rankings] == [50, 40, 30]


def test_an_ascending_board_has_its_last_value_rounded_down_as_threshold_and_0_while_there_is_room():
    board = Leaderboard("best", "metric", "2025-01-01", metric="best", order="ascending", max_participants=2)
    rules = Ruleset(metrics=[Metric("laps"), Metric("best", source="laps", aggregate="min")], leaderboards=[board])
    hosted, thresholds = HostedClient(rules, "2025-01-02 10:00"), []
    for user, seconds in (("a", 60), ("b", 54.5), ("a", 59.75), ("a", 40), ("b", -1.5), ("a", -2), ("b", -9.5)):
        hosted.api.metrics.event("laps", user={"id": user}, value=seconds)
        thresholds.append(hosted.body["leaderboards"]["best"]["threshold"])
    assert thresholds == [0, 60, 59, 54, 40, -2, -2]
    ranked = hosted.api.leaderboards.get("best").rankings
    assert [(row.rank, row.user_id, row.value) for row in ranked] == [(1, "b", -9), (2, "a", -2)]


def test_words_that_the_platform_does_not_have_are_sent_as_they_are():
    zoned = {"time_zone": "Europe/Berlin", "ties": "shared"}
    board = Leaderboard("weekly", "metric", "2025-01-06", metric="words", run_unit="week", run_interval=1, **zoned)
    hosted = HostedClient(Ruleset(metrics=[Metric("words")], leaderboards=[board]), "2025-01-12 22:30")
    for user in ("a", "b"):
        hosted.api.metrics.event("words", user={"id": user}, value=5)
        event = hosted.body["leaderboards"]["weekly"]
        assert (event["runUnit"], event["rank"], event["start"]) == ("week", 1, "2025-01-06")
    hosted.at("2025-01-12 23:30").metrics.event("words", user={"id": "a"}, value=5)
    assert hosted.body["leaderboards"]["weekly"]["start"] == "2025-01-13"
    shown = hosted.api.leaderboards.get("weekly", run="2025-01-06")
    assert ([row.rank for row in shown.rankings], shown.run_unit, shown.status) == ([1, 1], "week", "finished")
    assert not {"order", "ties", "timeZone", "time_zone"} & hosted.body.keys()
