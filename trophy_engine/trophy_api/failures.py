"""Injected failures: the next requests are refused, time out, or are served and their answers get lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

import attrs

from trophy_engine.engine.engine import Engine
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import Integer, Optional
from trophy_engine.trophy_api.errors import AnswerLost, RequestTimedOut
from trophy_engine.trophy_api.exchange import as_exchange, encode_response
from trophy_engine.trophy_api.http import Answer, ExchangeFunction, Response
from trophy_engine.values import Value

__all__ = ["Failures", "InjectedFailure"]

#: An HTTP status from 400 to 599, or one of two failures of the network.
Kind: TypeAlias = int | Literal["timeout", "lost"]

_STATUSES: Final = range(400, 600)
_CALLS: Final = Integer(min=1, max=1_000_000)
_SECONDS: Final = Optional(Integer(min=0))


def _check_failure_kind(_: object, __: object, value: object) -> None:
    is_status = isinstance(value, int) and not isinstance(value, bool) and value in _STATUSES
    if not is_status and value not in ("timeout", "lost"):
        raise InvalidValue(
            ("must be a status from 400 to 599, 'timeout' or 'lost', not", GivenValue(value)), field="failure"
        )


@attrs.frozen
class InjectedFailure(Value):
    """What happens to one request instead of an ordinary answer.

    Attributes:
        failure: the HTTP status of the answer; ``"timeout"``: the request is not served, and no answer comes;
            ``"lost"``: the request is served, and no answer comes.
        retry_after: the header ``Retry-After`` of an answer with a status, in seconds; None for no header.
    """

    failure: Kind = attrs.field(validator=_check_failure_kind)
    retry_after: int | None = attrs.field(
        default=None, validator=lambda _, __, value: _SECONDS.check("retry_after", value)
    )


class Failures:
    """An exchange that answers as another one does, except for the failures injected into it.

    All calls may come from several threads.

    Args:
        engine: the engine or the exchange that answers.

    Raises:
        InvalidValue: ``engine`` is neither.

    >>> failures = Failures(lambda method, target, headers, body: (200, (), b"served"))
    >>> failures.inject(429, calls=2, retry_after=1)
    >>> [failures("GET", "/v1/users/18", [], b"")[0] for _ in range(3)]
    [429, 429, 200]
    """

    def __init__(self, engine: Engine | ExchangeFunction) -> None:
        self._exchange = as_exchange(engine)
        self._pending: deque[InjectedFailure] = deque()

    @property
    def pending(self) -> tuple[InjectedFailure, ...]:
        """The failures of the next requests, in order."""
        return tuple(self._pending.copy())

    def inject(self, failure: Kind, *, calls: int = 1, retry_after: int | None = None) -> None:
        """Let the next requests fail, after those for which failures are pending.

        A client that repeats requests needs as many failures as it has attempts until it raises.

        Args:
            failure: a status from 400 to 599, ``"timeout"`` or ``"lost"``.
            calls: the number of requests.
            retry_after: the header ``Retry-After`` of an answer with a status, in seconds.

        Raises:
            InvalidValue: an argument is out of range.
        """
        _CALLS.check("calls", calls)
        self._pending.extend([InjectedFailure(failure, retry_after)] * calls)

    def clear(self) -> None:
        """Forget the pending failures."""
        self._pending.clear()

    def __call__(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """Return the answer to a request, or the next pending failure.

        Raises:
            RequestTimedOut: an injected time-out; nothing has happened.
            AnswerLost: an injected lost answer; the request has been served.
        """
        try:
            injected = self._pending.popleft()
        except IndexError:
            return self._exchange(method, target, headers, body)
        match injected.failure:
            case "timeout":
                raise RequestTimedOut("an injected time-out: the request was not served")
            case "lost":
                self._exchange(method, target, headers, body)
                raise AnswerLost("an injected failure: the request was served, and its answer is lost")
            case status:
                return encode_response(
                    _injected_failure_response(status, injected.retry_after), with_body=method != "HEAD"
                )


def _injected_failure_response(status: int, retry_after: int | None) -> Response:
    headers = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Response(status, {"error": f"an injected failure: {status}"}, headers)
