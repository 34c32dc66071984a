"""A Slurm cluster of one node on this machine, for as long as a test runs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "munged", "sinfo", "sbatch")
# Not through SLURM_CONF, which the step of a job takes out of its environment.
CONF = Path("/etc/slurm/slurm.conf")
CPUS = 4
"""Of the node, whatever the machine has: a rule asks for so many threads."""


def lacking() -> str:
    """Why no node can be set up here; empty if one can."""
    if os.geteuid() != 0:
        return "only root can set up a Slurm node"
    programs = [name for name in PROGRAMS if shutil.which(name) is None]
    if programs:
        return f"no {', '.join(programs)}: apt-get install slurmctld slurmd slurm-client munge"
    return f"{CONF} is there: a cluster of somebody else's" if CONF.exists() else ""


def configuration(state: Path) -> str:
    """One node without accounting, which remembers its jobs for a day."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return f"""
ClusterName=one
SlurmctldHost={socket.gethostname()}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CryptoType=crypto/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
MinJobAge=86400
SlurmdParameters=config_overrides
StateSaveLocation={state}/ctld
SlurmdSpoolDir={state}/d
SlurmctldPidFile={state}/slurmctld.pid
SlurmdPidFile={state}/slurmd.pid
SlurmctldLogFile={state}/slurmctld.log
SlurmdLogFile={state}/slurmd.log
NodeName=localhost NodeHostname={socket.gethostname()} NodeAddr=127.0.0.1 CPUs={CPUS} \
RealMemory={memory_mb}
PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP DefMemPerCPU=500
"""


@contextmanager
def node(state: Path) -> Iterator[None]:
    """Set up the node; take it away again at the end."""
    for name in ("ctld", "d"):
        (state / name).mkdir(parents=True)
    CONF.write_text(configuration(state), encoding="utf-8")
    Path("/run/munge").mkdir(exist_ok=True)
    shutil.chown("/run/munge", "munge")
    munge_pid = Path("/run/munge/munged.pid")
    try:
        if not munge_pid.exists():
            subprocess.run(["runuser", "-u", "munge", "--", "munged"], check=True)
        subprocess.run(["slurmctld", "-c"], check=True)
        subprocess.run(["slurmd", "-N", "localhost"], check=True)
        deadline = time.monotonic() + 60
        while "idle" not in _asked("sinfo", "--noheader", "--format=%T"):
            if time.monotonic() > deadline:
                raise TimeoutError((state / "slurmctld.log").read_text(encoding="utf-8"))
            time.sleep(0.5)
        yield
    finally:
        for path in (state / "slurmd.pid", state / "slurmctld.pid", munge_pid):
            if path.exists():
                os.kill(int(path.read_text(encoding="utf-8")), signal.SIGTERM)
        CONF.unlink()


def _asked(*command: str) -> str:
    return subprocess.run(command, text=True, capture_output=True, check=False).stdout


def jobs() -> list[dict[str, str]]:
    """What the cluster says of every job that it has had, in the order of submission."""
    shown = _asked("scontrol", "show", "job", "--oneliner")
    found = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in shown.splitlines() if line]
    return sorted(found, key=lambda job: int(job["JobId"]))
