"""How much of what a test states is run: a slice in `make test`, all of it in `make test-full`."""

import os
from itertools import count
from random import Random

FULL = os.environ.get("FARLEY_TEST_FULL") == "1"


def amount(stated: int, *, quick: int) -> int:
    """So many trials, examples or rows: `stated` with FARLEY_TEST_FULL=1, else `quick`."""
    return stated if FULL else quick


def points(*, one_in: int) -> "count[int]":
    """Numbers from 0 on without end: all of them if `one_in` is 1, else every so many, from a random one on.

    A test that kills a process at these points in turn meets each of them in some run.
    """
    return count(Random(os.urandom(8)).randrange(one_in), one_in)
