# The published studies as one workflow: this very workflow, once for each study's configuration.

if is_wanted("oluleye2018"):

    module oluleye2018:
        snakefile:
            "../Snakefile"
        config:
            study_config("oluleye2018")

    use rule * from oluleye2018 as oluleye2018_*


if is_wanted("peacock2006"):

    module peacock2006:
        snakefile:
            "../Snakefile"
        config:
            study_config("peacock2006")

    use rule * from peacock2006 as peacock2006_*


rule reproduce:
    input:
        [f"results/{study}/report/index.html" for study in STUDIES],
