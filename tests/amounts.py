"""How much of what a test states is run: a slice in `make test`, all of it in `make test-full`."""

import os
from itertools import count
from random import Random

FULL = os.environ.get("FARLEY_TEST_FULL") == "1"
EVERY_POINT = "FARLEY_TEST_EVERY_POINT"
"""The variable with which `make planted` has every crash point tried: a bug may show at one of them alone."""


def amount(stated: int, *, quick: int) -> int:
    """So many trials, examples or rows: `stated` with FARLEY_TEST_FULL=1, else `quick`."""
    return stated if FULL else quick


def one_point_in(quick: int) -> int:
    """One crash point in so many is tried: in `make test` one in `quick`, else each of them."""
    return 1 if os.environ.get(EVERY_POINT) == "1" else amount(1, quick=quick)


def points(*, one_in: int) -> "count[int]":
    """Numbers from 0 on without end: all of them if `one_in` is 1, else every so many, from a random one on.

    A test that kills a process at these points in turn meets each of them in some run.
    """
    return count(Random(os.urandom(8)).randrange(one_in), one_in)
