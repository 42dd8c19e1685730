"""The command `farley`, with one verb for each task of an operator. A verb's module is imported on its use."""

import importlib
import sys

import click

from domain.errors import FarleyError

VERBS = {
    "up": "interfaces.cli.processes:up",
    "web": "interfaces.cli.processes:web",
    "projector": "interfaces.cli.processes:projector",
    "scheduler": "interfaces.cli.processes:scheduler",
    "dispatcher": "interfaces.cli.processes:dispatcher",
    "migrate": "interfaces.cli.processes:migrate",
    "import": "interfaces.cli.imports:imports",
    "project": "interfaces.cli.project:project",
    "view": "interfaces.cli.view:view",
    "audience": "interfaces.cli.audience:audience",
    "history": "interfaces.cli.history:history",
    "explain": "interfaces.cli.explain:explain",
    "message": "interfaces.cli.message:message",
    "replay": "interfaces.cli.replay:replay",
    "keys": "interfaces.cli.keys:keys",
    "names": "interfaces.cli.names:names",
    "arm": "interfaces.cli.arm:arm",
    "check": "interfaces.cli.check:check",
}

EPILOG = "In the folder of the project, type bin/farley wherever this help or a message says farley."


class Verbs(click.Group):
    """Lists the verbs in the order of VERBS, and imports a verb's module when the verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(
    cls=Verbs,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name=None, version="0.1.0", prog_name="farley")
def farley() -> None:
    """Farley remembers every touchpoint with a customer, and respects a complaint."""


def main() -> None:
    """Runs `farley`. A FarleyError or OSError becomes one line on standard error, and the exit code is 1."""
    try:
        farley.main(prog_name="farley")
    except FarleyError as refused:
        click.echo(f"farley: {refused.message}", err=True)
        sys.exit(1)
    except OSError as refused:
        click.echo(f"farley: {refused.strerror or refused}: {refused.filename or ''}".rstrip(": "), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
