"""Finds the CDNOW purchase log in a folder that the user names, else in the wheel of the package `lifetimes`."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from demo.errors import SamplesMissing

VARIABLE = "FARLEY_SAMPLES"
ROOT = Path(__file__).parent.parent
NAME = "cdnow_sample.txt"
PACKAGE = "lifetimes==0.11.3"
INSIDE = "lifetimes/datasets/CDNOW_sample.txt"
SHA256 = "6fae10155c0b0ba363c2c386e30f77990d22328220efd862a5edd1443420d94a"
DOWNLOAD_SECONDS = 60
COMMAND = (
    *(
        sys.executable,
        "-P",
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--quiet",
        "--no-input",
    ),
    *("--disable-pip-version-check", "--retries", "1", "--timeout", "10", PACKAGE),
)


def where_the_log_comes_from() -> str:
    return f"the folder of {VARIABLE}" if os.environ.get(VARIABLE) else "the Python package lifetimes"


def purchase_log() -> str:
    """Returns the text of the log, which is downloaded once into the folder FARLEY_HOME.

    Raises SamplesMissing, which says how to get the log.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return _checked(_named_file(Path(named)).read_bytes())
    folder = ROOT / os.environ.get("FARLEY_HOME", ".farley") / "samples"
    wheel = _wheel_in(folder) or _download(folder)
    with zipfile.ZipFile(wheel) as archive:
        return _checked(archive.read(INSIDE))


def _named_file(folder: Path) -> Path:
    if not (folder / NAME).is_file():
        raise SamplesMissing(f"FARLEY_SAMPLES is {folder}, which has no {NAME}.")
    return folder / NAME


def _wheel_in(folder: Path) -> Path | None:
    return next((path for path in sorted(folder.glob("*.whl")) if zipfile.is_zipfile(path)), None)


def _download(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            [*COMMAND, "--dest", str(folder)],
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SamplesMissing(_explained("it took longer than a minute")) from error
    wheel = _wheel_in(folder)
    if done.returncode != 0 or wheel is None:
        raise SamplesMissing(_explained(_last_error(done.stderr)))
    return wheel


def _last_error(output: str) -> str:
    errors = [line.removeprefix("ERROR: ") for line in output.splitlines() if line.startswith("ERROR")]
    return errors[-1] if errors else "pip download failed"


def _explained(why: str) -> str:
    return (
        f"The demo's purchase log could not be downloaded: {why}. It is in the Python package {PACKAGE}."
        f" Go online once, or set FARLEY_SAMPLES to a folder that has it as {NAME}."
    )


def _checked(data: bytes) -> str:
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise SamplesMissing(
            "This is not the CDNOW purchase log that the demo tells about: it has other bytes."
        )
    return data.decode("ascii")
