"""`farley demo`: the story, on real data, in a store that is thrown away."""

import click


@click.command
def demo() -> None:
    """Tell the story on real data, in a store of its own that is erased at the end."""
    # here and not above: no other verb needs rich and all that a store is made of
    from interfaces.demo.story import tell

    tell()
