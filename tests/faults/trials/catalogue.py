"""The faults that trials can ask for, by name, each with the installation that it needs."""

from tests.faults.trials.clients import RepeatedInput, SlowClients
from tests.faults.trials.commits import AmbiguousCommits
from tests.faults.trials.disk import FullDisk
from tests.faults.trials.held import HeldFolds
from tests.faults.trials.installation import installed, installed_on_small_disk, installed_twice
from tests.faults.trials.mail import FaultyMail
from tests.faults.trials.poison import Poison
from tests.faults.trials.processes import Doubles, ImmediateStops, Kills, Leases
from tests.faults.trials.rebuilds import Rebuilds
from tests.faults.trials.session import Kind

_commits = AmbiguousCommits()
FAULTS = {
    kind.fault.name: kind
    for kind in (
        Kind(fault=Kills(), installed=installed),
        Kind(fault=ImmediateStops(), installed=installed),
        Kind(fault=Leases(), installed=installed_twice),
        Kind(fault=HeldFolds(), installed=installed),
        Kind(fault=Rebuilds(), installed=installed),
        Kind(fault=FullDisk(), installed=installed_on_small_disk),
        Kind(fault=Doubles(), installed=installed_twice),
        Kind(fault=FaultyMail(), installed=installed),
        Kind(fault=SlowClients(), installed=installed),
        Kind(fault=RepeatedInput(), installed=installed),
        Kind(fault=Poison(), installed=installed),
        Kind(fault=_commits, installed=_commits.installed),
    )
}
