"""How much of what a test states is run: a slice in `make test`, all of it in `make test-full`."""

import os

FULL = os.environ.get("FARLEY_TEST_FULL") == "1"


def amount(stated: int, *, quick: int) -> int:
    """So many trials, examples or rows: `stated` with FARLEY_TEST_FULL=1, else `quick`."""
    return stated if FULL else quick
