"""An application shows users their streaks."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from hosted import HostedClient
from httpx import Client
from trophy import TrophyApi
from trophy.errors import NotFoundError, UnprocessableEntityError

from trophy_engine import Engine, Freezes, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.trophy_api import EngineTransport

NOON = datetime(2025, 4, 2, 12, tzinfo=UTC)
RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(start_count=1))],
)
PLAIN = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])


def write(hosted, user, day):
    hosted.at(f"2025-04-{day:02} 10:00").metrics.event("words", user={"id": user}, value=1)


def test_a_streak_has_its_history_with_freezes():
    hosted = HostedClient(RULES)
    write(hosted, "18", 2)
    write(hosted, "18", 4)
    streak = hosted.at("2025-04-05 09:00").users.streak("18", history_periods=4)

    assert (streak.length, streak.started, streak.expires) == (2, "2025-04-02", "2025-04-05")
    assert hosted.body["extended"] == "2025-04-04T10:00:00.000Z"
    assert hosted.body["freezes"] == 0
    assert hosted.body["pauses"] == []
    assert [(row["periodStart"], row["length"], row["usedFreeze"]) for row in hosted.body["streakHistory"]] == [
        ("2025-04-02", 1, False),
        ("2025-04-03", 1, True),
        ("2025-04-04", 2, False),
        ("2025-04-05", 2, False),
    ]


def test_the_history_has_seven_periods_by_default_and_no_freezes_without_freeze_rules():
    hosted = HostedClient(PLAIN)
    write(hosted, "18", 2)
    hosted.api.users.streak("18")
    assert len(hosted.body["streakHistory"]) == 7
    assert not {"freezes", "maxFreezes", "freezeAutoEarnInterval", "freezeAutoEarnAmount"} & hosted.body.keys()
    assert "usedFreeze" not in hosted.body["streakHistory"][0]


def test_a_lost_streak_has_no_dates():
    hosted = HostedClient(PLAIN)
    write(hosted, "18", 2)
    hosted.at("2025-04-04 00:00").users.streak("18")
    dates = ("started", "periodStart", "periodEnd", "expires", "extended")
    assert (hosted.body["length"], *map(hosted.body.get, dates)) == (0, None, None, None, None, None)


def test_pauses_that_are_not_over_are_listed():
    hosted = HostedClient(PLAIN)
    write(hosted, "18", 2)
    hosted.engine.pause("18", date(2025, 4, 3), date(2025, 4, 4))
    hosted.engine.pause("18", date(2025, 5, 1), date(2025, 5, 2))
    pauses = hosted.at("2025-04-04 12:00").users.streak("18").pauses
    assert [(pause.start, pause.end) for pause in pauses] == [
        ("2025-04-03", "2025-04-04"),
        ("2025-05-01", "2025-05-02"),
    ]
    assert [row["usedPause"] for row in hosted.body["streakHistory"]][-2:] == [True, False]
    assert len(hosted.at("2025-04-05 12:00").users.streak("18").pauses) == 1
    hosted.engine.unpause("18", 2)
    assert hosted.api.users.streak("18").pauses == []


def test_a_reset_is_in_the_history():
    hosted = HostedClient(PLAIN)
    write(hosted, "18", 2)
    hosted.at("2025-04-02 12:00")
    hosted.engine.reset_streak("18")
    hosted.api.users.streak("18")
    assert hosted.body["streakHistory"][-1]["resetAt"] == "2025-04-02T12:00:00.000Z"
    assert "resetAt" not in hosted.body["streakHistory"][-2]


def test_rules_without_a_streak_show_one_that_never_starts():
    hosted = HostedClient(Ruleset(metrics=[Metric("words")]))
    write(hosted, "18", 2)
    assert hosted.body["currentStreak"]["length"] == 0
    hosted.api.users.streak("18")
    assert (hosted.body["length"], hosted.body["streakHistory"]) == (0, [])
    assert hosted.api.streaks.list(user_ids=["18"])[0].streak_length == 0


def test_the_streak_of_an_unknown_user_is_not_found_and_a_fraction_of_periods_is_refused():
    hosted = HostedClient(PLAIN)
    write(hosted, "18", 2)
    with pytest.raises(NotFoundError):
        hosted.api.users.streak("ghost")
    with pytest.raises(UnprocessableEntityError):
        hosted.api.users.streak("18", history_periods=0)
    hosted.send("GET", "/users/18/streak", params={"historyPeriods": "many"})
    assert hosted.status == 422
    hosted.send("GET", "/users/18/streak", params={"historyPeriods": 10**9})
    assert hosted.body["error"].startswith("historyPeriods must be a whole number from 1 to ")


def test_several_streaks_are_longest_first_without_unknown_users():
    hosted = HostedClient(PLAIN)
    for day in (2, 3):
        write(hosted, "long", day)
    for user in ("b", "a"):
        write(hosted, user, 3)
    hosted.api.users.create(id="none")

    hosted.api.streaks.list(user_ids=["none", "b", "ghost", "a", "long"])
    assert hosted.body == [
        {"userId": "long", "streakLength": 2, "extended": "2025-04-03T10:00:00.000Z"},
        {"userId": "b", "streakLength": 1, "extended": "2025-04-03T10:00:00.000Z"},
        {"userId": "a", "streakLength": 1, "extended": "2025-04-03T10:00:00.000Z"},
        {"userId": "none", "streakLength": 0, "extended": None},
    ]
    hosted.send("GET", "/streaks", params={"userIds": "a,long"})
    assert [row["userId"] for row in hosted.body] == ["long", "a"]


def test_an_id_with_a_comma_is_found_as_a_single_parameter():
    hosted = HostedClient(PLAIN)
    for user in ("a,b", "c"):
        hosted.api.users.create(id=user)
    assert [one.user_id for one in hosted.api.streaks.list(user_ids=["a,b", "c"])] == ["a,b", "c"]
    hosted.send("GET", "/streaks", params={"userIds": "a,b,c"})
    assert [row["userId"] for row in hosted.body] == ["c"]


def test_an_invalid_id_is_left_out_like_an_unknown_one():
    hosted = HostedClient(PLAIN)
    hosted.api.users.create(id="a")
    assert [one.user_id for one in hosted.api.streaks.list(user_ids=["x" * 256, "a"])] == ["a"]


def test_streaks_are_requested_by_one_to_a_hundred_ids():
    hosted = HostedClient(PLAIN)
    assert hosted.api.streaks.list(user_ids=[str(number) for number in range(100)]) == []
    for ids in ([str(number) for number in range(101)], None):
        with pytest.raises(UnprocessableEntityError):
            hosted.api.streaks.list(user_ids=ids)


def test_the_longest_streaks_are_ranked():
    hosted = HostedClient(PLAIN)
    for user, days in (("ended", (2, 3, 4)), ("b", (6, 7)), ("a", (6, 7)), ("one", (7,))):
        for day in days:
            write(hosted, user, day)
    hosted.api.users.identify("one", name="Ada")

    def rank(**parameters):
        hosted.send("GET", "/streaks/rankings", params=parameters)
        assert hosted.status == 200
        return [(row["userId"], row["streakLength"]) for row in hosted.body]

    assert rank() == rank(type="active") == [("b", 2), ("a", 2), ("one", 1)]
    assert hosted.body[-1]["name"] == "Ada"
    assert rank(type="longest") == [("ended", 3), ("b", 2), ("a", 2), ("one", 1)]
    assert rank(type="longest", limit=2) == [("ended", 3), ("b", 2)]
    for parameters in ({"limit": 0}, {"limit": 101}, {"limit": "many"}, {"type": "Active"}, {"type": ""}):
        hosted.send("GET", "/streaks/rankings", params=parameters)
        assert hosted.status == 422


def test_without_streaks_none_is_ranked():
    hosted = HostedClient(Ruleset())
    hosted.api.users.create(id="18")
    hosted.send("GET", "/streaks/rankings")
    assert (hosted.status, hosted.body) == (200, [])


@pytest.mark.parametrize(
    ("frequency", "shown"),
    [("yearly", "yearly"), ({"every": 2, "unit": "week", "start": "2025-01-06"}, "every 2 weeks")],
)
def test_frequencies_that_the_platform_lacks_are_sent_as_text(frequency, shown):
    engine = Engine(evolve(PLAIN, streaks=[Streak("habit", frequency, [StreakMetric("words")])]), clock=lambda: NOON)
    client = TrophyApi(api_key="any", httpx_client=Client(transport=EngineTransport(engine)), max_retries=0)
    assert client.metrics.event("words", user={"id": "18"}, value=1).current_streak.frequency == shown
    assert client.users.streak("18").frequency == shown
    assert client.users.wrapped("18").activity.entire_year.longest_streak.frequency == shown
