"""The webhooks of ``trophy-engine serve``: a poster by the options, whose attempts are in the server's log."""

from __future__ import annotations

import logging

from trophy_engine.cli.server import write_server_log
from trophy_engine.errors import InvalidValue
from trophy_engine.trophy_api.webhooks.poster import WebhookPoster

#: The options of the arguments.
_OPTIONS = {"url": "--webhooks", "secret": "--webhooks-secret"}


class _ServerLogHandler(logging.Handler):
    """Writes records to the server's log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        write_server_log(record.getMessage())


def open_poster_by_options(url: str | None, secret: str | None, *, anywhere: bool) -> WebhookPoster | None:
    """Return the poster that the options of ``trophy-engine serve`` ask for, or None without a URL.

    Raises:
        InvalidValue: the URL is invalid, or of another machine without ``anywhere``, or there is none for the others.
    """
    if url is None:
        if anywhere:
            raise InvalidValue("needs a URL; add --webhooks URL", "--webhooks-anywhere")
        return None  # the secret can be in the environment for another program
    try:
        poster = WebhookPoster(url, secret=secret or None, anywhere=anywhere)
    except InvalidValue as error:
        renamed = error.rename_fields(lambda name: _OPTIONS.get(name, name))
        hint = "; or allow other machines by --webhooks-anywhere" if "of this machine" in error.fact else ""
        raise InvalidValue(f"{renamed}{hint}") from None
    logger = logging.getLogger("trophy_engine.webhooks")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(_ServerLogHandler())
    write_server_log(f"webhooks are posted to {url}")
    return poster
