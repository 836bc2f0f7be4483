"""A poster of webhooks: bodies are sent to a URL as the platform sends them, in order, in a thread of its own."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections import deque
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from logging import getLogger
from threading import Condition, Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import SplitResult, urlsplit

from trophy_engine.error_messages import FieldName, GivenValue, short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import FLAG, InstanceOf

__all__ = ["SIGNATURE_HEADER", "WebhookPoster", "sign_body"]

#: The header with the signature of a body.
SIGNATURE_HEADER: Final = "X-Trophy-Signature"
#: The pauses before the second, third and fourth attempt, in seconds.
PAUSES: Final = (1.0, 5.0, 25.0)
_SUCCESS: Final = range(200, 300)
_log = getLogger("trophy_engine.webhooks")


def sign_body(secret: str, body: bytes) -> str:
    """Return the signature of a body: HMAC-SHA256 under the secret, in base64.

    >>> sign_body("whsec", b"{}")
    'rmNB6n9ApDXbV9kD0Cy6GQhe+4qRP4z72M/z198Mei0='
    """
    return b64encode(hmac.digest(secret.encode(), body, "sha256")).decode("ascii")


class WebhookPoster:
    """Posts bodies of webhooks to a URL: call it with a body, or pass it to ``Webhooks`` as ``deliver``.

    A call returns at once. A thread posts the bodies one after the other, each until an answer has a status from 200 to
    299, with pauses between attempts; after the last attempt the body is dropped. A body whose answer was lost arrives
    again. Bodies that wait are in memory only.

    Args:
        url: the address, ``http`` or ``https``.
        secret: signs each body in the header ``X-Trophy-Signature``, as the platform does; None for no signature.
        anywhere: whether the host may be another machine; by default only the loopback interface is allowed.
        pauses: the pause before each further attempt, in seconds.
        timeout: the time for one attempt, in seconds.

    Raises:
        InvalidValue: the URL is invalid, or of another machine without ``anywhere``, or an argument is of a wrong kind.

    Attributes:
        delivered: the number of bodies that have arrived.
        dropped: the number of bodies that did not arrive in the last attempt.
    """

    def __init__(
        self,
        url: str,
        *,
        secret: str | None = None,
        anywhere: bool = False,
        pauses: Sequence[float] = PAUSES,
        timeout: float = 60.0,
    ) -> None:
        FLAG.check("anywhere", anywhere)
        if secret is not None and (not isinstance(secret, str) or not secret):
            raise InvalidValue(("must be a text that is not empty, not", GivenValue(secret)), "secret")
        if not isinstance(pauses, Sequence) or isinstance(pauses, str):
            raise InvalidValue(("must be a list of seconds, not", GivenValue(pauses)), "pauses")
        self._url = _parse_webhook_url(url, anywhere=anywhere)
        self._secret = secret
        self._pauses = tuple(_check_delivery_seconds("pauses", pause) for pause in pauses)
        self._timeout = _check_delivery_seconds("timeout", timeout)
        self.delivered = 0
        self.dropped = 0
        self._waiting: deque[bytes] = deque()
        self._changed = Condition()
        self._stopped = Event()
        self._closing = False
        self._thread: Thread | None = None

    def __call__(self, body: Mapping[str, Any]) -> None:
        """Queue a body.

        Raises:
            InvalidValue: the poster is closed, or the body is not JSON.
        """
        try:
            content = json.dumps(body, allow_nan=False, separators=(",", ":")).encode("ascii")
        except (TypeError, ValueError):
            raise InvalidValue(("must be a dict of JSON values, not", GivenValue(body)), "body") from None
        with self._changed:
            if self._closing:
                raise InvalidValue("the poster of webhooks is closed; close the engine's webhooks first")
            self._waiting.append(content)
            self._changed.notify_all()
            if self._thread is None:
                self._thread = Thread(target=self._post_waiting_bodies, name="webhooks", daemon=True)
                self._thread.start()

    @property
    def waiting(self) -> int:
        """The number of bodies that are neither delivered nor dropped."""
        return len(self._waiting)

    def flush(self, timeout: float = 10.0) -> int:
        """Wait until no body waits, at most for some seconds; return the number of those that still do."""
        deadline = monotonic() + _check_delivery_seconds("timeout", timeout)
        with self._changed:
            while self._waiting and (left := deadline - monotonic()) > 0:
                self._changed.wait(left)
            return len(self._waiting)

    def close(self, timeout: float = 10.0) -> int:
        """Accept no further bodies, post those that wait for some seconds, and return the number of those left."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        left = self.flush(timeout)
        self._stopped.set()
        if left or self.dropped:
            _log.warning("%d webhooks were not delivered to %s", left + self.dropped, self._url.geturl())
        return left

    def __enter__(self) -> Self:
        """Return the poster; it is closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the poster."""
        self.close()

    # --- the thread -------------------------------------------------------------------------------------------------

    def _post_waiting_bodies(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting or self._stopped.is_set():
                    return
                content = self._waiting[0]
            delivered = self._deliver_webhook_body(content)
            with self._changed:
                if self._stopped.is_set():
                    return  # ``close`` has counted the body as left
                self._waiting.popleft()
                self.delivered += delivered
                self.dropped += not delivered
                self._changed.notify_all()

    def _deliver_webhook_body(self, content: bytes) -> bool:
        """Post a body until it arrives; return False if it did not in the last attempt, or before the poster closed."""
        for pause in (*self._pauses, None):
            failure = self._post_webhook_body(content)
            if failure is None:
                return True
            if pause is None:
                _log.warning("a webhook was dropped after %d attempts: %s", len(self._pauses) + 1, failure)
                return False
            _log.info("a webhook failed and is repeated in %g s: %s", pause, failure)
            if self._stopped.wait(pause):
                return False
        return False

    def _post_webhook_body(self, content: bytes) -> str | None:
        """Post a body once; return what failed, or None if it arrived."""
        url = self._url
        connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = connect(str(url.hostname), url.port, timeout=self._timeout)
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            headers[SIGNATURE_HEADER] = sign_body(self._secret, content)
        try:
            connection.request("POST", url._replace(scheme="", netloc="").geturl() or "/", content, headers)
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        return None if status in _SUCCESS else f"status {status}"


def _parse_webhook_url(url: object, *, anywhere: bool) -> SplitResult:
    """Return the parts of a URL.

    Raises:
        InvalidValue: it is not one of HTTP, or of another machine and ``anywhere`` is False.
    """
    field = FieldName("url")
    InstanceOf((str,)).check("url", url)
    text = str(url)
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # raises for a port that is not a number
        text.encode("ascii")
    except ValueError:
        raise InvalidValue(
            f"must be a URL, for example 'http://127.0.0.1:8000/hook', not {short_repr(text)}", field
        ) from None
    if parts.scheme not in {"http", "https"} or not host or any(character.isspace() for character in text):
        raise InvalidValue(f"must be a URL, for example 'http://127.0.0.1:8000/hook', not {short_repr(text)}", field)
    if not anywhere and not _is_webhook_host_local(host):
        raise InvalidValue(f"must be of this machine, as 127.0.0.1 or localhost, not {short_repr(host)}", field)
    return parts._replace(fragment="")


def _is_webhook_host_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def _check_delivery_seconds(field: str, value: object) -> float:
    """Return a number of seconds.

    Raises:
        InvalidValue: it is not a finite number of at least 0.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise InvalidValue(("must be seconds, at least 0, not", GivenValue(value)), field)
    return float(value)
