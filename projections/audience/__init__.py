"""Persons as criteria see them, in typed columns."""

NEEDS = "identity"
"""The fold reads the tables of this projection, so it folds only while that one does."""
