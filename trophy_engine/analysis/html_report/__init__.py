"""The HTML report: charts of figures, and a single page with all of them; requires the extra ``plot``."""
