"""``trophy-engine explain RULES EVENTS --user U``: print a user's timeline, or one explanation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from operator import itemgetter
from typing import Annotated

import typer

from trophy_engine.analysis.event_logs.events import BadRow, Event
from trophy_engine.analysis.event_logs.sources import Logs
from trophy_engine.calendar.instants import from_micros, parse_date, parse_time_of_day, to_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.cli import logs, skipped_rows
from trophy_engine.cli.console import exit_with_error, result_console
from trophy_engine.cli.progress import show_progress
from trophy_engine.cli.rules import Rules, load_rules_argument
from trophy_engine.core import Transition
from trophy_engine.engine.engine import Engine
from trophy_engine.error_messages import nearest_known_key
from trophy_engine.errors import TrophyError
from trophy_engine.explain.timeline import calendar_of, draw_calendar, timeline_of
from trophy_engine.rules.phrases import join_words
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.views.player import Player


@logs.with_log_options
def explain(
    rules: Rules,
    events: logs.Events = None,
    *,
    user: Annotated[str, typer.Option(help="The id of the user.")],
    from_: Annotated[str | None, typer.Option("--from", help="The first local day to print.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="The last local day to print.")] = None,
    achievement: Annotated[
        str | None, typer.Option(help="The key of an achievement or a tier to explain instead.")
    ] = None,
    points: Annotated[str | None, typer.Option(help="The key of a points system to explain instead.")] = None,
    streak: Annotated[str | None, typer.Option(help="The key of a streak to explain instead.")] = None,
    git: logs.Git = None,
    log_options: logs.LogOptions,
) -> None:
    """Print the timeline of a user under rules, day by day, with a calendar of each streak; or one explanation.

    --achievement, --points and --streak explain one thing instead. The timeline and the explanation are as of the last
    instant of the log, or the end of the day of --to.

    Exit status: 0 if the explanation was printed; 1 if not; 2 for a wrong call.
    """
    try:
        ruleset = load_rules_argument(rules)
        first, last = _parse_day_options(from_, to)
        _check_explain_options(achievement, points, streak)
        log = log_options.read(ruleset, events, git, rules)
        with skipped_rows.print_bad_rows() as report, show_progress():
            user_events, until = _read_events_of_user_option(
                log, user, report, logs.name_log_arguments(events, git, rules)
            )
            engine = _record_events_to_explain(ruleset, user_events, report)
        player = engine.user(user)
        time_zone = zone(player.time_zone, parse_time_of_day(ruleset.day_start))
        _check_from_option(first, until, player, time_zone)
        if last is not None:
            until = _resolve_to_option(last, until, player, time_zone)
        at = from_micros(until)
        if achievement is not None:
            text = str(engine.explain(user, achievement=achievement, at=at))
        elif points is not None:
            text = str(engine.explain(user, points=points, at=at))
        elif streak is not None:
            text = str(engine.explain(user, streak=streak, at=at))
        else:
            text = _printed_timeline(engine, user, at, first, last)
    except (TrophyError, OSError) as error:
        exit_with_error(error)
    result_console().print(text, markup=False, soft_wrap=True)


def _check_explain_options(achievement: str | None, points: str | None, streak: str | None) -> None:
    """Check that at most one thing is to be explained.

    Raises:
        TrophyError: several are.
    """
    options = {"--achievement": achievement, "--points": points, "--streak": streak}
    given = [option for option, key in options.items() if key is not None]
    if len(given) > 1:
        raise TrophyError(f"{join_words(given)} exclude one another; give one of them")


def _printed_timeline(engine: Engine, user: str, at: datetime, first: date | None, last: date | None) -> str:
    """Return the days of a user up to an instant, then the calendar and the explanation of each streak."""
    transitions = engine.transitions(user, at=at)
    sections = [*_printed_days(transitions, first, last)]
    streaks = engine.ruleset.streaks
    for streak in streaks:
        calendar = _printed_calendar(transitions, streak.key, first, last)
        sections += [
            f"The {streak.key} streak:\n{calendar}" if calendar and len(streaks) > 1 else calendar,
            str(engine.explain(user, streak=streak.key, at=at)),
        ]
    return "\n\n".join(sections)


def _parse_day_options(from_: str | None, to: str | None) -> tuple[date | None, date | None]:
    """Return the first and the last day to print.

    Raises:
        TrophyError: one is not a date, or the last is before the first.
    """
    first = None if from_ is None else parse_date(from_, "--from")
    last = None if to is None else parse_date(to, "--to")
    if first is not None and last is not None and last < first:
        raise TrophyError(f"--to {last} is before --from {first}; exchange the two dates")
    return first, last


def _check_from_option(day: date | None, until: int, player: Player, time_zone: Zone) -> None:
    """Check that the first day to print is not after the last instant of the log.

    Raises:
        TrophyError: it is.
    """
    last = date.fromordinal(time_zone.window(until)[0])
    if day is not None and day > last:
        raise TrophyError(
            f"--from {day} is after the last day of the log, {last} in the zone of the user {player.id!r}"
        )


def _resolve_to_option(day: date, until: int, player: Player, time_zone: Zone) -> int:
    """Return the last instant of a local day of the user, at most ``until``.

    Raises:
        TrophyError: the day is before the user's first day.
    """
    first, today = (time_zone.window(at)[0] for at in (to_micros(player.created), until))
    if day.toordinal() < first:
        raise TrophyError(f"--to {day} is before the first day of the user {player.id!r}, {date.fromordinal(first)}")
    return min(time_zone.midnight(min(day.toordinal(), today) + 1) - 1, until)


def _read_events_of_user_option(
    log: Logs, user: str, report: Callable[[BadRow], None], log_names: str
) -> tuple[list[Event], int]:
    """Return the events of one user in order of time, and the last instant of the whole log.

    Raises:
        TrophyError: the log has no good row, or no event of the user.
    """
    user_events: list[Event] = []
    users: set[str] = set()
    last = skipped = 0
    for row in log:
        if isinstance(row, BadRow):
            skipped += 1
            report(row)
        else:
            last = max(last, row.at)
            users.add(row.user_id)
            if row.user_id == user:
                user_events.append(row)
    skipped_rows.check_any_row_evaluated(len(users), skipped, log_names, left_out=log.left_out())
    if not user_events:
        similar = nearest_known_key(user, sorted(users))
        hint = f"; did you mean {similar!r}?" if similar else ""
        raise TrophyError(f"unknown user {user!r}: {log_names} has no event of that user{hint}")
    user_events.sort(key=itemgetter(0))
    return user_events, last


def _record_events_to_explain(ruleset: Ruleset, events: list[Event], report: Callable[[BadRow], None]) -> Engine:
    """Return an engine with the recorded events of one user.

    Raises:
        TrophyError: the rules refuse all events.
    """
    engine = Engine(ruleset)
    zone_name = None
    for event in events:
        at = from_micros(event.at)
        try:
            with engine.batch():  # a refused event does not change the time zone either
                if event.time_zone not in {None, zone_name}:
                    engine.identify(event.user_id, time_zone=event.time_zone, at=at)
                attributes = dict(event.attributes)
                engine.record(
                    event.metric,
                    user=event.user_id,
                    value=event.value,
                    at=at,
                    attributes=attributes,
                    idempotency_key=event.key or None,
                )
                zone_name = event.time_zone or zone_name
        except TrophyError as error:
            report(BadRow(event.source, str(error)))
    if not any(engine.users()):
        raise TrophyError(f"nothing to explain: the rules refuse every event of the user {events[0].user_id!r}")
    return engine


def _printed_days(transitions: Iterable[Transition], first: date | None, last: date | None) -> Iterator[str]:
    for day in timeline_of(transitions):
        if (first or day.day) <= day.day <= (last or day.day):
            yield day.text


def _printed_calendar(transitions: Iterable[Transition], streak: str, first: date | None, last: date | None) -> str:
    statuses = calendar_of(transitions, streak)
    start, end = first or min(statuses, default=None), last or max(statuses, default=None)
    return "" if start is None or end is None else "\n".join(draw_calendar(statuses, start, end))
