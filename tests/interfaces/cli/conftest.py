"""An operator at the command line."""

import base64

import pytest
from click.testing import CliRunner, Result

from domain.errors import FarleyError
from infrastructure.machine import logs
from interfaces.cli.main import farley
from tests.world import World


class Operator:
    """Somebody at the command line of a world's installation."""

    def __init__(self, world: World) -> None:
        located = world.located
        self.environment = {
            "FARLEY_HOME": str(located.settings.home),
            "FARLEY_REGION": "DE",
            "DATABASE_URL": located.database_url,
            "FARLEY_KEYS_URL": located.keys_url,
            "FARLEY_ID_KEY": base64.b64encode(located.id_key).decode(),
            "FARLEY_WRAPPING_KEY": base64.b64encode(located.wrapping_key).decode(),
        }

    def types(self, *words: str, answers: str | None = None) -> Result:
        return CliRunner().invoke(farley, words, env=self.environment, input=answers)

    def gets(self, *words: str) -> str:
        """What a verb says that has done its work."""
        result = self.types(*words)
        assert result.exit_code == 0, result.output + repr(result.exception)
        return result.output

    def is_refused(self, *words: str) -> FarleyError:
        refused = self.types(*words).exception
        assert isinstance(refused, FarleyError), refused
        return refused


@pytest.fixture
def operator(world: World, monkeypatch: pytest.MonkeyPatch) -> Operator:
    # Log lines of this process are the tests' own business.
    monkeypatch.setattr(logs, "configure", lambda process: None)
    return Operator(world)
