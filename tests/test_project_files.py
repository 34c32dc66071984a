"""Files by which others find, cite and take over the workflow."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
import yaml
from conftest import ROOT, Workflow, run_command


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


def drawn_names() -> set[str]:
    """How the names of figures begin that the archive takes, by the code that draws them."""
    drawing = (ROOT / "scripts/microchp/report").glob("*figures.py")
    text = "".join(path.read_text(encoding="utf-8") for path in drawing)
    return set(re.findall(r"""(?:files\(|folder / )f?"([a-z_0-9]+?)(?:_?\{|\.svg|")""", text))


def test_every_figure_of_the_archive_has_a_caption_of_its_own() -> None:
    text = (ROOT / "rules/captions/figure.rst").read_text(encoding="utf-8")
    caption = jinja2.Template(text, undefined=jinja2.StrictUndefined)
    names = drawn_names()
    assert {"sankey", "heat_shares", "cumulative", "saving_by_use", "regret"} <= names
    kinds = set(re.findall(r'^    "(\w+)": "', text, re.MULTILINE))
    for name in sorted(names):
        wildcards = SimpleNamespace(name=f"{name}_flat-fit-with")
        told = caption.render(snakemake=SimpleNamespace(wildcards=wildcards)).strip()
        assert told, f"{name} has no caption"
        assert sum(name.startswith(kind) for kind in kinds) == 1, name


def test_captions_use_the_wildcards_that_their_files_have() -> None:
    """Those of a folder have the name of a figure, others the wildcards of the path."""
    rules = "".join(path.read_text("utf-8") for path in (ROOT / "rules").glob("*.smk"))
    reports = re.findall(r"report\(\n(.*?)caption=\"(captions/\w+\.rst)\"", rules, re.DOTALL)
    assert len(reports) > 15
    for given, caption in reports:
        used = re.findall(r"wildcards\.(\w+)", (ROOT / "rules" / caption).read_text("utf-8"))
        assert all(f"{{{wildcard}}}" in given for wildcard in used), caption


def test_the_citation_names_the_study_whose_model_it_is() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation), "required by the format"
    assert citation["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert any("Oluleye" in str(reference["authors"]) for reference in citation["references"])


def test_the_container_has_the_packages_and_the_python_of_the_environments() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    (base,) = [line.removeprefix("FROM ") for line in lines if line.startswith("FROM ")]
    environment = yaml.safe_load((ROOT / "envs/microchp.yaml").read_text(encoding="utf-8"))
    (python,) = [
        d.split("=")[1] for d in environment["dependencies"] if str(d).startswith("python=")
    ]
    assert base.startswith(f"python:{python}-"), "a name, whose tag says which Python"
    (install,) = [line for line in lines if line.startswith("RUN ")]
    assert re.findall(r"-[rc] (\S+)", install) == [
        *("requirements.txt", "requirements-slurm.txt", "requirements.lock")
    ]
    (settings,) = [line for line in lines if line.startswith("ENV ")]
    # Snakemake asks who runs it, and where its cache is, which a number for a user does not tell
    assert {"LOGNAME=", "XDG_CACHE_HOME="} <= set(re.findall(r"\w+=", settings))
    (copied,) = [line.split()[1:-1] for line in lines if line.startswith("COPY req")]
    assert all((ROOT / name).is_file() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", "results", ".venv*"} <= set(ignored)


@pytest.mark.slow
def test_a_study_takes_the_workflow_by_its_address(workflow: Workflow, tmp_path: Path) -> None:
    """As snakedeploy writes it, the repository being in Snakemake's cache instead of on a host."""
    published, study = tmp_path / "published", tmp_path / "study"
    shutil.copytree(workflow.root, published, ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-C", str(published), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "a"], ["tag", "-am", "v", "v1"]):
        subprocess.run([*git, *words], check=True)
    cache = tmp_path / "cache"
    clone = cache / "snakemake/snakemake/source-cache/snakemake-git-cache/github.com/team/microchp"
    clone.parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(published), str(clone)], check=True)
    (study / "workflow").mkdir(parents=True)
    (study / "config").mkdir()
    shutil.copy(workflow.directory / "cottage.csv", study)
    shutil.copy(workflow.directory / workflow.write("tiny.yaml", {}), study / "config/config.yaml")
    (study / "workflow/Snakefile").write_text(
        """
configfile: "config/config.yaml"

module microchp:
    snakefile:
        github("team/microchp", path="workflow/Snakefile", tag="v1")
    config:
        config

use rule * from microchp
""",
        encoding="utf-8",
    )
    snakemake = ["env", f"XDG_CACHE_HOME={cache}", *workflow.command("x")[:3], "--cores", "2"]
    planned = run_command([*snakemake, "--dry-run"], study)
    assert planned.returncode == 0, planned.stdout
    assert "solve_model" in planned.stdout, "the target of the workflow is that of the study"
    made = "results/tiny/demand/cottage_60min.nc"
    done = run_command([*snakemake, made], study)
    assert done.returncode == 0, done.stdout
    assert (study / made).is_file()


@pytest.mark.slow
def test_the_picture_of_the_rules_is_what_snakemake_tells() -> None:
    """Which rule takes what from which in the design study.

    Targets that take everything are left out, and what a rule takes from other jobs of its own.
    """
    command = [sys.executable, "-m", "snakemake", "--rulegraph", "--configfile"]
    told = subprocess.run(
        [*command, "config/studies/oluleye2018.yaml"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rules = dict(re.findall(r'(\d+)\[label = "([^"]+)"', told))
    taken = {(rules[a], rules[b]) for a, b in re.findall(r"(\d+) -> (\d+)", told)}
    drawn = (ROOT / "docs/images/rules.svg").read_text(encoding="utf-8")
    names = dict(
        re.findall(r'class="node">\s*<title>(\d+)</title>.*?>(\w+)</text>', drawn, re.DOTALL)
    )
    arrows = re.findall(r"<title>(\d+)&#45;&gt;(\d+)</title>", drawn)
    everything = {"all", "write_manifest"}
    assert {(names[a], names[b]) for a, b in arrows} == {
        (a, b) for a, b in taken if a != b and not everything & {a, b}
    }
