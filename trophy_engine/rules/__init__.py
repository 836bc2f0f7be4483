"""The rules: the declarations of an author, frozen and validated at construction."""
