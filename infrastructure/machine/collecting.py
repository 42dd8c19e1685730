"""Python's garbage collection, which a process with hundreds of modules should not spend on its modules."""

import gc


def spare_what_stands() -> None:
    """Takes all objects made so far out of garbage collection: they live as long as the process.

    A full collection over them takes about 60 ms, in which no request is answered. Call this function once, when the
    process is ready for work.
    """
    gc.freeze()
