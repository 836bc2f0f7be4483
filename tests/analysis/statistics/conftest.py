"""The tally of a log of three users."""

import pytest
from stories import at
from tallied import LOG, RULES, events

from trophy_engine.analysis.event_logs.runner import replay


@pytest.fixture
def tally():
    return replay(RULES, events(LOG), until=at("04-09T23:00"), tally=True).tally
