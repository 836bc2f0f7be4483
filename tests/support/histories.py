"""Histories: what a few users do, in order of time, around the instants at which calendars go wrong."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
from hypothesis import strategies as st
from rulesets import DEVICES, METRICS, PLANS

from trophy_engine import Engine, Refused, UnknownKey

__all__ = ["USERS", "Deed", "do", "histories", "live", "states"]

USERS = ("ann", "ben", "cyd")
ZONES = ("UTC", "Europe/London", "Pacific/Apia", "America/St_Johns", "Australia/Lord_Howe", "+14:00", "-11:30")
_STARTS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2024-02-28T22:59:59.999999",
        "2024-03-30T12:00",
        "2011-12-29T09:00",
        "2010-11-06T02:30",
        "2023-12-31T23:00",
    )
)
_STEPS = (
    *(timedelta(seconds=seconds) for seconds in (0, 0, 1, 60, 3600)),
    *(timedelta(days=days) for days in (1, 1, 2, 5, 8, 31, 366, 3653)),
    timedelta(hours=23, minutes=59, seconds=59, microseconds=999_999),
)


@attrs.frozen
class Deed:
    """Something that a user does; settling is done for everybody."""

    at: datetime
    user: str
    what: str
    given: tuple = ()

    def __repr__(self):
        """Tell it in a line."""
        return f"\n  {self.at:%Y-%m-%d %H:%M:%S.%f} {self.user} {self.what} {' '.join(map(str, self.given))}"


_values = st.sampled_from([1, 1, 1, 2, 5, 0, -2, Decimal("0.5"), Decimal("2.5"), 0.1])
_deeds = st.one_of(
    *[st.tuples(st.just("record"), st.tuples(st.sampled_from(METRICS), _values, st.sampled_from([None, *DEVICES])))]
    * 5,
    st.tuples(st.just("keyed"), st.tuples(st.sampled_from(METRICS), _values, st.sampled_from("kl"))),
    st.tuples(st.just("complete"), st.tuples(st.sampled_from([f"a{n}" for n in range(4)]))),
    st.tuples(st.just("move"), st.tuples(st.sampled_from(ZONES))),
    st.tuples(st.just("plan"), st.tuples(st.sampled_from(PLANS))),
    st.tuples(st.just("signed_up"), st.tuples(st.sampled_from(["2009-02-28", "2008-02-29", "2010-01-01"]))),
)


@st.composite
def histories(draw, users=USERS, longest=25):
    """Choose deeds in order of time."""
    now = draw(st.sampled_from(_STARTS))
    made = []
    for _ in range(draw(st.integers(1, longest))):
        what, given = draw(_deeds)
        made.append(Deed(now, draw(st.sampled_from(users)), what, given))
        now += draw(st.sampled_from(_STEPS))
    return made


def do(engine: Engine, deed: Deed):
    """Do a deed; give the outcome, or the error of one that was refused."""
    try:
        return _do(engine, deed)
    except (Refused, UnknownKey) as error:
        return error


def _do(engine, deed):
    match deed.what, deed.given:
        case "record", (metric, value, device):
            attributes = {"device": device} if device else None
            return engine.record(metric, user=deed.user, value=value, at=deed.at, attributes=attributes)
        case "keyed", (metric, value, key):
            return engine.record(metric, user=deed.user, value=value, at=deed.at, idempotency_key=key)
        case "complete", (achievement,):
            return engine.complete(achievement, user=deed.user, at=deed.at)
        case "move", (zone,):
            return engine.identify(deed.user, time_zone=zone, at=deed.at)
        case "plan", (plan,):
            return engine.identify(deed.user, attributes={"plan": plan}, at=deed.at)
        case "signed_up", (day,):
            return engine.identify(deed.user, sign_up_date=day, at=deed.at)


def live(engine: Engine, history):
    """Do all deeds; give the effects in order."""
    effects = []
    for deed in history:
        effects += getattr(do(engine, deed), "effects", ())
    return effects


def states(engine: Engine):
    """Dump the state of every user, by id: what a snapshot would hold."""
    return {user: engine._history.state(user).dump(engine._history.plan) for user in engine.users()}
