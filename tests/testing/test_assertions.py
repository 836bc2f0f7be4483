"""Assertions name their subjects when they fail."""

import pytest

from trophy_engine.testing.assertions import assert_equal, assert_true


def test_a_failed_assertion_writes_its_subjects():
    with pytest.raises(AssertionError, match=r"the balance before \{\}: 1, not 2"):
        assert_equal(1, 2, "the balance before {}")
    with pytest.raises(AssertionError, match="the balance before ann: 1, not 2"):
        assert_equal(1, 2, "the balance before {}", "ann")
    with pytest.raises(AssertionError, match=r"ann holds \{\}"):
        assert_true(False, "{} holds {}", "ann", "{}")
