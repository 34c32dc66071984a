# What a reader opens, and what the run was made with.


rule write_config:
    output:
        config=RESULTS / "config.yaml",
    log:
        LOGS / "write_config.log",
    benchmark:
        BENCHMARKS / "write_config.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        config=CONFIG.model_dump(mode="json"),
        code=code("write_config"),
    script:
        "../scripts/write_config.py"


rule write_scenarios:
    output:
        scenarios=RESULTS / "scenarios.csv",
    log:
        LOGS / "write_scenarios.log",
    benchmark:
        BENCHMARKS / "write_scenarios.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        rows=scenario_rows(SCENARIOS),
        code=code("write_scenarios"),
    script:
        "../scripts/write_scenarios.py"


rule plot_figures:
    input:
        table=RESULTS / "designs.csv",
        designs=DESIGNS,
    output:
        figures=directory(RESULTS / "figures"),
    log:
        LOGS / "plot_figures.log",
    benchmark:
        BENCHMARKS / "plot_figures.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("plot_figures"),
    script:
        "../scripts/plot_figures.py"


rule build_report:
    input:
        table=RESULTS / "designs.csv",
        designs=DESIGNS,
        figures=RESULTS / "figures",
        config=RESULTS / "config.yaml",
        qualities=QUALITIES,
        calibrations=CALIBRATIONS,
        comparison=COMPARISON,
    output:
        report=RESULTS / "report/index.html",
    log:
        LOGS / "build_report.log",
    benchmark:
        BENCHMARKS / "build_report.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("build_report"),
    script:
        "../scripts/build_report.py"
