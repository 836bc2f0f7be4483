"""Endpoints of a test server below ``/_engine``: its clock, settling, injected failures, and a reset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from threading import RLock
from typing import Any, Final

from trophy_engine.calendar.instants import format_instant, parse_datetime, to_micros
from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.engine.engine import Engine
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.numbers import Number
from trophy_engine.rules.constraints import CALLABLE, InstanceOf, Optional
from trophy_engine.trophy_api.clock import ManualClock
from trophy_engine.trophy_api.error_responses import error_response
from trophy_engine.trophy_api.errors import Conflict, Unprocessable
from trophy_engine.trophy_api.exchange import (
    Exchange,
    check_api_key,
    check_content_length,
    encode_response,
    join_headers,
    parse_request_body,
    split_request_path,
    split_request_target,
)
from trophy_engine.trophy_api.failures import Failures
from trophy_engine.trophy_api.http import Answer, Request, Response
from trophy_engine.trophy_api.router import Route, find_handler
from trophy_engine.trophy_api.structuring import given_item_fields, item, structure_request_json

__all__ = ["Control"]

_PREFIX: Final = "_engine"


@item
class _ClockSetting:
    """An instant to set the clock to, and whether it then goes on by itself."""

    now: str
    tick: bool | Unset = UNSET


@item
class _Step:
    """A length of time, as the sum of its fields."""

    days: Number = 0
    hours: Number = 0
    minutes: Number = 0
    seconds: Number = 0


@item
class _Injection:
    """A failure of the next requests."""

    failure: Any  # checked when it is injected
    calls: int = 1
    retry_after: int | Unset = UNSET


class Control:
    """An exchange of a test server: it serves the paths below ``/_engine``, and an engine's exchange serves the rest.

    Requests are answered one at a time, from any thread. Failures are injected into the API alone.

    Args:
        engine: the engine.
        clock: the clock of the requests.
        new_engine: makes the engine of a server that is reset, with nothing in it; without it, a reset is refused.
        strict: whether unknown fields in request bodies are refused with 422; if False, they are ignored.

    Attributes:
        engine: the present engine.

    Raises:
        InvalidValue: an argument is of a wrong kind.
    """

    def __init__(
        self,
        engine: Engine,
        clock: ManualClock,
        *,
        new_engine: Callable[[], Engine] | None = None,
        strict: bool = True,
    ) -> None:
        InstanceOf((ManualClock,)).check("clock", clock)
        Optional(CALLABLE).check("new_engine", new_engine)
        self._clock, self._new_engine, self._strict = clock, new_engine, strict
        self._lock = RLock()
        self._routes: tuple[Route, ...] = (
            ("GET", _PREFIX, lambda *_: self._get_server_state()),
            ("GET", f"{_PREFIX}/clock", lambda *_: self._get_clock()),
            ("PUT", f"{_PREFIX}/clock", lambda _, request: self._put_clock(request.body)),
            ("POST", f"{_PREFIX}/clock/step", lambda _, request: self._post_clock_step(request.body)),
            ("POST", f"{_PREFIX}/settle", lambda *_: self._post_settle()),
            ("POST", f"{_PREFIX}/reset", lambda *_: self._post_reset()),
            ("GET", f"{_PREFIX}/failures", lambda *_: self._get_failures()),
            ("POST", f"{_PREFIX}/failures", lambda _, request: self._post_failures(request.body)),
            ("DELETE", f"{_PREFIX}/failures", lambda *_: self._delete_failures()),
        )
        self._serve_engine(engine)

    def _serve_engine(self, engine: Engine) -> None:
        self.engine = engine
        self._failures = Failures(Exchange(engine, clock=self._clock, strict=self._strict))

    def __call__(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Return the answer to a request, as an ``Exchange`` does.

        Raises:
            RequestTimedOut: an injected time-out; nothing has happened.
            AnswerLost: an injected lost answer; the request has been served.
            TrophyError: the engine failed.
        """
        headers = list(headers)
        joined = join_headers(headers)
        _, path, query = split_request_target(target, joined)
        with self._lock:
            if path.strip("/").partition("/")[0] != _PREFIX:
                return self._failures(method, target, headers, body)
            try:
                check_api_key(joined)
                check_content_length(joined, body)
                parts = split_request_path(path)
                handler = find_handler(self._routes, "GET" if method == "HEAD" else method, parts)
                request = Request(method, parts, query, joined, parse_request_body(body), at=self._clock())
                response = handler(self.engine, request)
            except TrophyError as error:
                response = error_response(error)
        return encode_response(response, with_body=method != "HEAD")

    def _get_server_state(self) -> Response:
        return Response(
            200,
            {
                **self._clock_as_json(),
                "users": sum(1 for _ in self.engine.users()),
                "failures": self._failures_as_json(),
                "canReset": self._new_engine is not None,
            },
        )

    def _get_clock(self) -> Response:
        return Response(200, self._clock_as_json())

    def _put_clock(self, body: object) -> Response:
        setting = structure_request_json(body, _ClockSetting)
        now = parse_datetime(setting.now, "now")
        if now.utcoffset() is None:
            raise InvalidValue(("must end in an offset from UTC, for example Z, not", GivenValue(setting.now)), "now")
        to_micros(now, "now")
        self._clock.set(now, tick=None if isinstance(setting.tick, Unset) else setting.tick)
        return self._get_clock()

    def _post_clock_step(self, body: object) -> Response:
        step = structure_request_json(body, _Step)
        try:
            self._clock.step(
                days=float(step.days),
                hours=float(step.hours),
                minutes=float(step.minutes),
                seconds=float(step.seconds),
            )
        except InvalidValue as error:
            raise Unprocessable(f"the step {error.fact}") from None
        return self._get_clock()

    def _post_settle(self) -> Response:
        effects = self.engine.settle(at=self._clock())
        return Response(200, {**self._clock_as_json(), "effects": Counter(effect.type for effect in effects)})

    def _post_reset(self) -> Response:
        if self._new_engine is None:
            raise Conflict("this server keeps its users in a file; start one without --storage to be able to reset it")
        self._clock.reset()
        former = self.engine
        self._serve_engine(self._new_engine())
        former.close()
        return self._get_server_state()

    def _get_failures(self, status: int = 200) -> Response:
        return Response(status, self._failures_as_json())

    def _post_failures(self, body: object) -> Response:
        self._failures.inject(**given_item_fields(structure_request_json(body, _Injection)))
        return self._get_failures(201)

    def _delete_failures(self) -> Response:
        self._failures.clear()
        return self._get_failures()

    def _clock_as_json(self) -> dict[str, Any]:
        return {"now": format_instant(to_micros(self._clock())), "tick": self._clock.ticks}

    def _failures_as_json(self) -> list[dict[str, Any]]:
        return [
            {"failure": pending.failure} | ({} if pending.retry_after is None else {"retryAfter": pending.retry_after})
            for pending in self._failures.pending
        ]
