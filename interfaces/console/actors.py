"""Who stated a fact, as pages name them."""


def name_of(actor: str) -> str:
    """Returns the name of an actor: `person:maria` -> `maria`. An actor without a kind is named as it is."""
    return actor.partition(":")[2] or actor
