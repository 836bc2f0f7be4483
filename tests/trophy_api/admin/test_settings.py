import pytest
from admin_client import AdminClient

from trophy_engine import Freezes, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.trophy_api.errors import NotHosted, Unprocessable


@pytest.fixture
def admin():
    return AdminClient(Ruleset(metrics=[Metric("words"), Metric("lessons")]))


def patch(admin, path="streaks/settings", **changes):
    answer = admin.call("PATCH", path, changes)
    assert answer.status == 200
    assert answer.body == admin.get(path)
    return answer.body


def refused(admin, path="streaks/settings", **changes):
    before = admin.ruleset
    with pytest.raises(Unprocessable) as caught:
        admin.call("PATCH", path, changes)
    assert admin.ruleset is before
    return caught.value.message


def test_without_a_streak_the_settings_are_those_of_a_streak_without_conditions(admin):
    assert admin.get("streaks/settings") == {
        "frequency": "daily",
        "evaluationMode": "OR",
        "customizationEnabled": False,
        "daysOff": [],
        "metrics": [],
        "freezes": None,
    }


def test_settings_change_one_by_one_and_lists_as_a_whole(admin):
    patch(admin, metrics=[{"key": "words", "threshold": 5}], daysOff=[0, 6], customizationEnabled=True)
    patch(admin, freezes={"startCount": 1, "maxCount": 3, "autoEarnInterval": 7, "autoEarnAmount": 2})
    assert patch(admin, evaluationMode="ALL") == {
        "frequency": "daily",
        "evaluationMode": "AND",
        "customizationEnabled": True,
        "daysOff": [0, 6],
        "metrics": [{"key": "words", "threshold": 5}],
        "freezes": {"startCount": 1, "maxCount": 3, "autoEarnInterval": 7, "autoEarnAmount": 2},
    }
    assert admin.ruleset.primary_streak == Streak(
        "streak",
        metrics=[StreakMetric("words", 5)],
        evaluation_mode="AND",
        freezes=Freezes(1, 3, 7, 2),
        days_off=["sunday", "saturday"],
        customization_enabled=True,
    )
    assert patch(admin, metrics=[{"key": "lessons", "threshold": 1}])["metrics"] == [{"key": "lessons", "threshold": 1}]
    replaced = {"startCount": 0, "maxCount": 1, "autoEarnInterval": None, "autoEarnAmount": None}
    assert patch(admin, freezes={"startCount": 0, "maxCount": 1})["freezes"] == replaced
    assert patch(admin, freezes=None)["freezes"] is None


def test_only_thresholds_above_zero_count(admin):
    metrics = [{"key": "words", "threshold": 0}, {"key": "lessons", "threshold": 1}]
    assert patch(admin, metrics=metrics)["metrics"] == [{"key": "lessons", "threshold": 1}]


def test_a_threshold_that_is_not_whole_is_shown_rounded_up_and_kept_until_another_is_given():
    half = StreakMetric("words", 0.5)
    admin = AdminClient(Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[half])]))
    shown = admin.get("streaks/settings")
    assert shown["metrics"] == [{"key": "words", "threshold": 1}]
    assert patch(admin, **shown) == shown
    assert admin.ruleset.primary_streak.metrics == (half,)
    patch(admin, metrics=[{"key": "words", "threshold": 2}])
    assert admin.ruleset.primary_streak.metrics == (StreakMetric("words", 2),)


def test_leaving_daily_clears_the_days_off(admin):
    patch(admin, daysOff=[3])
    assert patch(admin, frequency="weekly")["daysOff"] == []
    assert refused(admin, daysOff=[3]).startswith("daysOff must be left out of a weekly streak")
    assert patch(admin, daysOff=[])["daysOff"] == []
    assert refused(admin, frequency="monthly", daysOff=[3]).startswith("daysOff must be left out of a monthly streak")
    assert patch(admin, frequency="daily", daysOff=[3])["daysOff"] == [3]


def test_invalid_streak_settings_are_reported(admin):
    words = {"key": "words", "threshold": 1}
    assert refused(admin, metrics=[{"key": "x", "threshold": 1}]) == "metrics[0].key 'x' is not the key of a metric"
    assert refused(admin, metrics=[words, words]) == "metrics must not contain 'words' twice"
    assert refused(admin, metrics=[{**words, "threshold": -1}]) == "metrics[0].threshold must be at least 0, not -1"
    assert refused(admin, metrics=[{**words, "threshold": 10**30}]).startswith("metrics[0].threshold must lie within")
    assert refused(admin, metrics=[{**words, "threshold": 0.5}]) == "metrics[0].threshold must be a whole number"
    assert refused(admin, daysOff=[7]) == "daysOff must be numbers from 0 for Sunday to 6 for Saturday, not 7"
    assert refused(admin, daysOff=[0, 1, 0]) == "daysOff must not contain 0 twice"
    assert refused(admin, frequency=None) == "frequency must be one of daily, weekly, monthly"
    assert refused(admin, frequency="hourly") == "frequency must be one of daily, weekly, monthly"
    assert refused(admin, freezes={"startCount": 2, "maxCount": 1}) == (
        "freezes.maxCount 1 must be at least startCount 2"
    )
    assert refused(admin, freezes={"startCount": 0, "maxCount": 101}) == (
        "freezes.maxCount must be at most 100, not 101"
    )
    assert refused(admin, freezes={"startCount": 0}) == "freezes.maxCount must be a whole number"
    assert refused(admin, freezes={"startCount": 0, "maxCount": 1, "autoEarnInterval": 7}) == (
        "freezes.autoEarnInterval must be given together with autoEarnAmount, or not at all"
    )
    with pytest.raises(Unprocessable, match=r"^the request body must be an object$"):
        admin.call("PATCH", "streaks/settings", [])


def test_environment_settings_are_shown_and_updated(admin):
    shown = admin.get("settings")
    assert set(shown["branding"]) == {"appName", "appUrl", "brandColor", "font", "logo", "appIcon"}
    assert shown["experimentation"] == {"controlRatio": 0, "userActivationWindow": 14}
    assert shown["aggregationPeriod"] == "weekly"
    assert patch(admin, "settings", experimentation={"controlRatio": 20})["experimentation"] == {
        "controlRatio": 20,
        "userActivationWindow": 14,
    }
    patch(admin, "settings", experimentation={"userActivationWindow": 7}, aggregationPeriod="monthly")
    assert admin.ruleset.experimentation == Experimentation(20, 7)
    assert admin.ruleset.notifications == Notifications("monthly")
    assert refused(admin, "settings", experimentation={"controlRatio": 101}) == (
        "experimentation.controlRatio must be at most 100, not 101"
    )
    assert refused(admin, "settings", aggregationPeriod="daily") == "aggregationPeriod must be one of weekly, monthly"


def test_a_request_that_changes_nothing_adopts_nothing(admin):
    patch(admin, frequency="weekly")
    versions = len(admin.engine.versions)
    patch(admin, frequency="weekly")
    assert len(admin.engine.versions) == versions


def test_the_engine_is_an_environment_of_its_own(admin):
    (environment,) = admin.get("environments")
    assert set(environment) == {"name", "key", "priority"}


def test_features_of_the_hosted_service_are_refused_with_a_reason(admin):
    with pytest.raises(NotHosted, match="Branding"):
        admin.call("PATCH", "settings", {"branding": {"appName": "App"}, "aggregationPeriod": "monthly"})
    assert admin.ruleset.notifications is None
    for method in ("GET", "POST", "PATCH", "DELETE"):
        with pytest.raises(NotHosted, match="use a separate engine for each tenant"):
            admin.call(method, "tenants")
    for method in ("POST", "DELETE"):
        with pytest.raises(NotHosted, match="keys exist in the hosted service only"):
            admin.call(method, "application-api-keys")
    assert NotHosted.status == 501


@pytest.mark.parametrize(
    ("frequency", "shown"),
    [("quarterly", "quarterly"), ({"every": 2, "unit": "day", "start": "2026-01-05"}, "every 2 days")],
)
def test_a_frequency_that_no_request_can_set_is_shown_and_kept(frequency, shown):
    streak = Streak("habit", frequency, [StreakMetric("words")])
    admin = AdminClient(Ruleset(metrics=[Metric("words")], streaks=[streak]))
    assert admin.get("streaks/settings")["frequency"] == shown
    assert patch(admin, frequency=shown, evaluationMode="AND")["evaluationMode"] == "AND"
    assert admin.ruleset.primary_streak.frequency == streak.frequency
    assert refused(admin, frequency="every 3 days") == "frequency must be one of daily, weekly, monthly"
    assert patch(admin, frequency="weekly")["frequency"] == "weekly"
