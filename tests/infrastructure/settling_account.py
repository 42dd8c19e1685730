"""Twenty processes ask at once for the account of a new server, on a machine that lacks it; what each is told.

Runs in a mount namespace of its own, its folder of accounts a copy.
"""

import json
import multiprocessing
import pwd
from multiprocessing.synchronize import Barrier
from typing import Any

from infrastructure.postgres.account import OWN_ACCOUNT, unprivileged_account

AT_ONCE = 20


def ask(together: Barrier, answers: Any) -> None:
    together.wait()
    account = unprivileged_account()
    answers.put((account.name, account.uid))


def main() -> None:
    assert OWN_ACCOUNT not in {entry.pw_name for entry in pwd.getpwall()}
    fork = multiprocessing.get_context("fork")
    together, answers = fork.Barrier(AT_ONCE), fork.SimpleQueue()
    processes = [fork.Process(target=ask, args=[together, answers]) for _ in range(AT_ONCE)]
    for process in processes:
        process.start()
    given = [answers.get() for _ in processes]
    print(json.dumps({"given": given, "stored": pwd.getpwnam(OWN_ACCOUNT).pw_uid}))


if __name__ == "__main__":
    main()
