import pytest
from admin_client import AdminClient

from trophy_engine import Freezes, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.trophy_api.errors import NotHosted, Unprocessable


@pytest.fixture
def office():
    return AdminClient(Ruleset(metrics=[Metric("words"), Metric("lessons")]))


def patch(office, path="streaks/settings", **changes):
    answer = office.call("PATCH", path, changes)
    assert answer.status == 200
    assert answer.body == office.get(path)
    return answer.body


def refused(office, path="streaks/settings", **changes):
    before = office.ruleset
    with pytest.raises(Unprocessable) as caught:
        office.call("PATCH", path, changes)
    assert office.ruleset is before
    return caught.value.message


def test_without_a_streak_the_settings_are_those_of_one_that_never_starts(office):
    assert office.get("streaks/settings") == {
        "frequency": "daily",
        "evaluationMode": "OR",
        "customizationEnabled": False,
        "daysOff": [],
        "metrics": [],
        "freezes": None,
    }


def test_settings_change_one_by_one_and_lists_as_a_whole(office):
    patch(office, metrics=[{"key": "words", "threshold": 5}], daysOff=[0, 6], customizationEnabled=True)
    patch(office, freezes={"startCount": 1, "maxCount": 3, "autoEarnInterval": 7, "autoEarnAmount": 2})
    assert patch(office, evaluationMode="ALL") == {
        "frequency": "daily",
        "evaluationMode": "AND",
        "customizationEnabled": True,
        "daysOff": [0, 6],
        "metrics": [{"key": "words", "threshold": 5}],
        "freezes": {"startCount": 1, "maxCount": 3, "autoEarnInterval": 7, "autoEarnAmount": 2},
    }
    assert office.ruleset.streak == Streak(
        metrics=[StreakMetric("words", 5)],
        evaluation_mode="AND",
        freezes=Freezes(1, 3, 7, 2),
        days_off=["sunday", "saturday"],
        customization_enabled=True,
    )
    assert patch(office, metrics=[{"key": "lessons", "threshold": 1}])["metrics"] == [
        {"key": "lessons", "threshold": 1}
    ]
    replaced = {"startCount": 0, "maxCount": 1, "autoEarnInterval": None, "autoEarnAmount": None}
    assert patch(office, freezes={"startCount": 0, "maxCount": 1})["freezes"] == replaced
    assert patch(office, freezes=None)["freezes"] is None


def test_only_thresholds_above_zero_count(office):
    metrics = [{"key": "words", "threshold": 0}, {"key": "lessons", "threshold": 1}]
    assert patch(office, metrics=metrics)["metrics"] == [{"key": "lessons", "threshold": 1}]


def test_a_threshold_that_is_not_whole_is_shown_rounded_up_and_kept_until_another_is_given():
    half = StreakMetric("words", 0.5)
    office = AdminClient(Ruleset(metrics=[Metric("words")], streak=Streak(metrics=[half])))
    shown = office.get("streaks/settings")
    assert shown["metrics"] == [{"key": "words", "threshold": 1}]
    assert patch(office, **shown) == shown
    assert office.ruleset.streak.metrics == (half,)
    patch(office, metrics=[{"key": "words", "threshold": 2}])
    assert office.ruleset.streak.metrics == (StreakMetric("words", 2),)


def test_leaving_daily_clears_the_days_off(office):
    patch(office, daysOff=[3])
    assert patch(office, frequency="weekly")["daysOff"] == []
    assert refused(office, daysOff=[3]).startswith("daysOff are for a daily streak")
    assert patch(office, daysOff=[])["daysOff"] == []
    assert refused(office, frequency="monthly", daysOff=[3]).startswith("daysOff are for a daily streak")
    assert patch(office, frequency="daily", daysOff=[3])["daysOff"] == [3]


def test_what_is_wrong_with_the_streak_is_said(office):
    words = {"key": "words", "threshold": 1}
    assert refused(office, metrics=[{"key": "x", "threshold": 1}]) == "metrics[0].key 'x' is not the key of a metric"
    assert refused(office, metrics=[words, words]) == "metrics[1].key 'words' must not come twice"
    assert refused(office, metrics=[{**words, "threshold": -1}]) == "metrics[0].threshold must be at least 0, not -1"
    assert refused(office, metrics=[{**words, "threshold": 10**30}]).startswith("metrics[0].threshold must lie within")
    assert refused(office, metrics=[{**words, "threshold": 0.5}]) == "metrics[0].threshold must be a whole number"
    assert refused(office, daysOff=[7]) == "daysOff must be numbers from 0 for Sunday to 6 for Saturday, not 7"
    assert refused(office, daysOff=[0, 1, 0]) == "daysOff must not name one twice: 0, 1, 0"
    assert refused(office, frequency=None) == "frequency must be one of daily, weekly, monthly"
    assert refused(office, frequency="hourly") == "frequency must be one of daily, weekly, monthly"
    assert refused(office, freezes={"startCount": 2, "maxCount": 1}) == (
        "freezes.maxCount 1 must be at least startCount 2"
    )
    assert refused(office, freezes={"startCount": 0, "maxCount": 101}) == (
        "freezes.maxCount must be at most 100, not 101"
    )
    assert refused(office, freezes={"startCount": 0}) == "freezes.maxCount must be a whole number"
    assert refused(office, freezes={"startCount": 0, "maxCount": 1, "autoEarnInterval": 7}) == (
        "freezes.autoEarnInterval and autoEarnAmount must be given together or not at all"
    )
    with pytest.raises(Unprocessable, match=r"^the request body must be an object$"):
        office.call("PATCH", "streaks/settings", [])


def test_settings_of_the_whole(office):
    shown = office.get("settings")
    assert set(shown["branding"]) == {"appName", "appUrl", "brandColor", "font", "logo", "appIcon"}
    assert shown["experimentation"] == {"controlRatio": 0, "userActivationWindow": 14}
    assert shown["aggregationPeriod"] == "weekly"
    assert patch(office, "settings", experimentation={"controlRatio": 20})["experimentation"] == {
        "controlRatio": 20,
        "userActivationWindow": 14,
    }
    patch(office, "settings", experimentation={"userActivationWindow": 7}, aggregationPeriod="monthly")
    assert office.ruleset.experimentation == Experimentation(20, 7)
    assert office.ruleset.notifications == Notifications("monthly")
    assert refused(office, "settings", experimentation={"controlRatio": 101}) == (
        "experimentation.controlRatio must be at most 100, not 101"
    )
    assert refused(office, "settings", aggregationPeriod="daily") == "aggregationPeriod must be one of weekly, monthly"


def test_a_request_that_changes_nothing_adopts_nothing(office):
    patch(office, frequency="weekly")
    adopted = len(office.engine.adopted)
    patch(office, frequency="weekly")
    assert len(office.engine.adopted) == adopted


def test_the_engine_is_an_environment_of_its_own(office):
    (environment,) = office.get("environments")
    assert set(environment) == {"name", "key", "priority"}


def test_what_only_the_hosted_service_has_is_refused_with_a_reason(office):
    with pytest.raises(NotHosted, match="Branding"):
        office.call("PATCH", "settings", {"branding": {"appName": "App"}, "aggregationPeriod": "monthly"})
    assert office.ruleset.notifications is None
    for method in ("GET", "POST", "PATCH", "DELETE"):
        with pytest.raises(NotHosted, match="give each tenant an engine of its own"):
            office.call(method, "tenants")
    for method in ("POST", "DELETE"):
        with pytest.raises(NotHosted, match="keys exist in the hosted service only"):
            office.call(method, "application-api-keys")
    assert NotHosted.status == 501
