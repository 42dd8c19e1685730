"""Random texts for keys, sessions and links."""

from domain.ports import Randomness

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def random_text(randomness: Randomness, length: int) -> str:
    """Returns `length` random characters of ALPHABET, almost six bits each."""
    number = int.from_bytes(randomness.token(length), "big")
    characters = []
    for _ in range(length):
        number, index = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[index])
    return "".join(characters)
