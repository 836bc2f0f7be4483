"""Which achievements a call completes, and what the error says about the others."""

import pickle

from trophy_engine import Achievement, ApiTrigger, MetricTrigger, Tier
from trophy_engine.rules.achievements import has_active_api_trigger, missing_api_trigger_error

ACHIEVEMENTS = (
    Achievement("onboarded", ApiTrigger()),
    Achievement("closed", ApiTrigger(), status="locked"),
    Achievement("former", ApiTrigger(), status="inactive"),
    Achievement("words", MetricTrigger("words"), tiers=[Tier("gold", 5)]),
)


def test_a_call_completes_what_has_an_api_trigger_and_is_not_inactive():
    completed = [achievement.key for achievement in ACHIEVEMENTS if has_active_api_trigger(achievement)]
    assert completed == ["onboarded", "closed"]  # a locked one refuses the call with an error of its own


def test_the_error_says_what_a_key_names_and_which_keys_a_call_takes():
    known = "known api achievements: 'onboarded', 'closed'"
    of_metric = "has a trigger of the type metric, not api"
    for key, reason in (("words", of_metric), ("words-gold", of_metric), ("former", "is inactive")):
        message = f"no call completes the achievement {key!r}, because it {reason}; {known}"
        assert str(missing_api_trigger_error(ACHIEVEMENTS, key)) == message
    assert str(missing_api_trigger_error(ACHIEVEMENTS, "quiz")) == (
        "unknown api achievement 'quiz'; known: 'onboarded', 'closed'"
    )


def test_the_error_can_be_pickled():
    error = missing_api_trigger_error(ACHIEVEMENTS, "words")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (str(again), again.known, again.fact) == (str(error), error.known, error.fact)
