# From weather, house and occupants, or a user's own file, to demand over time.


rule build_demand:
    input:
        demand_user_files,
    output:
        demand=RESULTS / "demand/{house}.nc",
        quality=RESULTS / "demand/{house}_quality.json",
    log:
        LOGS / "build_demand/{house}.log",
    benchmark:
        BENCHMARKS / "build_demand/{house}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=demand_memory,
        runtime=demand_runtime,
    params:
        inputs=demand_params,
        code=code("build_demand"),
    script:
        "../scripts/build_demand.py"


rule resample_demand:
    input:
        demand=RESULTS / "demand/{house}.nc",
    output:
        demand=RESULTS / "demand/{house}_{minutes}min.nc",
        loss=RESULTS / "demand/{house}_{minutes}min_loss.csv",
    log:
        LOGS / "resample_demand/{house}_{minutes}min.log",
    benchmark:
        BENCHMARKS / "resample_demand/{house}_{minutes}min.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        code=code("resample_demand"),
    script:
        "../scripts/resample_demand.py"


rule plot_calibration:
    input:
        demand=RESULTS / "demand/{house}.nc",
        quality=RESULTS / "demand/{house}_quality.json",
    output:
        svg=report(
            RESULTS / "demand/{house}_calibration.svg",
            category="Calibration of the demand",
            labels={"house": "{house}"},
            caption="captions/calibration.rst",
        ),
        pdf=RESULTS / "demand/{house}_calibration.pdf",
    log:
        LOGS / "plot_calibration/{house}.log",
    benchmark:
        BENCHMARKS / "plot_calibration/{house}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        code=code("plot_calibration"),
    script:
        "../scripts/plot_calibration.py"
