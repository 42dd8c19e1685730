"""Puts each process together. `installation` is what the processes share; the only room that knows every other."""
