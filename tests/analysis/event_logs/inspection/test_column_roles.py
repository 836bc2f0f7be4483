"""What columns are taken for, by their kinds and names."""

import pytest

from trophy_engine.analysis import Columns
from trophy_engine.analysis.event_logs.inspection.column_kinds import find_column_kind
from trophy_engine.analysis.event_logs.inspection.column_roles import (
    SampledColumn,
    find_column_roles,
    unique_keys_from_log_names,
)

AT = {"at": ["2024-01-05T10:00:00Z", "2024-01-06T10:00:00Z", "2024-01-07T10:00:00Z"]}


def roles(**cells):
    sample = [
        SampledColumn(
            name, find_column_kind(texts), tuple(text for text in texts if text), sum(1 for text in texts if not text)
        )
        for name, texts in cells.items()
    ]
    return find_column_roles(sample)


def columns(**cells):
    return roles(**cells).columns


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"user_id": ["a", "b", "a"], **AT}, Columns(metric="=events")),
        ({**AT}, Columns("=me", metric="=events")),
        ({"userId": ["a", "b", "a"], **AT, "minutes": ["1", "2", "3"]}, Columns("userId", "at", "=minutes", "minutes")),
        (
            {**AT, "event": ["Read it", "Wrote", "Read it"], "user": ["1", "2", "3"], "amount": ["1", "2", "3"]},
            Columns("user", "at", "event", "amount", metric_map={"Read it": "read-it", "Wrote": "wrote"}),
        ),
        (
            {"user_id": ["", "", ""], "user_pseudo_id": ["1.1", "2.7", "1.1"], **AT},
            Columns("user_pseudo_id", metric="=events"),
        ),
        ({"User full name": ["Ann", "Ben", "Ann"], **AT}, Columns("User full name", metric="=events")),
        ({**AT, "steps": ["1", "", "2"]}, Columns("=me", values={"steps": "steps"})),
        (
            {**AT, "steps": ["1", "3", "2"], "Distance (m)": ["1", "3", "2"], "device_id": ["1", "3", "2"]},
            Columns("=me", values={"steps": "steps", "distance-m": "Distance (m)"}),
        ),
        (
            {"Date": ["2024-01-05", "2024-01-06", "2024-01-07"], "Meditate": ["2", "-1", "0"]},
            Columns("=me", "Date", time_zone="=UTC", values={"meditate": "Meditate"}, value_map={"2": "1"}),
        ),
        (
            {
                "when": ["1704448800", "1704448801", "1704448802"],
                "tz": ["UTC", "+02:00", "UTC"],
                "n": ["1,5", "2", "3"],
            },
            Columns("=me", "when", "=n", "n", "tz", at_unit="s", decimal=","),
        ),
        (
            {**AT, "plan": ["free", "paid", "free"], "note": ["a", "b", "c"], "uuid": ["x", "y", "z"]},
            Columns("=me", metric="=events", attributes={"plan": "plan"}, key="uuid"),
        ),
        (
            {"received_at": AT["at"], "created_at": AT["at"], "updated": AT["at"]},
            Columns("=me", "created_at", "=events"),
        ),
        (
            {**AT, "Distance#1": ["8.05", "1", "2"], "Distance#2": ["8050", "1000", "2000"]},
            Columns("=me", metric="=distance", value="Distance#2"),
        ),
        (
            {**AT, "user": ["a", "b", "a"], "id": ["1", "1", "1"], "n": ["1", "2", "3"]},
            Columns("user", metric="=n", value="n"),  # 1 is no identifier of an event
        ),
        (
            {
                "at": [*AT["at"], *AT["at"][2:]],
                "user": ["a", "b", "a", "a"],
                "id": ["1", "1", "2", "2"],
                "n": ["1", "2", "3", "3"],
            },
            Columns("user", metric="=n", value="n", key="id"),  # the last row stands twice
        ),
        (
            {**AT, "$insert_id": ["1", "1", "2"]},
            Columns("=me", metric="=events", key="$insert_id"),
        ),
        (
            {**AT, "id": ["1", "1", ""]},
            Columns("=me", metric="=events"),
        ),
        (
            {
                "user.id": ["a", "b", "a"],
                "event.name": ["x", "y", "x"],
                "event.time": AT["at"],
                "repo.id": ["1", "2", "3"],
            },
            Columns("user.id", "event.time", "event.name", metric_map={"x": "x", "y": "y"}),
        ),
        ({**AT, "utc_offset": ["60", "-300", "60"]}, Columns("=me", metric="=events")),
        (
            {"user": ["a", "b", "a"], "day": ["2024-01-05", "2024-01-06", "2024-01-07"], "cups": ["2", "1", "0"]},
            Columns("user", "day", "=cups", "cups", "=UTC"),  # counts, not the marks of Loop
        ),
        (
            {**AT, "=user": ["a", "b", "a"], "=n": ["1", "2", "3"]},
            Columns("=me", metric="=events"),
        ),
        (
            {**AT, "calories": ["1,200", "1,300", "900"], "km": ["5.5", "4", "3"], "m": ["5,5", "4", "3"]},
            Columns("=me", metric="=km", value="km"),
        ),
        (
            {**AT, "calories": ["1,200", "1,300", "900"], "km": ["5,5", "4", "3"]},
            Columns("=me", values={"calories": "calories", "km": "km"}, decimal=","),
        ),
        ({**AT, "steps": ["1,200", "1,300", "900"]}, Columns("=me", metric="=events")),
        (
            {**AT, "type": ["a" * 50, "b" * 50, "a" * 50], "value": ["1", "2", "3"]},
            Columns("=me", "at", "type", "value", metric_map={"a" * 50: "a" * 50, "b" * 50: "b" * 50}),
        ),
        (
            {"event_date": ["20240105", "20240106", "20240106"], "event_timestamp": AT["at"]},
            Columns("=me", "event_timestamp", "=events"),
        ),
        ({"user.id": ["a", "b", "a"], **AT, "id": ["x", "y", "y"]}, Columns("user.id", metric="=events", key="id")),
        ({"data.athlete.id": ["1", "2", "1"], **AT}, Columns("data.athlete.id", metric="=events")),
        ({"actor.id": ["1", "2", "1"], **AT, "actor.login": ["a", "b", "a"]}, Columns("actor.login", metric="=events")),
        (
            {"team.id": ["x", "y", "y"], **AT, "call.id": ["1", "2", "3"]},
            Columns("=me", metric="=events", attributes={"id": "team.id"}),
        ),
    ],
)
def test_columns_are_taken_by_kind_and_name(cells, expected):
    assert columns(**cells) == expected


def test_a_log_without_times_has_no_roles():
    assert roles(user_id=["a"], n=["1"]) is None


def test_every_role_has_a_reason_and_every_metric_a_name():
    found = roles(user=["a", "b", "a"], **AT, action=["Read it", "Wrote", "Read it"])
    assert found.reasons == {
        "at": ("instant", "the only one with times"),
        "user": ("user", "its name"),
        "action": ("event", "its name"),
    }
    assert found.names == {"read-it": "Read it", "wrote": "Wrote"}


def test_keys_are_different():
    assert unique_keys_from_log_names(["A b", "a-b", "A  b", "ä"]) == ["a-b", "a-b-2", "a-b-3", "metric"]


def test_values_with_empty_cells_are_not_used_beside_events():
    found = roles(user=["a", "b", "a"], **AT, event=["x", "y", "x"], amount=["1", "", "3"])
    assert found.columns.value == "=1"
    assert found.reasons["amount"] == ("", "it has empty cells, so it is not used")
