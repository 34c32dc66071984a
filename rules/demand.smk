# From weather, house and occupants, or a user's own file, to demand over time. `house` names a
# demand: the house, with the variant where that changes what its demand is made with.


# Rules whose result another run may take from the cache (`--cache`) have no benchmark of
# Snakemake's, which rules that out; their jobs write one of the same form themselves.
rule build_demand:
    input:
        demand_user_files,
    output:
        multiext(str(RESULTS / "demand/{house}"), demand=".nc", quality="_quality.json"),
    log:
        LOGS / "build_demand/{house}.log",
    cache: True
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


# All dwellings of a group, the first of which designs are made for: large ones in parts.
if len(PARTS) == 1:

    use rule build_demand as build_group_demand with:
        output:
            multiext(str(RESULTS / "demand/group/{house}"), demand=".nc", quality="_quality.json"),
        log:
            LOGS / "build_group_demand/{house}.log",
        cache: True
        resources:
            mem_mb=group_demand_memory,
            runtime=group_demand_runtime,
        params:
            inputs=group_demand_params,
            code=code("build_demand"),

else:

    use rule build_demand as build_group_part with:
        output:
            demand=temp(RESULTS / "demand/group/{house}/{part}.nc"),
            quality=temp(RESULTS / "demand/group/{house}/{part}_quality.json"),
        log:
            LOGS / "build_group_part/{house}_{part}.log",
        cache: False
        resources:
            mem_mb=group_demand_memory,
            runtime=group_demand_runtime,
        params:
            inputs=group_demand_params,
            code=code("build_demand"),

    localrules:
        join_quality,

    rule join_quality:
        input:
            parts=group_qualities,
        output:
            joined=RESULTS / "demand/group/{house}_quality.json",
        log:
            LOGS / "join_quality/{house}.log",
        benchmark:
            BENCHMARKS / "join_quality/{house}.tsv"
        conda:
            ENVIRONMENT
        threads: 1
        resources:
            mem_mb=growing(1000),
            runtime=growing(10),
        params:
            code=code("join_quality"),
        script:
            "../scripts/join_quality.py"


rule resample_demand:
    input:
        demand=RESULTS / "demand/{house}.nc",
    output:
        multiext(str(RESULTS / "demand/{house}_{minutes}min"), demand=".nc", loss="_loss.csv"),
    log:
        LOGS / "resample_demand/{house}_{minutes}min.log",
    cache: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1500),
        runtime=growing(10),
    params:
        minutes=resample_minutes,
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
        mem_mb=growing(1500),
        runtime=growing(10),
    params:
        code=code("plot_calibration"),
    script:
        "../scripts/plot_calibration.py"
