"""A month of a simulated population under rules that use everything, and the webhooks that it causes."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    Experimentation,
    Freezes,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    Notifications,
    PointsSystem,
    Refused,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    StreakTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.analysis import Action, Chance, Churn, Persona, Population, TimeOfDay, Travel
from trophy_engine.calendar.instants import from_micros
from trophy_engine.trophy_api import Webhooks

__all__ = ["RULES", "START", "USERS", "month", "month_of_bodies"]

START, DAYS, USERS = date(2025, 3, 1), 31, 4
RULES = Ruleset(
    metrics=[Metric("lessons", name="Lessons"), Metric("shop")],
    attributes=[Attribute("plan"), Attribute("city"), Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("lessons")], freezes=Freezes(1, 2, 5, 1))],
    achievements=[
        Achievement("ten", MetricTrigger("lessons", 10), name="Ten lessons", description="At last"),
        Achievement("phone", MetricTrigger("lessons", 5, {"device": "ios"}), when={"user_attributes": {"plan": "pro"}}),
        Achievement("tour", ApiTrigger(), badge_url="https://example.com/tour.png"),
        Achievement("week", StreakTrigger(7), hidden=True),
        Achievement("both", CompositeTrigger(["ten", "tour"])),
        Achievement("year", AnniversaryTrigger(1)),
    ],
    points=[
        PointsSystem(
            "xp",
            name="XP",
            maximum=400,
            triggers=[
                MetricPointsTrigger("lessons", 2),
                MetricPointsTrigger("shop", -15, block_if_out_of_points=True),
                StreakPointsTrigger(5, 3),
                AchievementPointsTrigger("ten", 10),
                TimePointsTrigger(1, "days", 1),
                UserCreationPointsTrigger(3),
            ],
            levels=[Level("bronze", 10), Level("silver", 30, badge_url="https://example.com/silver.png")],
            boosts=[
                Boost("spring", 2, when={"start": date(2025, 3, 10), "end": date(2025, 3, 12)}),
                Boost(
                    "welcome", 1.5, when={"start": date(2025, 3, 5), "end": date(2025, 3, 6)}, user_id="user-00000001"
                ),
            ],
        ),
        PointsSystem(
            "energy", maximum=20, triggers=[TimePointsTrigger(1, "hours", 6), MetricPointsTrigger("shop", -1)]
        ),
    ],
    leaderboards=[
        Leaderboard("weekly", "metric", date(2025, 2, 26), metric="lessons", run_unit="day", run_interval=7),
        Leaderboard(
            "xp", "points", date(2025, 3, 4), points="xp", breakdown_attributes=["city"], end=date(2025, 3, 20)
        ),
        Leaderboard("keen", "streak", date(2025, 3, 8), max_participants=5),
    ],
    experimentation=Experimentation(control_ratio=10),
    notifications=Notifications(),
)
_WALK = Persona(
    Chance(0.75) * Churn(0.04, comeback=0.02),
    [
        Action("lessons", values=(1, 2, 3), times=(1, 4), attributes={"device": ("ios", "web")}),
        Action("shop", values=(1,), times=(0, 1)),
    ],
    TimeOfDay(hour=19, spread=4.0),
    Travel("Europe/Berlin", ["America/New_York"], chance=0.02, days=(3, 6)),
)


def month(deliver, users=USERS, *, settle_every=timedelta(hours=3)):
    """Let a population act, with a settling every few hours, and return the engine."""
    engine = Engine(RULES)
    Webhooks(engine, deliver)
    events = [event for number in range(users) for event in Population([_WALK]).events(1, number, START, DAYS)]
    events.sort(key=lambda event: event.at)
    settled, zones = datetime(START.year, START.month, START.day, tzinfo=UTC), {}
    for number, event in enumerate(events):
        at = from_micros(event.at)
        while settled + settle_every <= at:
            settled += settle_every
            engine.settle(at=settled)
        user = event.user_id
        if user not in zones:
            sign_up, city = f"2024-03-{5 + len(zones) % 20:02}", ("Rome", "Bonn")[len(zones) % 2]
            fields = {
                "name": f"User {len(zones)}",
                "sign_up_date": sign_up,
                "attributes": {"city": city, "plan": "pro"},
            }
            engine.identify(user, time_zone=event.time_zone, at=at, **fields)
        elif zones[user] != event.time_zone:
            engine.identify(user, time_zone=event.time_zone, at=at)
        zones[user] = event.time_zone
        try:
            engine.record(event.metric, user=user, value=event.value, attributes=dict(event.attributes), at=at)
            if number % 50 == 0:
                engine.complete("tour", user=user, at=at)
        except Refused:
            pass
    engine.settle(at=settled + timedelta(days=45))
    return engine


@cache
def month_of_bodies():
    """Return the bodies of the month's webhooks, in order."""
    bodies = []
    month(bodies.append)
    return bodies
