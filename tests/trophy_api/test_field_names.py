"""Messages of the engine with the names of the API; text of callers is unchanged."""

import pytest
from admin_client import AdminClient
from hosted import HostedClient
from trophy.errors import UnprocessableEntityError

from trophy_engine import Freezes, InvalidValue, Ruleset, Streak
from trophy_engine.error_messages import FieldName, GivenValue
from trophy_engine.trophy_api.field_names import prefixing_request_field, renaming_request_fields, translate_names


@pytest.mark.parametrize(
    ("error", "translated"),
    [
        (InvalidValue("must be a list", "days_off"), "daysOff must be a list"),
        (
            InvalidValue("must be a date, not 'sign_up_date'", "sign_up_date"),
            "signUpDate must be a date, not 'sign_up_date'",
        ),
        (InvalidValue("must be a word", FieldName("days_off", before="each of ")), "each of daysOff must be a word"),
        (
            InvalidValue("must be a string", FieldName("user_attributes", after=".days_off")),
            "userAttributes.days_off must be a string",
        ),
        (InvalidValue(("1 must not be above", FieldName("b_c"), "0"), "a_b"), "aB 1 must not be above bC 0"),
        (InvalidValue(("must be text, not", GivenValue([None, True])), "a_b"), "aB must be text, not [null, true]"),
        (InvalidValue("days_off is a word of the caller"), "days_off is a word of the caller"),
    ],
)
def test_only_names_of_fields_are_translated(error, translated):
    assert translate_names(error) == translated


def test_fields_have_other_names_within_a_block():
    with (
        pytest.raises(InvalidValue, match="start_date 1 must be before end_date, not 'end'"),
        renaming_request_fields(start="start_date", end="end_date"),
    ):
        raise InvalidValue(("1 must be before", FieldName("end", after=","), "not 'end'"), "start")


def test_only_the_field_that_an_error_is_about_is_prefixed():
    with (
        pytest.raises(InvalidValue, match=r"^freezes\.max_count 1 must be at least start_count 2$") as raised,
        prefixing_request_field("freezes"),
    ):
        Freezes(start_count=2, max_count=1)
    assert raised.value.field == "freezes.max_count"


@pytest.fixture
def hosted():
    hosted = HostedClient(Ruleset(streaks=[Streak("habit", customization_enabled=True)]))
    hosted.api.users.create(id="18")
    return hosted


def test_an_unknown_field_is_named_in_the_spelling_of_the_caller(hosted):
    hosted.send("PATCH", "/users/18/preferences", json={"streak": {"days_off": [0]}})
    assert hosted.body["error"] == "unknown field 'streak.days_off'; did you mean 'daysOff'?"
    hosted.send("PATCH", "/users/18", json={"sign_up_date": "2025-01-01"})
    assert hosted.body["error"] == "unknown field 'sign_up_date'; did you mean 'signUpDate'?"
    fault = AdminClient().create_error("leaderboards", name="Top", key="top", rankBy="streak", max_participants=3)
    assert fault == "unknown field 'max_participants'; did you mean 'maxParticipants'?"


def test_a_value_is_shown_in_the_spelling_of_the_caller(hosted):
    fault = AdminClient().create_error("leaderboards", name="Top", key="top", rankBy="streak", startTime="start_time!")
    assert fault == "startTime must be a time of day, for example '12:00' or '23:59:59', not 'start_time!'"
    with pytest.raises(UnprocessableEntityError):
        hosted.api.users.update("18", sign_up_date="sign_up_date")
    assert hosted.body["error"] == "signUpDate must be a date, for example 2025-04-02, not 'sign_up_date'"
