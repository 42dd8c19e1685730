"""The text that `farley up` prints when it runs."""

from infrastructure.processes.supervisor import Started
from infrastructure.processes.web import HOST


def banner(started: Started) -> str:
    """Lines for a person, by eye."""
    settings = started.located.settings
    site = f"http://{HOST}:{settings.port}"
    lines = {
        "listens on": f"{site}   (change the port with FARLEY_PORT)",
        "console": _console(started),
        "API": f"{site}/docs",
        "administrator": _administrator(started),
        "data": f"{settings.home.resolve()}   (change the folder with FARLEY_HOME)",
        "reporting": _reporting(started),
        "e-mail": _transport(started),
        "stop": "Ctrl-C",
    }
    width = max(map(len, lines)) + 3
    rows = [f"  {name:<{width}}{text}" for name, text in lines.items()]
    return "\n".join(["", "Farley runs.", "", *rows, ""])


def reminder(new_key: str) -> str:
    """Lines that show the administrator's key once more, below what the processes wrote meanwhile."""
    return (
        "\nThe administrator's key once more, as the README's examples need it. It is not shown again.\n\n"
        f"  KEY={new_key}\n"
    )


def _console(started: Started) -> str:
    if started.sign_in_url is None:
        here = f"{started.located.settings.public_url}/console"
        return f"{here}   (for a link that signs you in: bin/farley keys sign-in administrator)"
    return f"{started.sign_in_url}   (signs the administrator in, once, within 15 minutes)"


def _administrator(started: Started) -> str:
    ended = "; the key that stood in FARLEY_ADMIN_KEY before is refused from now on"
    return _key(started) + (ended if started.former_key_ended else "")


def _key(started: Started) -> str:
    if started.new_key is not None:
        return f"{started.new_key}   (shown at this start only; send it as: Authorization: Bearer <key>)"
    if started.located.settings.admin_key is not None:
        return "the key in FARLEY_ADMIN_KEY"
    return "the key of the first start; for another one: bin/farley keys create NAME --scope admin"


def _reporting(started: Started) -> str:
    if started.reporting_url is not None:
        return f"psql '{started.reporting_url}'"
    return "as farley_reporting on the server of DATABASE_URL, with a password that you give it there"


def _transport(started: Started) -> str:
    if started.located.settings.smtp_url is not None:
        return "transport smtp, the next hop is the one in FARLEY_SMTP_URL"
    return f"transport drop: messages are put into {started.located.drop_folder.resolve()}, none is sent"
