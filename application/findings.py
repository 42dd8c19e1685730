"""What somebody who looks after an installation is told about one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`wrong` asks for something to be done, which `remedy` says; `doubtful` asks whether it is meant so."""

    subject: str
    said: str
    wrong: bool = False
    doubtful: bool = False
    remedy: str = ""
