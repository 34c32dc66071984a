# The optimal unit and store of each scenario, with a bound.


rule solve_model:
    input:
        design_price_files,
        demand=design_demand,
    output:
        design=RESULTS / "designs/{scenario}.nc",
    log:
        LOGS / "solve_model/{scenario}.log",
    benchmark:
        BENCHMARKS / "solve_model/{scenario}.tsv"
    wildcard_constraints:
        scenario=SINGLE_PATTERN,
    conda:
        ENVIRONMENT
    threads: solve_threads
    resources:
        mem_mb=design_memory,
        runtime=solve_runtime,
    params:
        designs=designs_params,
        code=code("solve_model"),
    script:
        "../scripts/solve_model.py"


# The same for many designs of one demand, one after the other.
for number, names in enumerate(BLOCKS):

    rule:
        name:
            f"solve_block_{number}"
        input:
            block_price_files(names),
            demand=demand_of_design(names[0]),
        output:
            expand(RESULTS / "designs/{scenario}.nc", scenario=names),
        log:
            expand(LOGS / "solve_model/{scenario}.log", scenario=names),
        benchmark:
            BENCHMARKS / f"solve_block/{number}.tsv"
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=growing(memory_of_design(names[0])),
            runtime=block_runtime(names),
        params:
            designs=block_params(names),
            version=block_version(names),
            code=code("solve_model"),
        script:
            "../scripts/solve_model.py"


rule export_model:
    input:
        design_price_files,
        demand=design_demand,
    output:
        model=RESULTS / "exports/{scenario}.{ending}",
    log:
        LOGS / "export_model/{scenario}.{ending}.log",
    benchmark:
        BENCHMARKS / "export_model/{scenario}.{ending}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=design_memory,
        runtime=growing(60),
    params:
        inputs=design_params,
        code=code("export_model"),
    script:
        "../scripts/export_model.py"


rule export_pypsa:
    input:
        design=RESULTS / "designs/{scenario}.nc",
    output:
        network=directory(RESULTS / "exports/{scenario}_pypsa"),
    log:
        LOGS / "export_pypsa/{scenario}.log",
    benchmark:
        BENCHMARKS / "export_pypsa/{scenario}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("export_pypsa"),
    script:
        "../scripts/export_pypsa.py"


rule export_certificate:
    input:
        design_price_files,
        demand=design_demand,
        design=RESULTS / "designs/{scenario}.nc",
    output:
        certificate=RESULTS / "certificates/{scenario}.npz",
    log:
        LOGS / "export_certificate/{scenario}.log",
    benchmark:
        BENCHMARKS / "export_certificate/{scenario}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=design_memory,
        runtime=growing(60),
    params:
        inputs=design_params,
        solve=solve_params,
        code=code("export_certificate"),
    script:
        "../scripts/export_certificate.py"


rule trace_starts:
    input:
        design_price_files,
        demand=design_demand,
        design=RESULTS / "designs/{scenario}.nc",
    output:
        frontier=RESULTS / "starts/{scenario}.csv",
    log:
        LOGS / "trace_starts/{scenario}.log",
    benchmark:
        BENCHMARKS / "trace_starts/{scenario}.tsv"
    conda:
        ENVIRONMENT
    threads: solve_threads
    resources:
        mem_mb=design_memory,
        runtime=starts_runtime,
    params:
        inputs=design_params,
        solve=solve_params,
        prices_gbp=CONFIG.chp.start_prices_gbp,
        code=code("trace_starts"),
    script:
        "../scripts/trace_starts.py"


rule plot_starts:
    input:
        frontier=RESULTS / "starts/{scenario}.csv",
    output:
        svg=RESULTS / "starts/{scenario}.svg",
        pdf=RESULTS / "starts/{scenario}.pdf",
    log:
        LOGS / "plot_starts/{scenario}.log",
    benchmark:
        BENCHMARKS / "plot_starts/{scenario}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(500),
        runtime=growing(5),
    params:
        code=code("plot_starts"),
    script:
        "../scripts/plot_starts.py"
