"""Readers of files: each yields the rows of one format, as mappings of columns to cells, with their lines."""
