"""The reserve is made where there is space, released when the disk is full, and made again."""

from pathlib import Path

from infrastructure.processes.reserve import LOW_BYTES, Reserve, reserve_file

MIB = 1024 * 1024


class Disk:
    """So many bytes are free."""

    def __init__(self, free: int) -> None:
        self.free = free

    def __call__(self, _: Path) -> int:
        return self.free


def test_a_reserve_is_made_released_and_made_again(tmp_path: Path) -> None:
    disk = Disk(free=1024 * MIB)
    reserve, file = Reserve(tmp_path, MIB, disk), reserve_file(tmp_path)
    reserve.look_after()
    assert file.stat().st_blocks * 512 >= MIB
    disk.free = LOW_BYTES
    reserve.look_after()
    assert file.exists()
    disk.free = LOW_BYTES - 1
    reserve.look_after()
    assert not file.exists()
    disk.free = LOW_BYTES + 2 * MIB - 1
    reserve.look_after()
    assert not file.exists()
    disk.free = LOW_BYTES + 2 * MIB
    reserve.look_after()
    assert file.exists()


def test_without_a_size_there_is_no_reserve_and_one_that_is_left_goes(tmp_path: Path) -> None:
    disk = Disk(free=1024 * MIB)
    Reserve(tmp_path, MIB, disk).look_after()
    without = Reserve(tmp_path, 0, disk)
    without.look_after()
    without.look_after()
    assert not reserve_file(tmp_path).exists()


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("in the way")
    Reserve(tmp_path, MIB, Disk(free=1024 * MIB)).look_after()
