# What the designs cost, earn and emit.


rule assess_designs:
    input:
        designs=DESIGNS,
    output:
        designs=RESULTS / "designs.csv",
    log:
        LOGS / "assess_designs.log",
    benchmark:
        BENCHMARKS / "assess_designs.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        code=code("assess_designs"),
    script:
        "../scripts/assess_designs.py"
