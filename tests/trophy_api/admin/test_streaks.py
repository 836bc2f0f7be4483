"""Streak commands, with a fake engine that has given users."""

from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from admin_client import AdminClient, issue
from datetimes import utc

from trophy_engine import Engine, InvalidValue, Ruleset, Streak, UnknownUser
from trophy_engine.errors import FreezeLimitReached, NoStreakToReset, NoStreakToRestore
from trophy_engine.identifiers import derive_identifier
from trophy_engine.trophy_api.errors import Unprocessable

UNKNOWN_ID = "550e8400-e29b-41d4-a716-446655440999"


class Streaks:
    """A fake engine of users with given freezes and streaks, lost or running."""

    def __init__(self, freezes=None, lost=(), running=()):
        self.freezes = dict(freezes or {})
        self.lost, self.running = set(lost), set(running)
        self.taken = {user: [] for user in self.freezes}
        self.at = set()

    def _known(self, user):
        if user not in self.freezes:
            raise UnknownUser(user)

    def exclusive(self, *, now):
        self.at.add(now)
        return nullcontext()

    def grant_freeze(self, user):
        self._known(user)
        if self.freezes[user] == 3:
            raise FreezeLimitReached(user, 3)
        self.freezes[user] += 1

    def restore_streak(self, user):
        self._known(user)
        if user not in self.lost:
            raise NoStreakToRestore(user, 0)
        self.lost.remove(user)

    def reset_streak(self, user):
        self._known(user)
        if user not in self.running:
            raise NoStreakToReset(user)
        self.running.remove(user)

    def pause(self, user, start, end):
        self._known(user)
        if end < start:
            raise InvalidValue(f"end {end} must not be before start {start}")
        number = len(self.taken[user]) + 1
        made = SimpleNamespace(
            id=derive_identifier("pause", user, number), number=number, start=start, end=end, archived=False
        )
        self.taken[user].append(made)

    def unpause(self, user, number):
        self.taken[user][number - 1].archived = True

    def user(self, user):
        return SimpleNamespace(id=user, pauses=tuple(self.taken[user]))

    def users(self):
        return iter(self.freezes)


def warning(user, message):
    return issue(message, "warning", userId=user)


def error(user, message):
    return issue(message, userId=user)


def test_a_freeze_is_granted_for_every_item():
    admin = AdminClient(engine=Streaks({"u": 2}))
    items = [{"userId": "u"}, {"userId": "u"}, {"userId": "ghost"}]
    answer = admin.call("POST", "streaks/freezes", {"freezes": items})
    assert answer.status == 201
    assert answer.body == {
        "issues": [warning("u", "Would exceed maximum freeze limit"), error("ghost", "User does not exist")]
    }
    assert admin.engine.freezes == {"u": 3}
    assert admin.engine.at == {admin.at}


def test_a_request_without_a_granted_freeze_is_200():
    admin = AdminClient(engine=Streaks({"u": 3}))
    assert admin.call("POST", "streaks/freezes", {"freezes": [{"userId": "u"}]}).status == 200


def test_streaks_are_restored_for_users_with_a_lost_streak():
    admin = AdminClient(engine=Streaks({"a": 0, "b": 0}, lost=["a"]))
    users = {"users": [{"id": "a"}, {"id": "b"}, {"id": "ghost"}]}
    answer = admin.call("POST", "streaks/restore", users)
    assert answer.status == 201
    assert answer.body == {
        "restoredUsers": ["a"],
        "issues": [warning("b", "No streak to restore"), error("ghost", "User does not exist")],
    }
    again = admin.call("POST", "streaks/restore", {"users": [{"id": "a"}]})
    assert (again.status, again.body["restoredUsers"]) == (200, [])


def test_streaks_are_reset_for_users_with_a_streak():
    admin = AdminClient(engine=Streaks({"a": 0, "b": 0}, running=["a"]))
    answer = admin.call("POST", "streaks/reset", {"users": [{"id": "a"}, {"id": "b"}, {"id": "ghost"}]})
    assert answer.status == 200
    assert answer.body == {
        "resetUsers": ["a"],
        "issues": [warning("b", "No streak to reset"), error("ghost", "User does not exist")],
    }


def test_pauses_are_created_shown_and_removed():
    admin = AdminClient(engine=Streaks({"u": 0}), at=utc("2026-08-19 12:00"))
    item = {"userId": "u", "start": "2026-08-20", "end": "2026-08-27"}
    bad = [
        {**item, "userId": "ghost"},
        {**item, "end": "2026-08-19"},
        {**item, "start": "soon"},
        {"start": "2026-08-20", "end": "2026-08-27"},
    ]
    answer = admin.call("POST", "streaks/pauses", {"pauses": [item, *bad]})
    assert answer.status == 201
    (made,) = answer.body["created"]
    assert made == {**item, "id": str(derive_identifier("pause", "u", 1)), "status": "active"}
    assert answer.body["issues"] == [
        error("ghost", "User does not exist"),
        error("u", "end 2026-08-19 must not be before start 2026-08-20"),
        error("u", "start must be a date, for example 2025-04-02"),
        issue("userId must be a string", index=4),
    ]
    gone = admin.delete("streaks/pauses", made["id"].upper(), "not-a-uuid", UNKNOWN_ID, made["id"])
    assert gone == {
        "deleted": [{"id": made["id"]}],
        "issues": [
            issue("id must be a valid UUID", id="not-a-uuid"),
            issue("Streak pause not found by ID", id=UNKNOWN_ID),
            issue("Streak pause not found by ID", id=made["id"]),
        ],
    }
    assert admin.delete("streaks/pauses", UUID(made["id"]))["deleted"] == []


@pytest.mark.parametrize(
    ("path", "name", "item", "idle"),
    [
        ("freezes", "freezes", {"userId": "u"}, warning("u", "Would exceed maximum freeze limit")),
        ("restore", "users", {"id": "u"}, warning("u", "No streak to restore")),
        ("reset", "users", {"id": "u"}, warning("u", "No streak to reset")),
        (
            "pauses",
            "pauses",
            {"userId": "u", "start": "2025-06-16", "end": "2025-06-17"},
            error("u", "The rules have no streak; add one with the streak settings"),
        ),
    ],
)
def test_without_a_streak_every_item_is_an_issue(path, name, item, idle):
    with Engine(Ruleset()) as engine:
        admin = AdminClient(engine=engine)
        engine.identify("u", at=admin.at)
        ghost = {field: "ghost" if value == "u" else value for field, value in item.items()}
        answer = admin.call("POST", f"streaks/{path}", {name: [item, ghost]})
    assert (answer.status, answer.body["issues"]) == (200, [idle, error("ghost", "User does not exist")])


def test_a_pause_is_removed_after_the_clock_stepped_back():
    with Engine(Ruleset(streaks=[Streak("habit")])) as engine:
        admin = AdminClient(engine=engine)
        engine.identify("u", at=admin.at)
        item = {"userId": "u", "start": "2025-06-16", "end": "2025-06-17"}
        (made,) = admin.call("POST", "streaks/pauses", {"pauses": [item]}).body["created"]
        admin.at -= timedelta(milliseconds=5)
        assert admin.delete("streaks/pauses", made["id"]) == {"deleted": [{"id": made["id"]}], "issues": []}


def test_a_pause_is_gone_with_its_streak():
    with Engine(Ruleset(streaks=[Streak("habit")])) as engine:
        admin = AdminClient(engine=engine)
        engine.identify("u", at=admin.at)
        item = {"userId": "u", "start": "2025-06-16", "end": "2025-06-17"}
        (made,) = admin.call("POST", "streaks/pauses", {"pauses": [item]}).body["created"]
        engine.update(Ruleset(), at=admin.at)
        (refused,) = admin.delete("streaks/pauses", made["id"])["issues"]
    assert refused["message"] == "Streak pause not found by ID"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("streaks/freezes", "freezes"),
        ("streaks/pauses", "pauses"),
        ("streaks/restore", "users"),
        ("streaks/reset", "users"),
    ],
)
def test_a_body_of_the_wrong_type_or_size_is_refused_as_a_whole(path, name):
    admin = AdminClient(engine=Streaks())
    for body in (None, [], {}, {name: []}, {name: [{}] * 101}, {name: "u"}, {name: [{}], "more": 1}):
        with pytest.raises(Unprocessable):
            admin.call("POST", path, body)


def test_a_list_of_the_wrong_size_is_reported():
    with pytest.raises(Unprocessable, match=r"^users must be a list of 1 to 100 items, but it has 101$"):
        AdminClient(engine=Streaks()).call("POST", "streaks/reset", {"users": [{}] * 101})
