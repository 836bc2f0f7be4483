"""What columns are taken for, by their kinds and names."""

import pytest

from trophy_engine.analysis import Columns
from trophy_engine.analysis.event_logs.inspection.column_kinds import cells_kind
from trophy_engine.analysis.event_logs.inspection.column_roles import SampledColumn, find_roles, unique_keys

AT = {"at": ["2024-01-05T10:00:00Z", "2024-01-06T10:00:00Z", "2024-01-07T10:00:00Z"]}


def roles(**cells):
    sample = [
        SampledColumn(
            name, cells_kind(texts), tuple(text for text in texts if text), sum(1 for text in texts if not text)
        )
        for name, texts in cells.items()
    ]
    return find_roles(sample)


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
        ({"user.id": ["a", "b", "a"], **AT, "id": ["x", "y", "y"]}, Columns("user.id", metric="=events", key="id")),
        ({"data.athlete.id": ["1", "2", "1"], **AT}, Columns("data.athlete.id", metric="=events")),
        ({"actor.id": ["1", "2", "1"], **AT, "actor.login": ["a", "b", "a"]}, Columns("actor.login", metric="=events")),
        (
            {"team.id": ["x", "y", "y"], **AT, "call.id": ["1", "2", "3"]},
            Columns("=me", metric="=events", attributes={"id": "team.id"}, key="call.id"),
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
    assert unique_keys(["A b", "a-b", "A  b", "ä"]) == ["a-b", "a-b-2", "a-b-3", "metric"]
