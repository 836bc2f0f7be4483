"""The operations of the official client, found by inspection."""

import inspect

import httpx
import pytest
from trophy import TrophyApi

__all__ = ["operations", "request_of", "required"]

#: Values of the parameters that are not text.
FILLINGS = {"user": {"id": "x"}, "value": 1} | {key: [] for key in ("request", "users", "freezes", "pauses")}


class SentError(Exception):
    """Stops an operation at the request that it would send."""

    def __init__(self, request):
        super().__init__()
        self.request = request


def _stop(request):
    raise SentError(request)


def operations():
    """Yield the operations of the client, each with its name; none of them gets an answer."""
    http = httpx.Client(transport=httpx.MockTransport(_stop))
    yield from _below(TrophyApi(api_key="any", httpx_client=http, max_retries=0), "")


def _below(part, name):
    for word in sorted(dir(part)):
        if word.startswith("_") or word == "with_raw_response":
            continue
        found = getattr(part, word)
        if inspect.ismethod(found):
            yield name + word, found
        elif "trophy" in type(found).__module__:
            yield from _below(found, f"{name}{word}.")


def required(operation):
    """Return values of the required parameters of an operation."""
    names = [
        parameter.name
        for parameter in inspect.signature(operation).parameters.values()
        if parameter.default is parameter.empty
    ]
    return {name: FILLINGS.get(name, "x") for name in names}


def request_of(operation):
    """Return the request that an operation sends."""
    with pytest.raises(SentError) as sent:
        operation(**required(operation))
    return sent.value.request
