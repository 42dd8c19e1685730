"""What a check of an installation reports to its operator."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of checking one subject.

    `wrong` means that the operator has to act, and `remedy` says how. `doubtful` means that it may be intended.
    """

    subject: str
    message: str
    wrong: bool = False
    doubtful: bool = False
    remedy: str = ""
