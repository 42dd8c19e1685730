"""Benchmarks; each measures Farley beside a reference in the same run."""
