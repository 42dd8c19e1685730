"""`python -m demo` plays the story on real data, in an installation of its own that is erased at the end."""

import click

from demo.story import tell


@click.command
@click.option(
    "--one-in",
    default=1,
    type=click.IntRange(min=1),
    help="Tell the story about one customer in so many; default: 1, all customers.",
)
@click.option("--stay", is_flag=True, help="Stay until Ctrl-C, and show links to the console for each role.")
def main(one_in: int, stay: bool) -> None:
    """Tell the story on real data, in an installation of its own that is erased at the end."""
    tell(one_in, stays=stay)


if __name__ == "__main__":
    main(prog_name="demo")
