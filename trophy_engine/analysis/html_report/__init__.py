"""The report: figures as charts, and one page that holds them all; it comes with the extra ``plot``."""
