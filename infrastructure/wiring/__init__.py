"""Builds each process. `installation` contains what they share. Only this folder imports from all others."""
