"""`python -m demo` plays the story on real data, in an installation of its own that is erased at the end."""

import click

from demo.story import tell


@click.command
def main() -> None:
    """Tell the story on real data, in an installation of its own that is erased at the end."""
    tell()


if __name__ == "__main__":
    main(prog_name="demo")
