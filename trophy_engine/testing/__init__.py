"""Tests for what others build on the package; they come with the extra ``testing``."""
