"""Imports every module of every context, so that all facts and aggregates are registered."""

from importlib import import_module
from pathlib import Path

from domain.contexts import CONTEXTS

for context in CONTEXTS:
    for path in sorted((Path(__file__).parent / context.name).glob("*.py")):
        import_module(f"domain.{context.name}.{path.stem}")
