"""Designs of a large grid, of which a job makes many, and of variants with other demands."""

import re

import pandas as pd
import pytest
from conftest import Workflow
from same_results import differences

pytestmark = pytest.mark.slow


@pytest.mark.faults
def test_designs_do_not_depend_on_how_many_a_job_makes(tiny: Workflow) -> None:
    blocks = {"run": {"name": "blocks"}, "scenarios": {"designs_per_job": 3}}
    config = tiny.write("blocks.yaml", blocks)
    done = tiny.run(config, "--cores", "2")
    assert done.returncode == 0, done.stdout
    # what a run has done is told by stage, and by what its last design says
    assert "2 solve_block" in done.stdout
    assert re.search(r"solve_model cottage-none-with and 2 more: .*; \d of 2", done.stdout)
    both = [tiny.results(name) for name in ("tiny", "blocks")]
    differ = differences(*both)
    assert [name for name in differ if name.startswith(("designs", "metering", "service"))] == []
    assert tiny.planned(config) == {}
    # a value that one block has in it makes that block again, and the other stays
    blocks |= {"incentives": {"fit": {"generation_gbp_per_kwh": 0.2}}}
    planned = tiny.planned(tiny.write("blocks.yaml", blocks))
    assert {"solve_block_0", "solve_block_1"} <= set(planned)
    cheaper = {"tes": {"capital_cost_gbp_per_kwh": 10.0}}
    planned = tiny.planned(tiny.write("blocks.yaml", blocks | {"incentives": {}} | cheaper))
    assert "solve_block_0" in planned
    assert not {"build_demand", "resample_demand", "solve_model"} & set(planned)
    # what is deleted comes back
    (both[1] / "designs/cottage-fit-without.nc").unlink()
    planned = tiny.planned(tiny.write("blocks.yaml", blocks | {"incentives": {}}))
    assert "solve_block_1" in planned
    assert "solve_block_0" not in planned


def test_a_design_that_fails_in_a_block_leaves_the_others(workflow: Workflow) -> None:
    weak = {"boiler": {"max_heat_kw": 0.1}, "chp": {"sizes_kw": [0]}}
    grid = {"incentive": ["none"], "tes": ["without"], "designs_per_job": 3}
    grid |= {"variants": {"weak": weak, "dear": {"tariff": {"gas_gbp_per_kwh": 0.07}}}}
    config = workflow.write("failing.yaml", {"run": {"name": "failing_block"}, "scenarios": grid})
    done = workflow.run(config, "--cores", "1")
    assert done.returncode == 1
    assert re.search(r"^  solve_model cottage-none-without-weak: .*kW", done.stdout, re.MULTILINE)
    results = workflow.results("failing_block")
    designed = ["cottage-none-without", "cottage-none-without-dear"]
    assert list(pd.read_csv(results / "designs.csv")["scenario"]) == designed
    page = (results / "report/index.html").read_text(encoding="utf-8")
    assert "Failed: solve_model cottage-none-without-weak." in page


def test_a_variant_of_the_demand_is_designed_as_a_run_of_it_is(tiny: Workflow) -> None:
    demand = pd.read_csv(tiny.directory / "cottage.csv", index_col="time")
    (demand * [0.6, 1, 1]).to_csv(tiny.directory / "insulated.csv")
    insulated = {"demand": {"files": {"cottage": "insulated.csv"}}}
    dear = {"tariff": {"gas_gbp_per_kwh": 0.08}}
    variants = {"insulated": insulated, "insulated_dear": insulated | dear, "dear": dear}
    grid = {"incentive": ["none"], "tes": ["with"], "variants": variants}
    config = tiny.write("demands.yaml", {"run": {"name": "demands"}, "scenarios": grid})
    assert tiny.planned(config)["build_demand"] == {"cottage", "cottage-insulated"}
    done = tiny.run(config, "--cores", "2")
    assert done.returncode == 0, done.stdout
    assert tiny.planned(config) == {}
    rows = pd.read_csv(tiny.results("demands") / "designs.csv").set_index("variant", drop=False)
    assert rows.loc["insulated", "bau_cost_gbp"] < rows["bau_cost_gbp"].iloc[0]
    page = (tiny.results("demands") / "report/index.html").read_text(encoding="utf-8")
    assert "Cottage (Insulated)" in page
    # the same demand in a run of its own
    alone = {"demand": {"source": "file", "files": {"cottage": "insulated.csv"}}}
    grid = {"incentive": ["none"], "tes": ["with"], "variants": {"dear": dear}}
    own = tiny.write("alone.yaml", {"run": {"name": "alone"}, "scenarios": grid} | alone)
    done = tiny.run(own, "--cores", "2")
    assert done.returncode == 0, done.stdout
    other = pd.read_csv(tiny.results("alone") / "designs.csv")
    names = {"scenario", "variant", "solve_seconds"}
    columns = [name for name in other if name not in names]
    pd.testing.assert_frame_equal(
        rows.loc[["insulated", "insulated_dear"], columns].reset_index(drop=True), other[columns]
    )
