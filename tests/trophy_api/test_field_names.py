"""Messages of the engine with the names of the API, and the words of callers as they stand."""

import pytest
from admin_client import AdminClient
from hosted import HostedClient
from trophy.errors import UnprocessableEntityError

from trophy_engine import InvalidValue, Ruleset, Streak
from trophy_engine.trophy_api.field_names import renaming_fields, translate_names


@pytest.mark.parametrize(
    ("message", "translated"),
    [
        ("days_off must be a list", "daysOff must be a list"),
        ("sign_up_date must be a date, not 'sign_up_date'", "signUpDate must be a date, not 'sign_up_date'"),
        ('start_time must be a time, not "it\'s start_time"', 'startTime must be a time, not "it\'s start_time"'),
        ("the user's days_off, not 'a'", "the user's daysOff, not 'a'"),
        ("'it\\'s' is no end_time", "'it\\'s' is no endTime"),
        ("my_word is not known", "my_word is not known"),
    ],
)
def test_only_the_engines_own_words_are_translated(message, translated):
    assert translate_names(InvalidValue(message)) == translated


def test_some_words_go_by_other_names_for_a_while():
    with (
        pytest.raises(InvalidValue, match="startDate must be before endDate, not 'end'"),
        renaming_fields(start="startDate", end="endDate"),
    ):
        raise InvalidValue("start must be before end, not 'end'")


@pytest.fixture
def hosted():
    hosted = HostedClient(Ruleset(streak=Streak(customization_enabled=True)))
    hosted.api.users.create(id="18")
    return hosted


def test_a_field_of_another_spelling_is_named_as_the_caller_spelt_it(hosted):
    hosted.send("PATCH", "/users/18/preferences", json={"streak": {"days_off": [0]}})
    assert hosted.body["error"] == "streak.days_off is not a field here; did you mean 'daysOff'?"
    hosted.send("PATCH", "/users/18", json={"sign_up_date": "2025-01-01"})
    assert hosted.body["error"] == "sign_up_date is not a field here; did you mean 'signUpDate'?"
    fault = AdminClient().create_error("leaderboards", name="Top", key="top", rankBy="streak", max_participants=3)
    assert fault == "max_participants is not a field here; did you mean 'maxParticipants'?"


def test_a_value_is_told_as_the_caller_wrote_it(hosted):
    fault = AdminClient().create_error("leaderboards", name="Top", key="top", rankBy="streak", startTime="start_time!")
    assert fault == "startTime must be a time of day such as '12:00' or '23:59:59', not 'start_time!'"
    with pytest.raises(UnprocessableEntityError):
        hosted.api.users.update("18", sign_up_date="sign_up_date")
    assert hosted.body["error"] == "signUpDate must be a date such as 2025-04-02, not 'sign_up_date'"
