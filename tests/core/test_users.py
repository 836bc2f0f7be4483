"""Users are created by their first command; their fields are set by commands."""

from datetime import date

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AnniversaryTrigger,
    Attribute,
    CompositeTrigger,
    Engine,
    Experimentation,
    InvalidValue,
    Metric,
    Ruleset,
    UnknownKey,
    UnknownUser,
)


@pytest.fixture
def engine():
    return Engine(Ruleset(metrics=[Metric("words")], attributes=[Attribute("plan"), Attribute("subject")]))


def test_fields_left_out_keep_their_values_and_attributes_merge(engine):
    engine.identify("18", name="Jo", attributes={"plan": "free"}, at=at("04-02T10:00"))
    engine.record("words", user="18", at=at("04-02T10:01"))
    engine.identify("18", attributes={"subject": "physics"}, at=at("04-02T10:02"))
    outcome = engine.record("words", user="18", at=at("04-02T10:03"))
    player = engine.user("18", at=at("04-02T10:03"))
    assert outcome.total == 2
    assert player.name == "Jo"
    assert player.attributes == {"plan": "free", "subject": "physics"}


def test_an_undeclared_attribute_is_refused_and_changes_nothing(engine):
    engine.record("words", user="18", value=2, at=at("04-02T10:00"))
    with pytest.raises(UnknownKey, match="unknown user attribute 'pln'; did you mean 'plan'"):
        engine.identify("18", attributes={"pln": "x"}, at=at("04-02T10:01"))
    with pytest.raises(UnknownKey, match="unknown event attribute 'device'"):
        engine.record("words", user="18", attributes={"device": "ios"}, at=at("04-02T10:01"))
    assert engine.user("18", at=at("04-02T10:01")).metrics["words"] == 2


def test_none_clears_a_field(engine):
    engine.identify("18", name="Jo", email="jo@example.org", time_zone="Asia/Tokyo", at=at("04-02T10:00"))
    engine.identify("18", name=None, time_zone=None, sign_up_date="2025-04-01", at=at("04-02T10:01"))
    player = engine.user("18", at=at("04-02T10:01"))
    assert (player.name, player.email, player.time_zone) == (None, "jo@example.org", "UTC")
    assert player.sign_up_date == date(2025, 4, 1)


def test_a_sign_up_date_cannot_be_tomorrow_where_the_user_is(engine):
    with pytest.raises(InvalidValue, match="must not be later than today, 2025-04-02 in UTC"):
        engine.identify("18", sign_up_date=date(2025, 4, 3), at=at("04-02T18:00"))
    engine.identify("18", sign_up_date=date(2025, 4, 3), time_zone="Asia/Tokyo", at=at("04-02T18:00"))
    assert engine.user("18", at=at("04-02T18:00")).sign_up_date == date(2025, 4, 3)


def test_totals_are_exact_and_may_be_negative(engine):
    totals = [engine.record("words", user="18", value=value, at=at("04-02T10:00")).total for value in (2.5, -4, 1.25)]
    assert [str(total) for total in totals] == ["2.5", "-1.5", "-0.25"]


def test_zero_creates_a_user_and_changes_nothing(engine):
    assert engine.record("words", user="18", value=0, at=at("04-02T10:00")).total == 0
    assert list(engine.users()) == ["18"]


def test_an_unknown_metric_names_the_nearest(engine):
    with pytest.raises(UnknownKey, match="unknown metric 'word'; did you mean 'words'"):
        engine.record("word", user="18", at=at("04-02T10:00"))


def test_a_user_is_unknown_before_the_first_command(engine):
    engine.record("words", user="18", at=at("04-02T10:00"))
    with pytest.raises(UnknownUser):
        engine.user("18", at=at("04-02T09:59"))
    with pytest.raises(UnknownUser, match="unknown user 'ghost'"):
        engine.user("ghost", at=at("04-02T10:00"))


def test_a_stored_address_is_enough_to_subscribe(engine):
    engine.identify("18", email="jo@example.com", at=at("04-02T10:00"))
    engine.identify("18", subscribe_to_emails=True, at=at("04-02T10:01"))
    assert engine.user("18", at=at("04-02T10:01")).subscribe_to_emails


def test_a_change_of_a_field_has_the_previous_value(engine):
    engine.identify("18", name="Jo", at=at("04-02T10:00"))
    [change] = engine.identify("18", name="Joe", at=at("04-02T10:01")).effects
    assert (change.field, change.before, change.after) == ("name", "Jo", "Joe")


def test_the_control_group_is_equal_in_every_version():
    """The group is the SHA-256 of the user id, modulo 100; any other would change the groups of running experiments."""
    engine = Engine(Ruleset(metrics=[Metric("words")], experimentation=Experimentation(50)))
    for user in "abcdefghijklm":
        engine.record("words", user=user, at=at("04-02T10:00"))
    control = [user for user in engine.users() if engine.user(user, at=at("04-02T10:00")).control]
    assert control == ["d", "e", "h", "i", "k", "m"]


def test_a_composite_completed_by_a_backdated_anniversary_is_backdated():
    achievements = [Achievement("year", AnniversaryTrigger(1)), Achievement("all", CompositeTrigger(["year"]))]
    engine = Engine(Ruleset(achievements=achievements))
    effects = engine.identify("18", sign_up_date="2023-01-01", at=at("04-02T10:00")).effects
    assert [effect.type for effect in effects] == ["user.created", "user.changed", *["achievement.backdated"] * 2]
