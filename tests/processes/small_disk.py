"""A small disk for the home of one `farley up`: a tmpfs in a mount namespace of its own."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.processes.up import Up

MIB = 1024 * 1024
_MOUNT = 'mount -t tmpfs -o size={size}m,mode=0711 tmpfs "$FARLEY_HOME" && exec {again} "$@"'


class NoSmallDisk(Exception):
    """No small disk can be mounted on this machine."""


def on_own_disk(size: int) -> list[str]:
    """A command that runs another with a disk of `size` MiB at FARLEY_HOME, which no other process sees.

    The folder has to exist. Raises NoSmallDisk.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        raise NoSmallDisk("there is no unshare, to mount a small disk with")
    user = os.geteuid()
    command = [unshare, "--mount", *([] if user == 0 else ["--user", "--map-root-user"])]
    tried = subprocess.run(
        [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    if tried.returncode:
        raise NoSmallDisk(f"no small disk can be mounted here: {tried.stderr.decode().strip()}")
    # An ordinary user may mount a disk as the root of a namespace; Farley itself runs as the user again.
    again = "" if user == 0 else f"{unshare} --user --map-user={user} --map-group={os.getegid()}"
    return [*command, "sh", "-c", _MOUNT.format(size=size, again=again), "sh"]


def disk_of(up: Up) -> Path:
    """The home on its own disk, as other processes reach it."""
    return Path(f"/proc/{up.process.pid}/root{up.home}")


def fill(folder: Path, leave: int = 0) -> None:
    """Writes a file until no more than `leave` MiB are free."""
    try:
        with (folder / f"filler {os.urandom(8).hex()}").open("wb", buffering=0) as file:
            while not leave or shutil.disk_usage(folder).free > leave * MIB:
                file.write(b"\0" * MIB)
    except OSError:
        return


def free(folder: Path) -> None:
    """Deletes all files that `fill` wrote."""
    for filler in folder.glob("filler *"):
        filler.unlink()
