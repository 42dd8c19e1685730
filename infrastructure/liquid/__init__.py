"""python-liquid for untrusted authors: only allowed names, limits on everything, and no access to a clock."""
