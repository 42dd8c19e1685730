"""Puts the index of names together, for every process that searches it or keeps it up to date."""

from infrastructure.cryptography.keys import KeyRing
from infrastructure.cryptography.word_hashes import WordHashes
from infrastructure.name_index.following import Following
from infrastructure.name_index.index import NameIndexInKeys
from infrastructure.wiring.installation import Installation


def following(installation: Installation) -> Following:
    located, keys_pool, clock = installation.located, installation.keys_pool, installation.clock
    return Following(
        keys_pool,
        installation.reading,
        WordHashes(located.id_key),
        lambda: KeyRing(keys_pool, located.wrapping_key, clock),
        installation.sleep,
    )


def name_index(installation: Installation) -> NameIndexInKeys:
    hashes = WordHashes(installation.located.id_key)
    return NameIndexInKeys(installation.keys_pool, hashes, following(installation), installation.clock)
