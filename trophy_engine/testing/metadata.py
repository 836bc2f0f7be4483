"""A strategy of metadata, for every class of rule that has it."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from trophy_engine.rules.metadata import Metadata

#: Seldom any, because metadata has no consequence, and each is one more part of an example that fails.
metadata: Final[st.SearchStrategy[Metadata]] = st.sampled_from(
    [*[Metadata()] * 5, Metadata({"icon": "star", "order": 3, "rare": True})]
)
