"""A running ``trophy-engine serve``, as a process of its own."""

import json
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

__all__ = ["Server", "serving"]


class Server:
    """A server that runs, and its log.

    Attributes:
        url: where it listens.
        process: the process.
    """

    def __init__(self, words, folder):
        self._log = Path(folder) / "serve.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trophy_engine", "serve", *words],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=folder,
            )
        self.url = self.process.stdout.readline().strip()

    @property
    def log(self):
        """The lines of the log, without their times."""
        return [line.partition(" ")[2] for line in self._log.read_text(encoding="utf-8").splitlines()]

    @property
    def messages(self):
        """The whole text of the log."""
        return self._log.read_text(encoding="utf-8")

    def connect(self, timeout=20):
        """Return a connection to the server."""
        return HTTPConnection(urlsplit(self.url).netloc, timeout=timeout)

    def send(self, method, path, body=None, *, connection=None, timeout=20, **headers):
        """Send a request, and return the status and the JSON of the answer."""
        used = connection or self.connect(timeout)
        content = None if body is None else json.dumps(body)
        try:
            used.request(method, path, content, {"X-API-KEY": "any", **headers})
            answer = used.getresponse()
            return answer.status, json.loads(answer.read() or "null")
        finally:
            if connection is None:
                used.close()

    def stop(self, number):
        """Send a signal, wait for the end, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def serving(*words, folder):
    """Run a server in a folder on a free port until the block ends."""
    server = Server([*words, "--port", "0"], folder)
    try:
        assert server.url.startswith("http://"), server.messages
        yield server
    finally:
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
