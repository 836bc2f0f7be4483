"""Fixtures that write logs to files."""

import gzip
from textwrap import dedent

import pytest


@pytest.fixture
def log(tmp_path):
    def write(text, name="log.csv"):
        path = tmp_path / name
        data = dedent(text).encode()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(path)

    return write
