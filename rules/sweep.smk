# Many samples of the configuration, each designed anew.


rule prepare_sweep:
    input:
        design_price_files,
        demand=design_demand,
    output:
        library=RESULTS / "sweep/{scenario}/library.json",
    log:
        LOGS / "prepare_sweep/{scenario}.log",
    benchmark:
        BENCHMARKS / "prepare_sweep/{scenario}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=design_memory,
        runtime=growing(60),
    params:
        config=sweep_params,
        scenario=sweep_scenario,
        code=code("prepare_sweep"),
    script:
        "../scripts/prepare_sweep.py"


rule sweep_designs:
    input:
        design_price_files,
        demand=design_demand,
        library=RESULTS / "sweep/{scenario}/library.json",
    output:
        rows=RESULTS / "sweep/{scenario}/{chunk}.parquet",
        designs=RESULTS / "sweep/{scenario}/{chunk}_designs.parquet",
    log:
        LOGS / "sweep_designs/{scenario}_{chunk}.log",
    benchmark:
        BENCHMARKS / "sweep_designs/{scenario}_{chunk}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=design_memory,
        runtime=growing(240),
    params:
        config=sweep_params,
        scenario=sweep_scenario,
        code=code("sweep_designs"),
    script:
        "../scripts/sweep_designs.py"


rule summarise_sweep:
    input:
        rows=expand(
            RESULTS / "sweep/{scenario}/{chunk}.parquet",
            scenario=SWEPT_SCENARIOS,
            chunk=SWEEP_CHUNKS,
        ),
        designs=expand(
            RESULTS / "sweep/{scenario}/{chunk}_designs.parquet",
            scenario=SWEPT_SCENARIOS,
            chunk=SWEEP_CHUNKS,
        ),
    output:
        sweep=RESULTS / "sweep.parquet",
        summary=report(
            RESULTS / "sweep_summary.csv",
            category="Tables",
            labels={"table": "sweep_summary"},
            caption="captions/sweep.rst",
        ),
        sensitivity=RESULTS / "sweep_sensitivity.csv",
        regret=RESULTS / "sweep_regret.csv",
        figures=report(
            directory(RESULTS / "sweep_figures"),
            patterns=["{name}.svg"],
            category="Figures of the sweep",
            labels={"figure": "{name}"},
            caption="captions/figure.rst",
        ),
    log:
        LOGS / "summarise_sweep.log",
    benchmark:
        BENCHMARKS / "summarise_sweep.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        config=SWEEP_CONFIG,
        code=code("summarise_sweep"),
    script:
        "../scripts/summarise_sweep.py"


rule trace_front:
    input:
        design_price_files,
        demand=design_demand,
    output:
        front=RESULTS / "fronts/{scenario}.csv",
        svg=report(
            RESULTS / "fronts/{scenario}.svg",
            category="Fronts of cost against CO2",
            labels={"scenario": "{scenario}"},
            caption="captions/front.rst",
        ),
        pdf=RESULTS / "fronts/{scenario}.pdf",
    log:
        LOGS / "trace_front/{scenario}.log",
    benchmark:
        BENCHMARKS / "trace_front/{scenario}.tsv"
    conda:
        ENVIRONMENT
    threads: solve_threads
    resources:
        mem_mb=design_memory,
        runtime=growing(240),
    params:
        inputs=design_params,
        solve=solve_params,
        code=code("trace_front"),
    script:
        "../scripts/trace_front.py"
