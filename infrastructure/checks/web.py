"""Whether the web process answers. It notes no passes in the database, so it is asked itself."""

from application.findings import Finding
from infrastructure.machine.settings import Settings
from infrastructure.processes.greeting import LONGEST_SECONDS, Greeting
from infrastructure.processes.home_lock import port_of_up
from infrastructure.processes.web import HOST


def answering(settings: Settings) -> Finding:
    """Asks the web process of this machine, on the port of `farley up` if it runs, or else of the settings."""
    port = port_of_up(settings.home) or settings.port
    with Greeting(port) as greeting:
        if greeting.answered(within=LONGEST_SECONDS):
            return Finding(subject="web", message=f"answers at {HOST}:{port}.")
    return Finding(
        subject="web",
        message=f"does not answer at {HOST}:{port}.",
        doubtful=True,
        remedy="Start `farley up`, or `farley web` alone. If it has another port, set FARLEY_PORT to that one.",
    )
