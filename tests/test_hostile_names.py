"""What users write to be read is text everywhere: in tables, figures, page and terminal."""

from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT

from microchp.config import load_config
from microchp.config.scenarios import comparison_inputs
from microchp.demand.measured import validate_demand_files
from microchp.errors import ConfigError, DataError
from microchp.files import read_table
from microchp.report import style

FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    '=HYPERLINK("http://x")',
)
CONTROLS = ("a\x1b[31mred", "two\nlines", "bell\x07", "tab\tbed", "over\u202ewritten", "\x00")


def label(text: str) -> str:
    config = load_config({"comparison": {"labels": {"detached": text}}}, ROOT / "resources")
    return comparison_inputs(config).label("detached")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_reaches_no_table(text: str) -> None:
    with pytest.raises(ConfigError, match=r"comparison\.labels\.detached: .*formula"):
        label(text)


@pytest.mark.parametrize("text", CONTROLS)
def test_a_control_character_reaches_no_terminal(text: str) -> None:
    with pytest.raises(ConfigError, match=r"comparison\.labels\.detached: .*control characters"):
        label(text)


@pytest.mark.parametrize(
    "text", ["<b>Haus</b>", "Größe & Müller", "a,b;c", "$\\frac{1}{", "{{ 7*7 }}", "%s", "О’Нил"]
)
def test_what_is_only_odd_stays_as_it_is(text: str) -> None:
    assert label(text) == text


def test_figures_show_signs_of_mathematics_as_they_are(tmp_path: Path) -> None:
    paths = {"svg_path": tmp_path / "odd.svg", "pdf_path": tmp_path / "odd.pdf"}
    with style.figure(**paths, width_mm=60, height_mm=40) as figure:
        figure.suptitle("$\\frac{1}{ <b>")
    assert "$\\frac{1}{ &lt;b&gt;" in (tmp_path / "odd.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "", "007", "1e3"])
def test_a_name_that_looks_like_something_else_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / "table.csv"
    pd.DataFrame({"house": [name, "flat"], "cost_gbp": [1.5, None]}).to_csv(path, index=False)
    table = read_table(path, ["house"])
    assert list(table["house"]) == [name, "flat"]
    assert table["cost_gbp"].isna().tolist() == [False, True]


HOSTILE_HEADER = "time,\x1b[31mheat,two\u202elines,electricity_kw\n2015-01-01T00:00,1,1,1\n"


def test_what_a_message_quotes_of_a_file_steers_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "bell\x07.csv"
    path.write_text(HOSTILE_HEADER, encoding="utf-8")
    file = {"source": "file", "files": {"cottage": str(path)}}
    config = load_config({"scenarios": {"house": ["cottage"]}, "demand": file}, ROOT / "resources")
    with pytest.raises(DataError) as caught:
        validate_demand_files(config)
    message = str(caught.value)
    assert r"\x1b[31mheat" in message
    assert r"bell\x07.csv" in message
    assert all(sign.isprintable() or sign == "\n" for sign in message)


@pytest.mark.parametrize("name", ["na-me", "na me", "", "na.me", "n\x1bme", "Größe"])
@pytest.mark.parametrize("block", ["run", ""])
def test_an_unknown_key_is_named_whatever_signs_it_has(block: str, name: str) -> None:
    user = {block: {name: 1}} if block else {name: 1}
    with pytest.raises(ConfigError) as caught:
        load_config(user, ROOT / "resources")
    place = f"{block}." if block else ""
    assert f"  {place}{name if name == 'Größe' else repr(name)}: unknown key" in str(caught.value)
