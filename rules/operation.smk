# Units run heat-led in every dwelling, and groups of dwellings behind a transformer.


rule simulate_dwelling:
    input:
        demand=operation_demand,
        design=operation_design,
        without_unit=without_unit(
            "operation/{}.nc", "operation/{}_generation.nc", "operation/{}.csv"
        ),
    output:
        first=RESULTS / "operation/{case}.nc",
        generation=RESULTS / "operation/{case}_generation.nc",
        table=RESULTS / "operation/{case}.csv",
    log:
        LOGS / "simulate_dwelling/{case}.log",
    benchmark:
        BENCHMARKS / "simulate_dwelling/{case}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        inputs=operation_params,
        code=code("simulate_dwelling"),
    script:
        "../scripts/simulate_dwelling.py"


rule assess_diversity:
    input:
        demand=operation_demand,
        generation=RESULTS / "operation/{case}_generation.nc",
    output:
        diversity=RESULTS / "groups/{case}_diversity.csv",
    log:
        LOGS / "assess_diversity/{case}.log",
    benchmark:
        BENCHMARKS / "assess_diversity/{case}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1500),
        runtime=growing(60),
    params:
        seed=CONFIG.run.seed,
        code=code("assess_diversity"),
    script:
        "../scripts/assess_diversity.py"


rule aggregate_group:
    input:
        generation=RESULTS / "operation/{case}_generation.nc",
        without_unit=without_unit("groups/{}.nc"),
    output:
        group=RESULTS / "groups/{case}.nc",
    log:
        LOGS / "aggregate_group/{case}.log",
    benchmark:
        BENCHMARKS / "aggregate_group/{case}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        inputs=group_params,
        code=code("aggregate_group"),
    script:
        "../scripts/aggregate_group.py"


rule dispatch_group:
    input:
        control_price_files,
        demand=control_demand,
        design=RESULTS / "designs/{scenario}.nc",
    output:
        table=RESULTS / "control/{scenario}.csv",
        flows=RESULTS / "control/{scenario}.nc",
    log:
        LOGS / "dispatch_group/{scenario}.log",
    benchmark:
        BENCHMARKS / "dispatch_group/{scenario}.tsv"
    conda:
        ENVIRONMENT
    threads: solve_threads
    resources:
        mem_mb=control_memory,
        runtime=growing(120),
    params:
        inputs=control_params,
        code=code("dispatch_group"),
    script:
        "../scripts/dispatch_group.py"
