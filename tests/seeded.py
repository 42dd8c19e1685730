"""Ids and chance that are the same for the same seed."""

from random import Random
from uuid import UUID


class SeededIds:
    """The ports of ids and of chance of a test: the same seed, the same of both."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def new(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)

    def token(self, size: int) -> bytes:
        return self._random.randbytes(size)
