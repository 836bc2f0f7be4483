"""The playground of the docs: its Python module, and the folder that ``.ci/examples`` builds."""

import importlib.util
import os
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "examples" / "browser"


@pytest.fixture(scope="session")
def playground():
    spec = importlib.util.spec_from_file_location("playground", PAGE / "playground.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def samples():
    return {path.stem: path.read_text(encoding="utf-8") for path in (PAGE / "samples").iterdir()}


@pytest.fixture(scope="session")
def site():
    """Return the folder of the built playground."""
    return Path(os.environ["PLAYGROUND"]).resolve()
