# What the designs cost, earn and emit, and what was published.


rule assess_designs:
    input:
        FIRST_DESIGNS,
    output:
        designs=report(
            RESULTS / "designs.csv",
            category="Tables",
            labels={"table": "designs"},
            caption="captions/designs_table.rst",
        ),
    log:
        LOGS / "assess_designs.log",
    benchmark:
        BENCHMARKS / "assess_designs.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        designs=DESIGNS,
        code=code("assess_designs"),
    script:
        "../scripts/assess_designs.py"


rule compare_published:
    input:
        published=PUBLISHED,
        reasons=PROJECT / "resources/published/reasons.yaml",
        config=RESULTS / "config.yaml",
        designs=DESIGN_TABLE,
        groups=GROUP_TABLE,
        dwellings=expand(RESULTS / "operation/{case}.csv", case=UNIT_CASES),
        units=UNIT_COMPARISON,
        qualities=OWN_QUALITIES,
    output:
        published=report(
            RESULTS / "published.csv",
            category="Tables",
            labels={"table": "published"},
            caption="captions/published.rst",
        ),
    log:
        LOGS / "compare_published.log",
    benchmark:
        BENCHMARKS / "compare_published.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("compare_published"),
    script:
        "../scripts/compare_published.py"


rule account_dwellings:
    input:
        operation_price_files,
        demand=operation_demand,
        design=operation_design,
        generation=RESULTS / "operation/{case}_generation.nc",
        dwellings=RESULTS / "operation/{case}.csv",
    output:
        account=RESULTS / "operation/{case}_account.csv",
        metering=RESULTS / "operation/{case}_metering.csv",
    log:
        LOGS / "account_dwellings/{case}.log",
    benchmark:
        BENCHMARKS / "account_dwellings/{case}.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        inputs=account_params,
        code=code("account_dwellings"),
    script:
        "../scripts/account_dwellings.py"


rule assess_groups:
    input:
        groups=GROUPS,
        accounts=GROUP_ACCOUNTS,
    output:
        groups=report(
            RESULTS / "groups.csv",
            category="Tables",
            labels={"table": "groups"},
            caption="captions/groups_table.rst",
        ),
    log:
        LOGS / "assess_groups.log",
    benchmark:
        BENCHMARKS / "assess_groups.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        code=code("assess_groups"),
    script:
        "../scripts/assess_groups.py"


rule assess_metering:
    input:
        table=DESIGN_TABLE,
        groups=GROUPS,
        dwellings=GROUP_METERING,
    output:
        metering=report(
            RESULTS / "metering.csv",
            category="Tables",
            labels={"table": "metering"},
            caption="captions/metering_table.rst",
        ),
    log:
        LOGS / "assess_metering.log",
    benchmark:
        BENCHMARKS / "assess_metering.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        designs=DESIGNS,
        settlement=CONFIG.settlement.model_dump(mode="json"),
        code=code("assess_metering"),
    script:
        "../scripts/assess_metering.py"


rule assess_service:
    input:
        table=DESIGN_TABLE,
        dwellings=DWELLINGS,
        accounts=GROUP_ACCOUNTS,
    output:
        service=report(
            RESULTS / "service.csv",
            category="Tables",
            labels={"table": "service"},
            caption="captions/service_table.rst",
        ),
    log:
        LOGS / "assess_service.log",
    benchmark:
        BENCHMARKS / "assess_service.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        designs=DESIGNS,
        cases={case: account_of(case).model_dump(mode="json") for case in CASES},
        code=code("assess_service"),
    script:
        "../scripts/assess_service.py"


rule collect_control:
    input:
        tables=CONTROLLED,
    output:
        control=report(
            RESULTS / "control.csv",
            category="Tables",
            labels={"table": "control"},
            caption="captions/control_table.rst",
        ),
    log:
        LOGS / "collect_control.log",
    benchmark:
        BENCHMARKS / "collect_control.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("collect_control"),
    script:
        "../scripts/collect_control.py"


rule compare_units:
    input:
        operations=expand(RESULTS / "operation/{case}.nc", case=UNIT_CASES),
        factors=[file.path for file in factor_files(CONFIG)],
    output:
        comparison=report(
            RESULTS / "comparison.csv",
            category="Tables",
            labels={"table": "comparison"},
            caption="captions/units_table.rst",
        ),
        economics=report(
            RESULTS / "comparison_economics.csv",
            category="Tables",
            labels={"table": "comparison_economics"},
            caption="captions/units_money_table.rst",
        ),
    log:
        LOGS / "compare_units.log",
    benchmark:
        BENCHMARKS / "compare_units.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        inputs=comparison_inputs(CONFIG).model_dump(mode="json"),
        code=code("compare_units"),
    script:
        "../scripts/compare_units.py"
