"""Files by which others find, cite and take over the workflow."""

import re

import yaml
from conftest import ROOT


def test_the_catalogue_of_workflows_takes_it() -> None:
    """Its conditions for a workflow in a repository, and its own file of settings."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8").lower()
    assert {"snakemake", "workflow"} <= set(re.findall(r"\w+", readme))
    assert (ROOT / "Snakefile").is_file()
    assert list((ROOT / "rules").glob("*.smk"))
    assert (ROOT / "config/README.md").is_file()
    settings = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text("utf-8"))
    usage = settings.pop("usage")
    assert settings == {}
    assert set(usage) == {"mandatory-flags", "software-stack-deployment", "report"}
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk"))
    scripts, environments = rules.count("    script:"), rules.count("    conda:")
    assert usage["software-stack-deployment"]["conda"] == (scripts == environments)
    assert not usage["report"] or re.search(r"\breport\(", rules), "no result is for a report"


def test_the_citation_names_the_study_whose_model_it_is() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation), "required by the format"
    assert citation["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert any("Oluleye" in str(reference["authors"]) for reference in citation["references"])
