"""A receiver of webhooks on this machine."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

__all__ = ["Receiver", "receiving"]


class Receiver:
    """A receiver of webhooks.

    Attributes:
        requests: the path, the headers and the JSON of each request.
        answers: the statuses of the next answers, then 200; None closes the connection without one.
    """

    def __init__(self):
        self.requests = []
        self.answers = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.requests.append((self.path, self.headers, body))
                status = receiver.answers.pop(0) if receiver.answers else 200
                if status is not None:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, args=(0.01,))

    @property
    def received(self):
        return [json.loads(body) for _, _, body in self.requests]


@contextmanager
def receiving():
    """Run a receiver until the block ends."""
    receiver = Receiver()
    receiver.thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        receiver.thread.join()
