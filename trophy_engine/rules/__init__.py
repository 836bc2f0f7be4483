"""The rules: what an author declares, frozen and validated at construction."""
