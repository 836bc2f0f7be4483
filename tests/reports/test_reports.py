"""Reports follow the rules at their instant, and count the users of that instant."""

from datetime import date

import pytest
from stories import at, play

from trophy_engine import (
    Attribute,
    Engine,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    UnknownKey,
    UnknownUser,
)

RULES = Ruleset(
    [Metric("words")],
    attributes=[Attribute("plan"), Attribute("device", "event")],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])],
)
WEEK = {"start": date(2025, 4, 1), "end": date(2025, 4, 7)}


@pytest.fixture
def engine():
    engine = Engine(RULES)
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-02T09:00"))
    play(engine, "04-02T10:00 words 3")
    play(engine, "04-05T10:00 words 20", "mia")
    return engine


def test_a_histogram_counts_the_users_with_the_attributes_at_the_instant(engine):
    def counted(attributes=None, when="04-06T10:00"):
        return sum(one.users for one in engine.reports.histogram("xp", attributes, at=at(when)))

    assert (counted(), counted({"plan": "pro"}), counted({"plan": "free"})) == (2, 1, 0)
    assert counted(when="04-03T10:00") == 1


def test_a_report_uses_the_rules_of_its_instant(engine):
    engine.update(Ruleset([Metric("pages")]), at=at("04-06T10:00"))
    then, now = at("04-06T09:00"), at("04-06T11:00")
    assert engine.reports.summary("jo", metric="words", **WEEK, at=then)[1].total == 3
    assert [award.awarded for award in engine.reports.awards("jo", "xp", at=then)] == [3]
    with pytest.raises(UnknownKey):
        engine.reports.summary("jo", metric="words", **WEEK, at=now)
    with pytest.raises(UnknownKey):
        engine.reports.awards("jo", "xp", at=now)


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda reports: reports.histogram("gems"), UnknownKey),
        (lambda reports: reports.histogram("xp", {"device": "ios"}), UnknownKey),
        (lambda reports: reports.histogram("xp", ["plan"]), InvalidValue),
        (lambda reports: reports.level_summary("xp"), InvalidValue),
        (lambda reports: reports.awards("jo", 5), InvalidValue),
        (lambda reports: reports.wrapped("jo", rankings="none"), InvalidValue),
        (lambda reports: reports.summary("jo", metric="words", points="xp", **WEEK), InvalidValue),
        (lambda reports: reports.streak_history("jo"), UnknownKey),
        (lambda reports: reports.awards("mia", "xp", at=at("04-02T12:00")), UnknownUser),
    ],
)
def test_an_invalid_report_is_refused(engine, ask, error):
    with pytest.raises(error):
        ask(engine.reports)
