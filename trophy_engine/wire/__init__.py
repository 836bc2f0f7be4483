"""The wire: what Trophy's HTTP API says and understands, said and understood by an engine in the same process."""
