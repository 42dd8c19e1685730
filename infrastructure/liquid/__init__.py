"""python-liquid for authors who are not trusted: allowed names only, everything bounded, no clock read."""
