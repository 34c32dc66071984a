"""Results on disk: whole or not at all; what is said of a full disk and of damage."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from microchp import files
from microchp.files import damaged, no_room, read_netcdf, read_table, whole, write_netcdf
from microchp.workflow import job_log


def netcdf(path: Path) -> None:
    write_netcdf(xr.Dataset({"x": ("time", range(9999), {"units": "kW", "long_name": "x"})}), path)


def cut(write: Callable[[Path], object]) -> Callable[[Path], object]:
    def write_and_cut(path: Path) -> None:
        write(path)
        path.write_bytes(path.read_bytes()[:300])

    return write_and_cut


@pytest.mark.parametrize(
    ("name", "write", "read"),
    [
        ("a.nc", cut(netcdf), read_netcdf),
        (
            "a.parquet",
            cut(lambda p: pd.DataFrame({"a": range(999)}).to_parquet(p)),
            pd.read_parquet,
        ),
        ("a.csv", lambda p: p.write_bytes(b""), lambda p: read_table(p, [])),
        ("b.csv", lambda p: p.write_text('a,b\n1,"2'), lambda p: pd.read_csv(p, engine="python")),
    ],
)
def test_a_job_names_a_damaged_result_as_such(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    write: Callable[[Path], object],
    read: Callable[[Path], object],
) -> None:
    write(tmp_path / name)
    with pytest.raises(SystemExit), job_log(tmp_path / "logs/job.log"):
        read(tmp_path / name)
    assert "cut short or damaged" in capsys.readouterr().err
    assert not damaged(ValueError("of something else"))


def test_a_full_disk_is_named_though_the_library_that_writes_does_not_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(folder: Path) -> None:
        assert folder == tmp_path
        raise OSError(errno.ENOSPC, "No space left on device")

    def write() -> None:
        with whole(tmp_path / "a.nc"):
            raise RuntimeError("NetCDF: HDF error")

    with pytest.raises(RuntimeError, match="HDF error"):  # there is room: it is something else
        write()
    monkeypatch.setattr(files, "_try_writing", full)
    with pytest.raises(OSError, match=r"No space left on device: .*a\.nc") as caught:
        write()
    assert no_room(caught.value)
    with (
        caplog.at_level(logging.ERROR),
        pytest.raises(SystemExit),
        job_log(tmp_path / "logs/job.log"),
    ):
        write()
    assert "make room and run again" in caplog.text
    assert list(tmp_path.glob("*")) == [tmp_path / "logs"]


def test_a_full_disk_is_named_though_its_clean_up_fails_too(tmp_path: Path) -> None:
    """As that of a drawing does, whose stream is closed half written."""
    with pytest.raises(ValueError, match="closed") as caught, whole(tmp_path / "a.pdf"):
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        finally:
            raise ValueError("stream is closed")
    assert no_room(caught.value) is not None
    assert no_room(ValueError("stream is closed")) is None
