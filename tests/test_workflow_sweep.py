"""A sweep as a run makes it: its jobs, on any number of cores."""

import pandas as pd
import pytest
from conftest import Workflow, run_command

pytestmark = [pytest.mark.slow, pytest.mark.faults]


def test_rows_are_the_same_on_one_core_and_on_two_and_in_other_chunks(tiny: Workflow) -> None:
    inputs = {
        "tariff.gas_gbp_per_kwh": {"low": 0.025, "high": 0.05},
        "tes.capital_cost_gbp_per_kwh": {"low": 10.0, "high": 30.0},
    }
    rows = []
    for cores, chunk_samples in ((1, 8), (2, 3)):
        name = f"swept_on_{cores}"
        swept = {
            "run": {"name": name},
            "scenarios": {"incentive": ["none"]},
            "sweep": {"samples": 8, "inputs": inputs, "chunk_samples": chunk_samples},
        }
        config = tiny.write(f"{name}.yaml", swept)
        command = tiny.command(config, "--cores", str(cores))
        target = f"results/{name}/sweep.parquet"
        done = run_command([*command[:3], target, *command[3:]], tiny.directory)
        assert done.returncode == 0, done.stdout
        rows.append(pd.read_parquet(tiny.results(name) / "sweep.parquet"))
    assert len(rows[0]) == 16
    assert rows[0]["proven"].all()
    key = ["scenario", "sample"]
    one, other = (table.sort_values(key, ignore_index=True) for table in rows)
    pd.testing.assert_frame_equal(one, other, check_exact=True)
