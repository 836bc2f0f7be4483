import attrs
import pytest
from admin_client import AdminClient, issue

from trophy_engine import Attribute, Metric, MetricPointsTrigger, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.rules.achievements import Achievement, ApiTrigger, CompositeTrigger, MetricTrigger
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.trophy_api.ids import attribute_id, metric_id

UNKNOWN_ID = "550e8400-e29b-41d4-a716-446655440999"


def test_a_metric_is_created_with_defaults():
    admin = AdminClient()
    answer = admin.post("metrics", {"name": "Words", "key": "words"})
    assert answer.status == 201
    assert answer.body == {
        "created": [
            {"id": str(metric_id("words")), "name": "Words", "key": "words", "unitType": "number", "units": ""}
        ],
        "issues": [],
    }
    assert admin.ruleset.metrics == (Metric("words", "Words"),)


def test_items_are_independent_and_the_engine_adopts_rules_once():
    admin = AdminClient(Ruleset(metrics=[Metric("words")]))
    answer = admin.post(
        "metrics",
        {"name": "Words", "key": "words"},
        {"name": "Money", "key": "money", "unitType": "currency", "units": "USD"},
        {"name": 3, "key": "three"},
        {"name": "Money", "key": "money"},
        {"name": "Bad", "key": "no key"},
        {"name": "Euros", "key": "euros", "units": None, "color": "red"},
        "metric",
    )
    assert answer.status == 201
    assert [made["key"] for made in answer.body["created"]] == ["money"]
    assert [(issue["index"], issue["message"]) for issue in answer.body["issues"]] == [
        (0, "Key already in use by another metric"),
        (2, "Name not a string"),
        (3, "Key already in use by another metric"),
        (4, "key must consist of ASCII letters, digits, '-' and '_', not 'no key'; write for example 'no-key'"),
        (5, "units must be a string; unknown field 'color'; known: 'name', 'key', 'unitType', 'units'"),
        (6, "the item must be an object"),
    ]
    assert all(issue["severity"] == "error" for issue in answer.body["issues"])
    assert len(admin.engine.versions) == 2
    assert admin.engine.versions[-1][0] == admin.at


def test_a_request_without_a_created_item_is_200_and_adopts_nothing():
    admin = AdminClient()
    assert admin.post("metrics", {"key": "words"}).body["issues"] == [issue("Name not a string", index=0)]
    assert len(admin.engine.versions) == 1


def test_only_given_fields_change():
    admin = AdminClient()
    words = admin.create("metrics", name="Words", key="words", units="words")
    assert admin.update("metrics", words, name="All words") == {**words, "name": "All words"}
    assert admin.update("metrics", words, units="") == {**words, "name": "All words", "units": ""}


def test_issues_of_updates_have_the_id():
    admin = AdminClient()
    words = admin.create("metrics", name="Words", key="words")
    answer = admin.patch(
        "metrics",
        {"id": UNKNOWN_ID, "name": "x"},
        {"id": "not-a-uuid", "name": "x"},
        {"name": "x"},
        {"id": words["id"], "key": "other"},
        {"id": words["id"], "name": None},
        {"id": words["id"], "name": "Good"},
    )
    assert [made["name"] for made in answer["updated"]] == ["Good"]
    assert answer["issues"] == [
        issue("Metric not found by ID", id=UNKNOWN_ID),
        issue("id must be a valid UUID", id="not-a-uuid"),
        issue("id must be a valid UUID", index=2),
        issue("unknown field 'key'; known: 'id', 'name', 'unitType', 'units'", id=words["id"]),
        issue("Name not a string", id=words["id"]),
    ]


def test_a_list_is_a_page_oldest_first():
    admin = AdminClient(Ruleset(metrics=[Metric(f"m{number}") for number in range(30)]))
    assert [one["key"] for one in admin.get("metrics")] == [f"m{number}" for number in range(10)]
    assert [one["key"] for one in admin.get("metrics", limit=2, skip=28)] == ["m28", "m29"]
    assert admin.get("metrics", skip=30) == []
    for bad in ({"limit": 0}, {"limit": 101}, {"skip": -1}, {"limit": "ten"}, {"limit": "1.5"}):
        with pytest.raises(Unprocessable):
            admin.get("metrics", **bad)


def test_one_metric_is_found_by_its_id():
    admin = AdminClient()
    words = admin.create("metrics", name="Words", key="words")
    assert admin.get(f"metrics/{words['id']}") == words
    with pytest.raises(NotFound, match="Metric not found by ID"):
        admin.get(f"metrics/{UNKNOWN_ID}")
    with pytest.raises(Unprocessable, match="id must be a valid UUID"):
        admin.get("metrics/words")


@pytest.mark.parametrize("body", [None, {}, [], [{"name": "x", "key": "x"}] * 101])
def test_a_body_of_the_wrong_type_or_size_is_refused_as_a_whole(body):
    with pytest.raises(Unprocessable):
        AdminClient().call("POST", "metrics", body)


def test_ids_to_delete_are_repeated_or_between_commas():
    admin = AdminClient(Ruleset(metrics=[Metric("a"), Metric("b"), Metric("c")]))
    a, b, c = (str(metric_id(key)) for key in "abc")
    assert admin.delete("metrics", f"{a},{b}", c)["deleted"] == [{"id": a}, {"id": b}, {"id": c}]
    assert admin.ruleset == Ruleset()
    assert admin.delete("metrics", a, "x")["issues"] == [
        issue("Metric not found by ID", id=a),
        issue("id must be a valid UUID", id="x"),
    ]
    for ids in ([], [""], [a] * 101):
        with pytest.raises(Unprocessable):
            admin.delete("metrics", *ids)


def test_rules_of_a_metric_are_deleted_with_it():
    admin = AdminClient(
        Ruleset(
            metrics=[Metric("words"), Metric("lessons")],
            attributes=[Attribute("plan")],
            streaks=[Streak("habit", metrics=[StreakMetric("words"), StreakMetric("lessons")])],
            achievements=[
                Achievement("many", MetricTrigger("words", 100)),
                Achievement("done", ApiTrigger()),
                Achievement("both", CompositeTrigger(["many", "done"])),
                Achievement("alone", CompositeTrigger(["many"])),
                Achievement("last", CompositeTrigger(["alone"])),
            ],
            points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1), MetricPointsTrigger("lessons", 2)])],
            leaderboards=[
                Leaderboard("by-words", "metric", start=AdminClient().at.date(), metric="words"),
                Leaderboard("by-xp", "points", start=AdminClient().at.date(), points="xp"),
            ],
        )
    )
    system = admin.get("points")[0]
    kept = admin.get(f"points/{system['id']}/triggers")[1]
    admin.delete("metrics", metric_id("words"))
    left = admin.ruleset
    assert [metric.key for metric in left.metrics] == ["lessons"]
    assert left.primary_streak.metrics == (StreakMetric("lessons"),)
    assert [
        (achievement.key, getattr(achievement.trigger, "achievements", None)) for achievement in left.achievements
    ] == [
        ("done", None),
        ("both", ("done",)),
    ]
    assert admin.get(f"points/{system['id']}/triggers") == [kept]
    assert [board.key for board in left.leaderboards] == ["by-xp"]


LAPS = Ruleset(
    metrics=[
        Metric("laps"),
        Metric("crashes"),
        Metric("best", source="laps", aggregate="min", event_attributes={"track": ["spa", "monza"]}),
        Metric("tracks", source="laps", aggregate="distinct", distinct_by="track"),
        Metric("clean", source="laps", window={"reset_by": "crashes"}),
        Metric("today", source="laps", window="day"),
    ],
    attributes=[Attribute("track", "event")],
    achievements=[Achievement("tourist", MetricTrigger("tracks", 2)), Achievement("daily", MetricTrigger("today", 2))],
)


def test_an_edit_keeps_what_the_api_does_not_say():
    admin = AdminClient(LAPS)
    shown = {"id": str(metric_id("best")), "name": "Best lap", "key": "best", "unitType": "number", "units": ""}
    answer = admin.patch("metrics", {"id": str(metric_id("best")), "name": "Best lap"})
    assert answer == {"updated": [shown], "issues": []}
    assert admin.ruleset == attrs.evolve(
        LAPS, metrics=[attrs.evolve(one, name="Best lap") if one.key == "best" else one for one in LAPS.metrics]
    )


@pytest.mark.parametrize(
    ("deleted", "metrics", "achievements"),
    [
        (("metrics", metric_id("laps")), ["crashes"], []),
        (("metrics", metric_id("crashes")), ["laps", "best", "tracks", "today"], ["tourist", "daily"]),
        (("metrics", metric_id("today")), ["laps", "crashes", "best", "tracks", "clean"], ["tourist"]),
        (("attributes", attribute_id("event", "track")), ["laps", "crashes", "clean", "today"], ["daily"]),
    ],
)
def test_metrics_are_deleted_with_what_they_count(deleted, metrics, achievements):
    admin = AdminClient(LAPS)
    admin.delete(*deleted)
    assert [metric.key for metric in admin.ruleset.metrics] == metrics
    assert [achievement.key for achievement in admin.ruleset.achievements] == achievements


def test_a_deleted_metric_is_listed_by_its_lowercase_id():
    admin = AdminClient(Ruleset(metrics=[Metric("words")]))
    (words,) = admin.get("metrics")
    assert admin.delete("metrics", words["id"].upper()) == {"deleted": [{"id": words["id"]}], "issues": []}


@pytest.mark.parametrize(
    ("body", "found"),
    [(None, "there is none"), ({"name": "a"}, "it is an object"), ("a", "it is a single value"), ([], "it has 0")],
)
def test_the_type_of_a_body_that_is_not_a_list_is_reported(body, found):
    with pytest.raises(Unprocessable) as caught:
        AdminClient().call("POST", "metrics", body)
    assert caught.value.message == f"The request body must be a list of 1 to 100 items, but {found}"


def test_metrics_that_depend_on_a_deleted_one_are_deleted_with_it():
    metrics = [
        Metric("laps"),
        Metric("pits"),
        Metric("best", source="laps", aggregate="max"),
        Metric("stint", window={"reset_by": "pits"}),
        Metric("stints", source="stint", aggregate="count"),
        Metric("tracks", source="pits", aggregate="distinct", distinct_by="track"),
    ]
    best = Achievement("best", MetricTrigger("best", 65))
    board = Leaderboard("b", "metric", AdminClient().at.date(), metric="stints")
    rules = Ruleset(metrics, [Attribute("track", "event")], achievements=[best], leaderboards=[board])

    def left_without(key):
        admin = AdminClient(rules)
        admin.delete("metrics", metric_id(key))
        left = admin.ruleset
        return [part.key for part in (*left.metrics, *left.achievements, *left.leaderboards)]

    assert left_without("laps") == ["pits", "stint", "stints", "tracks", "b"]
    assert left_without("pits") == ["laps", "best", "best"]
    assert left_without("stint") == ["laps", "pits", "best", "tracks", "best"]
    assert left_without("best") == ["laps", "pits", "stint", "stints", "tracks", "b"]


def test_metrics_that_count_or_filter_by_a_deleted_attribute_are_deleted_with_it():
    spa = Metric("spa", source="laps", event_attributes={"track": ["spa", "monza"]})
    tracks = Metric("tracks", aggregate="distinct", distinct_by="track")
    admin = AdminClient(Ruleset([Metric("laps"), spa, tracks], [Attribute("track", "event")]))
    admin.delete("attributes", attribute_id("event", "track"))
    assert [metric.key for metric in admin.ruleset.metrics] == ["laps"]


def test_an_edit_keeps_what_the_platform_does_not_know():
    week = Metric("week", source="laps", aggregate="days", window={"last": 7, "unit": "day"})
    admin = AdminClient(Ruleset([Metric("laps"), week]))
    [_, shown] = admin.get("metrics")
    admin.update("metrics", shown, name="Days a week")
    assert admin.ruleset.metrics[1].name == "Days a week"
    assert admin.ruleset.metrics[1].window == week.window
