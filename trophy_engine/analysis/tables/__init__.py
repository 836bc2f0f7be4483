"""Tables of results: their typed columns, declared once for CSV, JSON Lines, Parquet and Arrow."""
