"""Settings of the whole test suite: the profiles of Hypothesis, chosen by ``HYPOTHESIS_PROFILE``.

``ci``: the profile of every run, the same examples each time.
``deep``: a run that takes a night and ends. It runs nothing but properties, in rounds of fresh examples, each for its
share of 8 hours, or of ``DEEP_MINUTES``; what it has tried is in its summary (``support/overnight.py``)::

    HYPOTHESIS_PROFILE=deep python -m pytest -n2 --dist=worksteal tests

``mutation``: the examples of ``ci``, not shrunk, for ``python tests/mutation``.
``lean``: five examples of each property, no page of the documentation, none of the folders ``docs`` and ``fuzz``, and
no test with the mark ``thorough``, for other versions of Python and of libraries than those of the gate's full run.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from overnight import Overnight

collect_ignore = ["mutation", "fuzz/atheris_readers.py", "support/pictures.py"]  # commands of their own
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")
MINUTES = float(os.environ.get("DEEP_MINUTES", "480"))

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=15, print_blob=True)
settings.register_profile("mutation", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
settings.register_profile("lean", settings.get_profile("ci"), max_examples=5)
settings.register_profile(
    "deep",
    deadline=None,
    max_examples=min(max(int(2 * MINUTES), 40), 1_000),  # of a round: long ones reach further, and end later
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.differing_executors],
)
settings.load_profile(PROFILE)


def pytest_collection_modifyitems(config, items):
    """Leave out pages and thorough tests where the lean profile is chosen."""
    if PROFILE == "lean":
        left_out = {item for item in items if _is_thorough(item)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _is_thorough(item):
    path = item.path
    return path.suffix == ".md" or path.parent.name in {"docs", "fuzz"} or item.get_closest_marker("thorough")


def pytest_configure(config):
    """Let properties run for their share of the time where the deep profile is chosen."""
    if PROFILE == "deep":
        processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        config.pluginmanager.register(Overnight(MINUTES, processes))
