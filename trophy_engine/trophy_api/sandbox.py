"""A sandbox: an engine behind the platform's API for the tests of an app, with a clock, failures and records."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from trophy_engine.core import Effect
from trophy_engine.engine.engine import Engine
from trophy_engine.errors import MissingExtra
from trophy_engine.rules.sources import RulesSource
from trophy_engine.trophy_api.clock import ManualClock

if TYPE_CHECKING:
    import httpx
    from trophy import AsyncTrophyApi, TrophyApi

    from trophy_engine.trophy_api.failures import Failures, Kind
    from trophy_engine.trophy_api.httpx_transport import EngineTransport

__all__ = ["Sandbox"]


class Sandbox:
    """An engine in memory, the platform's clients wired to it, and a record of what happens.

    The pytest fixture ``trophy`` is one. What needs a library is imported when it is first used.

    Args:
        rules: the rules: a ``Ruleset``, the path of a rules file, or a mapping of values as in a rules file.
        clock: the clock of the engine and of requests; by default one that stands at the system clock's instant.

    Attributes:
        clock: the clock, which tests move; time does nothing until the next call, or ``advance``.
        engine: the engine.
        effects: every effect so far, in order; clear the list to see later ones alone.

    Raises:
        InvalidRules: the rules have errors; the exception lists all of them.
        InvalidValue: an argument is of a wrong kind.
        TrophyError: the rules file cannot be read.
    """

    def __init__(self, rules: RulesSource, clock: ManualClock | None = None) -> None:
        self.clock = ManualClock() if clock is None else clock
        self.engine = Engine(rules, clock=self.clock)
        self.effects: list[Effect] = []
        self.engine.subscribe(Effect, self.effects.append)
        self._webhooks: list[dict[str, Any]] = []
        self._missing: MissingExtra | None = None
        try:
            from trophy_engine.trophy_api import Webhooks  # noqa: PLC0415  # needs a library

            Webhooks(self.engine, self._webhooks.append)
        except MissingExtra as error:
            self._missing = error

    def close(self) -> None:
        """Close the clients and the engine; a second call does nothing."""
        if "http" in self.__dict__:
            self.http.close()
        self.engine.close()

    def __enter__(self) -> Self:
        """Return the sandbox; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the sandbox."""
        self.close()

    # --- what happens -----------------------------------------------------------------------------------------------

    @property
    def webhooks(self) -> list[dict[str, Any]]:
        """The body of every webhook so far, in order; clear the list to see later ones alone.

        Raises:
            MissingExtra: a library is not installed.
        """
        if self._missing is not None:
            raise self._missing
        return self._webhooks

    def advance(
        self, by: timedelta | None = None, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> tuple[Effect, ...]:
        """Move the clock forward, and return what this time causes, in order, for example lost streaks.

        The arguments are those of ``ManualClock.step``.

        Raises:
            InvalidValue: a length is of a wrong type, or the instant would be out of range.
        """
        self.clock.step(by, days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.engine.settle()

    def fail_next(self, failure: Kind = 500, *, calls: int = 1, retry_after: int | None = None) -> None:
        """Let the next requests of clients fail.

        Args:
            failure: the status of the answer, from 400 to 599; ``"timeout"``: no answer comes, and nothing happens;
                ``"lost"``: no answer comes after the work is done.
            calls: the number of requests.
            retry_after: the header ``Retry-After`` of an answer with a status, in seconds.

        Raises:
            InvalidValue: an argument is out of range.
            MissingExtra: a library is not installed.
        """
        self.failures.inject(failure, calls=calls, retry_after=retry_after)

    # --- clients ----------------------------------------------------------------------------------------------------

    @cached_property
    def failures(self) -> Failures:
        """The exchange of all clients, into which failures are injected."""
        from trophy_engine.trophy_api import Failures  # noqa: PLC0415  # needs a library

        return Failures(self.engine)

    @cached_property
    def transport(self) -> EngineTransport:
        """The transport for an ``httpx.Client`` or an ``httpx.AsyncClient`` of the app."""
        from trophy_engine.trophy_api import EngineTransport  # noqa: PLC0415  # needs a library

        return EngineTransport(self.failures)

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Return the answer to a request; the callback for libraries that mock HTTP.

        Raises:
            httpx.ReadTimeout: an injected time-out.
            httpx.RemoteProtocolError: an injected failure, a lost answer.
        """
        return self.transport.handle_request(request)

    @cached_property
    def http(self) -> httpx.Client:
        """An ``httpx.Client`` whose requests the engine answers."""
        transport = self.transport
        import httpx  # noqa: PLC0415  # the transport needs it, too

        return httpx.Client(transport=transport)

    @cached_property
    def client(self) -> TrophyApi:
        """The platform's Python client; it repeats no failed request, so that failures reach the app at once.

        Raises:
            MissingExtra: the client is not installed.
        """
        http = self.http
        return _import_platform_client().TrophyApi(api_key="any", httpx_client=http, max_retries=0)

    @cached_property
    def async_client(self) -> AsyncTrophyApi:
        """The platform's Python client for asyncio, as ``client``."""
        transport = self.transport
        import httpx  # noqa: PLC0415  # the transport needs it, too

        http = httpx.AsyncClient(transport=transport)
        return _import_platform_client().AsyncTrophyApi(api_key="any", httpx_client=http, max_retries=0)


def _import_platform_client() -> Any:
    """Import the platform's client.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import trophy  # noqa: PLC0415  # takes a second
    except ModuleNotFoundError as error:
        if error.name != "trophy":
            raise
        raise MissingExtra("the client of the hosted platform", "testing") from error
    return trophy
