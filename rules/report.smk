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
        mem_mb=growing(500),
        runtime=growing(5),
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
        mem_mb=growing(500),
        runtime=growing(5),
    params:
        rows=scenario_rows(CONFIG, GRID, DEMAND_NAMES),
        code=code("write_scenarios"),
    script:
        "../scripts/write_scenarios.py"


rule plot_figures:
    input:
        table=RESULTS / "designs.csv",
    output:
        figures=report(
            directory(RESULTS / "figures"),
            patterns=["{name}.svg"],
            category="Figures of designs",
            labels={"figure": "{name}"},
            caption="captions/figure.rst",
        ),
    log:
        LOGS / "plot_figures.log",
    benchmark:
        BENCHMARKS / "plot_figures.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        designs=DESIGNS,
        code=code("plot_figures"),
    script:
        "../scripts/plot_figures.py"


rule plot_plants:
    input:
        designs=RESULTS / "designs.csv",
    output:
        table=RESULTS / "plants.csv",
        svg=report(
            RESULTS / "plants.svg",
            category="Figures of designs",
            labels={"figure": "plants"},
            caption="captions/plants.rst",
        ),
        pdf=RESULTS / "plants.pdf",
    log:
        LOGS / "plot_plants.log",
    benchmark:
        BENCHMARKS / "plot_plants.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        parts=PLANTS,
        code=code("plot_plants"),
    script:
        "../scripts/plot_plants.py"


rule build_report:
    input:
        config=RESULTS / "config.yaml",
        table=DESIGN_TABLE,
        figures=DESIGN_FIGURES,
        qualities=QUALITIES,
        calibrations=CALIBRATIONS,
        comparison=COMPARISON,
        precision=PRECISION,
        control=[*CONTROL_TABLE, *CONTROL_FIGURE],
        groups_table=GROUP_TABLE,
        groups=GROUPS,
        dwellings=DWELLINGS,
        first=FIRST_DWELLINGS,
        group_figures=GROUP_FIGURES,
        diversity=GROUP_DIVERSITY,
        metering=METERING,
        service=SERVICE,
        unit_comparison=UNIT_COMPARISON,
        unit_figures=UNIT_FIGURES,
        sweep=SWEEP,
        sweep_regret=SWEEP_REGRET,
        sweep_figures=SWEEP_FIGURES,
    output:
        report=report(
            RESULTS / "report/index.html",
            category="Page",
            labels={"result": "The page of the run"},
            caption="captions/page.rst",
        ),
    log:
        LOGS / "build_report.log",
    benchmark:
        BENCHMARKS / "build_report.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        designs=DESIGNS,
        demand_variants=[DEMAND_OF[name][1] for name in HOUSES],
        benchmarks=str(BENCHMARKS),
        failures={failure.job: failure.cause for failure in FAILURES},
        today=lambda wildcards: newest_market(CONFIG.country, PROJECT / "resources").model_dump(
            mode="json"
        ),
        code=code("build_report"),
    script:
        "../scripts/build_report.py"


rule plot_groups:
    input:
        table=RESULTS / "groups.csv",
        groups=GROUPS,
        first=expand(RESULTS / "operation/{case}.nc", case=GROUP_CASES),
    output:
        figures=report(
            directory(RESULTS / "group_figures"),
            patterns=["{name}.svg"],
            category="Figures of groups",
            labels={"figure": "{name}"},
            caption="captions/figure.rst",
        ),
    log:
        LOGS / "plot_groups.log",
    benchmark:
        BENCHMARKS / "plot_groups.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        code=code("plot_groups"),
    script:
        "../scripts/plot_groups.py"


rule plot_control:
    input:
        control=RESULTS / "control.csv",
    output:
        svg=report(
            RESULTS / "control.svg",
            category="Figures of designs",
            labels={"figure": "control"},
            caption="captions/control_table.rst",
        ),
        pdf=RESULTS / "control.pdf",
    log:
        LOGS / "plot_control.log",
    benchmark:
        BENCHMARKS / "plot_control.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("plot_control"),
    script:
        "../scripts/plot_control.py"


rule plot_precision:
    input:
        designs=RESULTS / "designs.csv",
        losses=expand(
            RESULTS / "demand/{house}_{minutes}min_loss.csv", house=OWN_HOUSES, minutes=STEPS
        ),
    output:
        table=RESULTS / "precision.csv",
        svg=report(
            RESULTS / "precision.svg",
            category="Figures of designs",
            labels={"figure": "precision"},
            caption="captions/precision.rst",
        ),
        pdf=RESULTS / "precision.pdf",
    log:
        LOGS / "plot_precision.log",
    benchmark:
        BENCHMARKS / "plot_precision.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        variants=IN_TIME,
        code=code("plot_precision"),
    script:
        "../scripts/plot_precision.py"


rule plot_comparison:
    input:
        comparison=RESULTS / "comparison.csv",
        economics=RESULTS / "comparison_economics.csv",
    output:
        figures=report(
            directory(RESULTS / "comparison_figures"),
            patterns=["{name}.svg"],
            category="Figures of units",
            labels={"figure": "{name}"},
            caption="captions/figure.rst",
        ),
    log:
        LOGS / "plot_comparison.log",
    benchmark:
        BENCHMARKS / "plot_comparison.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        inputs=comparison_inputs(CONFIG).model_dump(mode="json"),
        code=code("plot_comparison"),
    script:
        "../scripts/plot_comparison.py"


rule write_manifest:
    input:
        outputs=TARGETS,
    output:
        manifest=RESULTS / "manifest.csv",
    log:
        LOGS / "write_manifest.log",
    benchmark:
        BENCHMARKS / "write_manifest.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(500),
        runtime=growing(20),
    params:
        designs=DESIGNS,
        code=code("write_manifest"),
    script:
        "../scripts/write_manifest.py"
