# The published studies as one workflow: this very workflow, once for each study's configuration.


if is_wanted("oluleye2018"):

    module oluleye2018:
        snakefile:
            "../Snakefile"
        config:
            study_config("oluleye2018")

    use rule * from oluleye2018 as oluleye2018_*


if is_wanted("oluleye2018_assumptions"):

    module oluleye2018_assumptions:
        snakefile:
            "../Snakefile"
        config:
            study_config("oluleye2018_assumptions")

    use rule * from oluleye2018_assumptions as oluleye2018_assumptions_*


if is_wanted("peacock2006"):

    module peacock2006:
        snakefile:
            "../Snakefile"
        config:
            study_config("peacock2006")

    use rule * from peacock2006 as peacock2006_*


if is_wanted("depaepe2006"):

    module depaepe2006:
        snakefile:
            "../Snakefile"
        config:
            study_config("depaepe2006")

    use rule * from depaepe2006 as depaepe2006_*


localrules:
    reproduce,


rule collect_published:
    input:
        comparisons=expand("results/{study}/published.csv", study=COMPARED_STUDIES),
    output:
        published=REPRODUCTION / "published.csv",
    log:
        REPRODUCTION / "logs/collect_published.log",
    benchmark:
        REPRODUCTION / "benchmarks/collect_published.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("collect_published"),
    script:
        "../scripts/collect_published.py"


rule audit_published:
    input:
        published=expand(PROJECT / "resources/published/{paper}.csv", paper=PAPERS),
    output:
        audit=REPRODUCTION / "audit.csv",
        statements=REPRODUCTION / "statements.csv",
    log:
        REPRODUCTION / "logs/audit_published.log",
    benchmark:
        REPRODUCTION / "benchmarks/audit_published.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("audit_published"),
    script:
        "../scripts/audit_published.py"


rule assess_sensitivity:
    input:
        designs="results/oluleye2018/designs.csv",
        changed="results/oluleye2018_assumptions/designs.csv",
        published=PROJECT / "resources/published/oluleye2018.csv",
        labels=PROJECT / "resources/published/assumptions.yaml",
    output:
        sensitivity=REPRODUCTION / "sensitivity.csv",
    log:
        REPRODUCTION / "logs/assess_sensitivity.log",
    benchmark:
        REPRODUCTION / "benchmarks/assess_sensitivity.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("assess_sensitivity"),
    script:
        "../scripts/assess_sensitivity.py"


rule build_reproduction:
    input:
        published=REPRODUCTION / "published.csv",
        audit=REPRODUCTION / "audit.csv",
        statements=REPRODUCTION / "statements.csv",
        sensitivity=REPRODUCTION / "sensitivity.csv",
        designs="results/oluleye2018/designs.csv",
    output:
        page=REPRODUCTION / "index.html",
        svg=REPRODUCTION / "assumptions.svg",
        pdf=REPRODUCTION / "assumptions.pdf",
    log:
        REPRODUCTION / "logs/build_reproduction.log",
    benchmark:
        REPRODUCTION / "benchmarks/build_reproduction.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(5),
    params:
        code=code("build_reproduction"),
    script:
        "../scripts/build_reproduction.py"


rule reproduce:
    input:
        REPRODUCTION / "index.html",
        expand("results/{study}/report/index.html", study=COMPARED_STUDIES),
