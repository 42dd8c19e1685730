"""Suppressions: who and what is stopped, and the end of it."""
