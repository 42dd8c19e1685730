"""Where an installation keeps the files of imports."""

from infrastructure.imports.files import FolderOfImports
from infrastructure.machine.settings import Settings


def folder_of_imports(settings: Settings) -> FolderOfImports:
    return FolderOfImports(settings.home / "imports")
