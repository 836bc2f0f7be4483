"""The indexes from which reports are read; each is built on first use."""

from __future__ import annotations

from trophy_engine.reports.award_ledger import AwardLedger
from trophy_engine.reports.distribution_index import DistributionIndex, Distributions
from trophy_engine.reports.period_changes import PeriodChanges, YearlyPeriodChanges
from trophy_engine.repository.repository import Repository


class ReportIndexes:
    """The indexes of an engine; it must be acquired while they are read.

    Attributes:
        ledger: the latest awards of users.
    """

    def __init__(self, repository: Repository) -> None:
        self._distributions = Distributions(repository)
        self._years = YearlyPeriodChanges(repository)
        self.ledger = AwardLedger(repository)

    def distributions(self, now: int, at: int | None) -> DistributionIndex | None:
        """Return the distributions as of now, or as of ``at``; None if a user's history has passed ``at``."""
        index = self._distributions.as_of(now if at is None else at)
        return index if at is None or at >= index.latest else None

    def period_changes(self, year: int, now: int, at: int | None) -> PeriodChanges | None:
        """Return the changes in a year up to now, or up to ``at``.

        Returns:
            None if a user's history has passed now, for then they do not count up to the same instant; and if one has
            passed an instant ``at`` in the past.
        """
        if at is not None and at >= now:
            return self._years.as_of(year, at)
        latest = self._distributions.as_of(now).latest
        instant = now if at is None else at
        return self._years.as_of(year, instant) if latest <= instant else None
