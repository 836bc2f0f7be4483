"""Calls of an exchange, as an HTTP library would make them."""

import json as json_module

import attrs

__all__ = ["Answered", "Caller"]


@attrs.frozen
class Answered:
    """An answer: its status, its headers by name, and its body."""

    status: int
    headers: dict
    body: bytes

    def json(self):
        """Return the JSON of the body."""
        return json_module.loads(self.body)


@attrs.frozen
class Caller:
    """Sends requests to an exchange, with a key; paths are below the version unless they are whole addresses."""

    exchange: object

    def send(self, method, path, *, json=None, body=b"", headers=(("X-API-KEY", "any"),)):
        """Send a request, and return its answer."""
        content = body if json is None else json_module.dumps(json).encode()
        target = path if "://" in path or path.startswith(("/admin/", "/_engine")) else f"/v1{path}"
        status, answer_headers, answer = self.exchange(method, target, headers, content)
        assert len(dict(answer_headers)) == len(answer_headers)
        return Answered(status, dict(answer_headers), answer)
