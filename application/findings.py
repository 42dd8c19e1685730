"""What somebody who looks after an installation is told about one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`wrong` asks for something to be done, which `remedy` says."""

    subject: str
    said: str
    wrong: bool = False
    remedy: str = ""
