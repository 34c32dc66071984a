"""Figures and page of a run, made from designs that obey the physics."""

import base64
import re
import xml.etree.ElementTree as ET
from collections import Counter
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from report_run import QUALITY, USER, make_designs
from synthetic import inputs_of, synthetic_design, write_designs

from microchp.account.designs import assess_designs, read_designs
from microchp.files import write_netcdf
from microchp.report import figures, style
from microchp.report.build import build_report
from microchp.report.evidence import Evidence
from microchp.report.sections import answer, dispatch
from microchp.report.sections.designs import alternatives_table
from microchp.report.selection import UnitChange, best_designs, with_another_unit
from microchp.report.summary import run_summary
from microchp.report.svg import inline_svg, width_mm
from microchp.tables import words

PUBLISHED = Path(__file__).parents[1] / "resources" / "published" / "oluleye2018.csv"


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """A run's directory with designs, table, figures, comparison and page."""
    directory = tmp_path_factory.mktemp("run")
    build_report(**make_designs(directory), report_path=directory / "report" / "index.html")
    return directory


def texts(svg: Path) -> list[str]:
    """All texts of an SVG file; it must be well-formed."""
    return ["".join(e.itertext()) for e in ET.parse(svg).iter() if e.tag.endswith("}text")]


# --------------------------------------------------------------------------------- figures


def test_a_run_has_all_its_figures_as_svg_and_pdf(run):
    names = {path.stem for path in (run / "figures").iterdir()}
    best = best_designs(read_designs(run / "designs.csv"))
    assert names == {
        *(
            f"{kind}{of}"
            for kind in ("heat_shares", "tes_economics", "store_discharge")
            for of in ("", "_published")
        ),
        "store_week",
        "demand_year",
        *(
            f"{kind}_{scenario}"
            for kind in ("cost_waterfall", "dispatch_week", "heat_map", "sankey", "load_duration")
            for scenario in best["scenario"]
            # in the flat without incentive nothing is built that a load could last with
            if (kind, scenario) != ("load_duration", "flat-none-without")
        ),
    }
    for name in names:
        assert texts(run / "figures" / f"{name}.svg")  # text stays text
        pdf = (run / "figures" / f"{name}.pdf").read_bytes()
        assert pdf.startswith(b"%PDF")
        assert b"/CIDFontType2" in pdf  # fonts embedded as TrueType
        assert b"/Type3" not in pdf


def test_heat_shares_show_the_numbers_of_the_table(run):
    row = read_designs(run / "designs.csv").set_index("scenario").loc["detached-fit-with"]
    shown = texts(run / "figures" / "heat_shares.svg")
    for column in ("chp_direct_heat_share", "store_heat_share", "boiler_direct_heat_share"):
        if row[column] >= 0.07:
            assert f"{100 * row[column]:.0f}" in shown
    assert {"CHP, direct", "Store", "Boiler, direct"} <= set(shown)
    assert "No incentive · without store" in shown


def test_the_same_source_has_the_same_colour(run):
    shares = (run / "figures" / "heat_shares.svg").read_text().lower()
    week = (run / "figures" / "dispatch_week_flat-fit-with.svg").read_text().lower()
    for colour in (style.CHP, style.STORE, style.BOILER):
        assert colour.lower() in shares
        assert colour.lower() in week
    colours = [style.CHP, style.BOILER, style.STORE, style.IMPORT, style.EXPORT, style.DEMAND]
    assert len(set(colours)) == len(colours)


def test_store_economics_say_what_a_bar_cannot(run, tmp_path):
    shown = texts(run / "figures" / "tes_economics.svg")
    assert "no store" in shown  # the flat without incentive
    table = read_designs(run / "designs.csv")
    with_store = (table["scenario"] == "detached-none-with").to_numpy()
    table.loc[with_store, ["tes_payback_years", "tes_npv_gbp"]] = [np.nan, -500.0]
    table.to_csv(tmp_path / "designs.csv", index=False)
    figures.tes_economics(
        designs_path=tmp_path / "designs.csv",
        svg_path=tmp_path / "a.svg",
        pdf_path=tmp_path / "a.pdf",
    )
    assert "never" in texts(tmp_path / "a.svg")


def test_plants_of_one_house_are_told_apart_in_figures(run, tmp_path):
    table = read_designs(run / "designs.csv")
    other = table.assign(plant="heat_pump", scenario=table["scenario"] + "-heat_pump")
    pd.concat([table, other]).to_csv(tmp_path / "designs.csv", index=False)
    for draw in (figures.tes_economics, figures.heat_shares):
        draw(
            designs_path=tmp_path / "designs.csv",
            svg_path=tmp_path / "a.svg",
            pdf_path=tmp_path / "a.pdf",
        )
        assert {"Detached", "Detached, Heat pump"} <= set(texts(tmp_path / "a.svg"))


def test_figures_without_any_store_say_so(tmp_path):
    user = USER | {"scenarios": {"house": ["flat"], "incentive": ["fit"], "tes": ["without"]}}
    del user["fixed_designs"]
    paths = write_designs(tmp_path / "designs", user)
    assess_designs(design_paths=paths, designs_path=tmp_path / "designs.csv")
    figures.plot_figures(
        designs_path=tmp_path / "designs.csv", design_paths=paths, figures_dir=tmp_path / "f"
    )
    assert texts(tmp_path / "f" / "store_discharge.svg") == ["No design with a store in this run"]
    assert "No pair" in texts(tmp_path / "f" / "tes_economics.svg")[0]
    assert (tmp_path / "f" / "dispatch_week_flat-fit-without.svg").exists()


@pytest.fixture
def drawn(monkeypatch) -> list[Figure]:
    """Figures as they are when they are saved."""
    found = []
    original = style.figure

    @contextmanager
    def kept(**where):
        with original(**where) as fig:
            yield fig
            found.append(fig)

    monkeypatch.setattr(style, "figure", kept)
    return found


def test_the_largest_discharge_sets_the_scale_of_all_panels(tmp_path, drawn):
    paths = []
    for name, power_kw in (("detached-none-with", 0.0), ("flat-fit-with", 5.0)):
        design = synthetic_design(inputs_of(USER)[name], 2.0, 12.0, days=3)
        design["tes_discharge_kw"][:] = power_kw
        paths.append(tmp_path / f"{name}.nc")
        write_netcdf(design, paths[-1])
    figures.store_discharge(
        design_paths=paths, svg_path=tmp_path / "a.svg", pdf_path=tmp_path / "a.pdf"
    )
    (fig,) = drawn
    for ax in fig.axes:
        assert ax.get_ylim()[0] == 0
        assert ax.get_ylim()[1] >= 5
        assert ax.get_xlim() == (0, 3)  # as many days as are modelled


def test_a_week_of_next_to_no_electricity_has_a_scale(tmp_path, drawn):
    design = synthetic_design(inputs_of(USER)["flat-none-without"], 0.0, days=3)
    for name in ("electricity_kw", "grid_import_kw", "grid_export_kw"):
        design[name][:] = 0.0
    write_netcdf(design, tmp_path / "a.nc")
    figures.dispatch_week(
        design_path=tmp_path / "a.nc", svg_path=tmp_path / "a.svg", pdf_path=tmp_path / "a.pdf"
    )
    assert drawn[0].axes[-1].get_ylim() == (0, 1)


def test_the_store_is_not_credited_alone_with_a_unit(run, tmp_path):
    designs = read_designs(run / "designs.csv")
    assert with_another_unit(designs) == {}
    without = (designs["scenario"] == "detached-fit-without").to_numpy()
    designs.loc[without, "chp_kw"] = 0.0
    assert with_another_unit(designs) == {"detached-fit-with": UnitChange.ADDED}
    (found,) = [
        row
        for row in dict(answer.answers(designs, Evidence()))["Detached"]
        if row.incentive == "Feed-in tariff"
    ]
    assert found.store_verdict == "yes"
    both = "together with the unit, which does not pay without a store"
    assert both in found.store_detail
    (sentence,) = [text for text in answer.sentences(designs) if text.startswith("Feed-in")]
    assert f"a store pays in all 2 houses, in 1 of them {both}." in sentence
    for sizes, said in (
        ((1.0, 2.0), "together with another unit than without a store"),
        ((2.0, 0.0), "instead of the unit"),
    ):
        other = designs.copy()
        is_pair = designs["scenario"] == "detached-fit-with"
        other.loc[without, "chp_kw"], other.loc[is_pair, "chp_kw"] = sizes
        (sentence,) = [text for text in answer.sentences(other) if text.startswith("Feed-in")]
        assert f", in 1 of them {said}." in sentence
        (row,) = [x for x in dict(answer.answers(other, Evidence()))["Detached"] if x.together]
        assert said in row.store_detail
    designs.to_csv(tmp_path / "designs.csv", index=False)
    shown = run_summary(designs_path=tmp_path / "designs.csv", report_path="index.html")
    assert len([line for line in shown.splitlines() if line.endswith(" *")]) == 1
    assert "* the unit changes with the store: what is said is of both" in shown
    figures.tes_economics(
        designs_path=tmp_path / "designs.csv",
        svg_path=tmp_path / "a.svg",
        pdf_path=tmp_path / "a.pdf",
    )
    assert len([text for text in texts(tmp_path / "a.svg") if text.endswith("*")]) == 1


def test_steps_too_small_for_a_number_are_left_out_of_the_waterfall(run):
    row = read_designs(run / "designs.csv").set_index("scenario").loc["flat-fit-with"].copy()
    row[["co2_income_gbp", "capital_gbp"]] = [0.3, 0.4]
    assert not {"CO₂ income", "Capital", "Other"} & set(figures.waterfall_steps(row))
    row[["co2_income_gbp", "capital_gbp"]] = [-0.3, 0.4]
    assert figures.waterfall_steps(row)["Other"] == pytest.approx(0.7)


def test_the_same_run_draws_the_same_figure(run, tmp_path):
    for name in ("svg", "pdf"):
        figures.cost_waterfall(
            designs_path=run / "designs.csv",
            scenario="flat-fit-with",
            svg_path=tmp_path / "again.svg",
            pdf_path=tmp_path / "again.pdf",
        )
        again = (tmp_path / f"again.{name}").read_bytes()
        assert again == (run / "figures" / f"cost_waterfall_flat-fit-with.{name}").read_bytes()


def test_the_waterfall_leads_from_business_as_usual_to_the_design(run):
    for _, row in read_designs(run / "designs.csv").iterrows():
        steps = figures.waterfall_steps(row)
        assert sum(steps.values()) == pytest.approx(row["eac_gbp"] - row["bau_cost_gbp"], abs=0.54)
        assert ("Generation income" in steps) == (row["incentive"] == "fit" and row["chp_kw"] > 0)


def test_the_coldest_week_is_the_one_with_most_heat():
    inputs = inputs_of(USER)["detached-none-without"]
    design = synthetic_design(inputs, 2.0, days=20)
    heating = design["space_heating_kw"]
    design["space_heating_kw"] = heating.where(heating["time"].dt.day < 10, 2 * heating)
    design["space_heating_kw"] = design["space_heating_kw"].where(
        design["time"].dt.day < 17, 0.5 * heating
    )
    week = design.isel(time=figures.coldest_week(design))
    assert str(week["time"].data[0])[:16] == "2015-01-10T00:00"
    assert str(week["time"].data[-1])[:16] == "2015-01-16T23:30"
    short = design.isel(time=slice(0, 2 * 48))
    assert figures.coldest_week(short) == slice(0, 96)


def test_the_better_of_a_tie_is_the_design_without_a_store(run):
    best = best_designs(read_designs(run / "designs.csv"))
    assert "flat-none-without" in set(best["scenario"])
    assert len(best) == 4
    assert set(best["design"]) == {"optimal"}


# ------------------------------------------------------------------------------ svg in page


def points(path: str) -> list[tuple[float, float]]:
    """Corners of a path of M, L, H, V and z."""
    found, x, y = [], 0.0, 0.0
    for move, text in re.findall(r"([MLHV])\s*([-\d. \n]*)", path):
        values = [float(value) for value in text.split()]
        x = values[0] if move in "MLH" else x
        y = values[-1] if move in "MLV" else y
        found.append((x, y))
    return found


@given(
    corners=st.lists(
        st.tuples(st.floats(-999, 999), st.floats(-999, 999)), min_size=2, max_size=20
    ),
    steps=st.booleans(),
)
def test_a_shortened_path_goes_through_the_same_points(corners, steps):
    if steps:  # as of stairs: alternately along x and y
        corners = [(a[0], b[1]) for a, b in zip(corners, corners[1:] + corners[:1], strict=True)]
    path = " \n".join(f"{'L' if k else 'M'} {x:.6f} {y:.6f}" for k, (x, y) in enumerate(corners))
    svg = f'<svg width="72pt" height="72pt" viewBox="0 0 72 72"><path d="{path} z"/></svg>'
    short = re.search(r' d="([^"]*)"', inline_svg(svg, "a", "t"))[1]
    found = points(short)
    expected = [(round(x, 1) + 0.0, round(y, 1) + 0.0) for x, y in corners]
    # points that fall together are written once
    once = [p for k, p in enumerate(expected) if k == 0 or p != expected[k - 1]]
    assert len(found) == len(once)
    np.testing.assert_allclose(found, once, atol=0.11)
    assert short.endswith("z")


def test_an_inlined_drawing_keeps_the_ids_that_it_needs_to_itself():
    svg = (
        '<?xml version="1.0"?><svg width="144pt" height="72pt" viewBox="0 0 144 72">'
        "<metadata>made by</metadata><style>*{}</style>"
        '<defs><path id="c" d="M 0 0"/><clipPath id="d"/></defs><image id="e"/><image id="e"/>'
        '<g id="b"><use xlink:href="#c" clip-path="url(#d)"/><path d="M 0 0 C 1.23456 2 3 4 5 6"/>'
        "</g></svg>"
    )
    assert width_mm(svg) == pytest.approx(50.8)
    assert inline_svg(svg, "fig", 'Heat & "cold" <kW>') == (
        '<svg role="img" aria-label="Heat &amp; &quot;cold&quot; &lt;kW>" viewBox="0 0 144 72">'
        '<defs><path id="fig-c" d="M0 0"/><clipPath id="fig-d"/></defs><image/><image/>'
        '<g><use xlink:href="#fig-c" clip-path="url(#fig-d)"/>'
        '<path d="M 0 0 C 1.2 2 3 4 5 6"/></g></svg>'
    )
    with pytest.raises(ValueError, match="without a width"):
        width_mm("<svg></svg>")


# ---------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    "value, digits, signed, text",
    [
        (1234.6, 0, False, "1,235"),
        (-1234.6, 0, False, "−1,235"),
        (-0.2, 0, False, "0"),
        (0.2, 0, True, "0"),
        (3.14159, 2, True, "+3.14"),
        (float("nan"), 0, False, "–"),
    ],
)
def test_numbers_for_readers(value, digits, signed, text):
    assert words.number(value, digits, signed) == text


@pytest.mark.parametrize(
    "value, invested, text",
    [
        (6.24, 500, "6.2"),
        (20.0, 500, "20.0 †"),
        (4e3, 500, "> 100 †"),
        (np.nan, 500, "never"),
        (np.nan, 0, "–"),
        (0.0, -10, "0.0"),
    ],
)
def test_paybacks_in_words(value, invested, text):
    assert words.years(value, 15, invested) == text


STORE = {
    "tes_kwh": 13.0,
    "tes_eai_gbp": 20.0,
    "tes_eai_least_gbp": 15.0,
    "tes_eai_most_gbp": 25.0,
    "tes_payback_years": 4.0,
    "tes_investment_gbp": 260.0,
    "lifetime_years": 15,
}


@pytest.mark.parametrize(
    "changes, kind, words",
    [
        ({}, "yes", "yes, £20 a year, back in 4.0 years"),
        ({"tes_eai_least_gbp": -1.0}, "open", "likely, £20 a year, within the gap"),
        ({"tes_eai_gbp": -2.0, "tes_eai_least_gbp": -6.0}, "open", "unclear"),
        (
            {"tes_eai_gbp": -9.0, "tes_eai_least_gbp": -12.0, "tes_eai_most_gbp": -6.0},
            "no",
            "no, it costs £9 a year",
        ),
        ({"tes_kwh": 0.0}, "no", "no, the best size is none"),
        ({"tes_eai_gbp": np.nan}, "open", "not compared"),
    ],
)
def test_whether_the_store_pays_is_said_as_surely_as_it_is_proven(changes, kind, words):
    found = answer.store_verdict(pd.Series(STORE | changes))
    assert found[0] == kind
    assert (found[1] + found[2]).startswith(words)


def test_the_best_design_is_as_sure_as_the_lower_bound_of_the_pair(run):
    designs = read_designs(run / "designs.csv")
    pair = designs["scenario"].isin(["flat-fit-with", "flat-fit-without"])
    designs.loc[pair, ["eac_gbp", "lower_bound_gbp"]] = [1000.0, 999.0]
    designs.loc[designs["scenario"] == "flat-fit-with", ["eac_gbp", "lower_bound_gbp"]] = [
        1005.0,
        980.0,
    ]
    (found,) = [
        row
        for row in dict(answer.answers(designs, Evidence()))["Flat"]
        if row.incentive == "Feed-in tariff"
    ]
    assert found.design == "2 kW CHP, no store"
    assert found.certainty == (
        "proven best within £20 a year (2.00 %) for this demand and these prices"
    )


@pytest.mark.parametrize(("method", "is_shown"), [("monte_carlo", True), ("grid", False)])
def test_the_chance_that_it_pays_stands_beside_what_is_saved(run, tmp_path, method, is_shown):
    """Of samples that were drawn; a share of the points of a grid is no chance."""
    (tmp_path / "config.yaml").write_text(f"run: {{name: a}}\nsweep: {{method: {method}}}\n")
    sampled = pd.DataFrame(
        {
            "scenario": ["flat-fit-with", "flat-fit-without"] * 2,
            **{"house": "flat", "incentive": "fit", "tes": ["with", "without"] * 2},
            **{"plant": "chp", "variant": "", "design": "optimal"},
            "quantity": ["eai_gbp"] * 2 + ["co2_kg"] * 2,
            **{"samples": 8, "not_proven": 0},
            "chance": [0.37, 0.37, np.nan, np.nan],
        }
    )
    others = ("chance_least", "chance_most", "mean", "p05", "p50", "p95")
    sampled.assign(**dict.fromkeys(others, 0.0)).to_csv(tmp_path / "sweep_summary.csv", index=False)
    (tmp_path / "sweep_regret.csv").write_text("scenario\n")
    build_report(
        config_path=tmp_path / "config.yaml",
        report_path=tmp_path / "index.html",
        designs_path=run / "designs.csv",
        design_paths=sorted((run / "designs").glob("*.nc")),
        figures_dir=run / "figures",
        sweep_path=tmp_path / "sweep_summary.csv",
        sweep_regret_path=tmp_path / "sweep_regret.csv",
        sweep_figures_dir=tmp_path,
    )
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert ("Chance that it pays" in page) == is_shown
    assert ('data-label="Chance that it pays"><span>37\u00a0%' in page) == is_shown


def test_the_sentence_counts_houses():
    rows = [
        {
            "scenario": f"{house}-fit-{tes}",
            "house": house,
            "incentive": "fit",
            "tes": tes,
            "plant": "chp",
            "variant": "",
            "design": "optimal",
            "chp_kw": 2.0,
            "eac_gbp": 1000 - eai,
            "eai_gbp": eai,
            **STORE,
            "tes_kwh": 13.0 if tes == "with" else 0.0,
            "tes_eai_gbp": 40.0 if tes == "with" else np.nan,
            "tes_eai_least_gbp": least if tes == "with" else np.nan,
            "tes_eai_most_gbp": 45.0 if tes == "with" else np.nan,
        }
        for house, eai, least in (("detached", 120.0, 30.0), ("flat", -50.0, -3.0))
        for tes in ("with", "without")
    ]
    assert answer.sentences(pd.DataFrame(rows)) == [
        "Feed-in tariff: a unit pays in 1 of 2 houses (£120 a year); a store pays in "
        "1 of 2 houses and is undecided in 1."
    ]


def test_coarse_runs_and_the_printed_factor_are_announced(run):
    designs = read_designs(run / "designs.csv")
    (coarse,) = answer.design_notices(designs)
    assert "steps of 30 min" in coarse.text
    assert "14 days" in coarse.text
    assert "Checked on all 365 days, designs save as much as estimated" in coarse.text

    def of_year(more_gbp: np.ndarray, boiler_gbp: float = 0.0) -> pd.DataFrame:
        """Designs that save so much more in a year whose boiler costs so much more."""
        return designs.assign(
            whole_year_eac_gbp=designs["eac_gbp"] + boiler_gbp - more_gbp,
            whole_year_bau_cost_gbp=designs["bau_cost_gbp"] + boiler_gbp,
        )

    # the boiler's year is dearer too: what is saved is what counts
    for ends, said in {
        (-5, 46): "£5 less to £46 more",
        (-28, -16): "£16 to £28 less",
        (0.1, 167): "up to £167 more",
        (-20, -20.1): "£20 less",
        (-30, 0): "up to £30 less",
    }.items():
        (told,) = answer.design_notices(of_year(np.linspace(*ends, len(designs)), 50.0))
        assert told.text.endswith(f"designs save {said} a year than estimated.")
    # designs of variants are checked as well
    varied = of_year(np.zeros(len(designs)))
    varied.loc[varied.index[-1], "variant"] = "cold"
    varied.loc[varied.index[-1], "whole_year_eac_gbp"] += 47.0
    (told,) = answer.design_notices(varied)
    assert told.text.endswith("designs save up to £47 less a year than estimated.")
    # no bound is known for some: said
    varied.loc[varied.index[0], "whole_year_bound_gbp"] = np.nan
    (told,) = answer.design_notices(varied)
    assert "of the best, but 1 design, for which no bound is known." in told.text
    (often,) = answer.design_notices(
        designs.assign(chp_starts=5022.0, resolution_minutes=5.0, days_modelled=365)
    )
    assert often.text.startswith("The unit starts up to 14 times a day")
    fine = designs.assign(resolution_minutes=5.0, days_modelled=365)
    assert answer.design_notices(fine) == []
    (printed,) = answer.design_notices(fine.assign(annualisation="as_printed"))
    assert printed.title == "Annualisation as printed."


@pytest.mark.parametrize(
    "days, minutes, first_days, mean_minutes",
    [(365, 5, "10 days", 15), (3, 30, "3 days", 30), (1, 60, "day", 60), (12, 15, "10 days", 15)],
)
def test_the_caption_claims_what_is_drawn(days, minutes, first_days, mean_minutes):
    rows = pd.DataFrame({"days_modelled": [days], "resolution_minutes": [minutes]})
    caption = dispatch.discharge_caption(rows)
    assert f"over the first {first_days} modelled" in caption
    assert caption.endswith(f"as {mean_minutes}-min means.")


def test_what_puts_demand_in_doubt_is_announced_and_notes_are_not():
    quiet = QUALITY | {"house": "terrace", "warnings": [], "notes": ["synthesised for ever"]}
    dead = QUALITY | {
        "house": "detached",
        "warnings": [
            "electricity: exactly zero in 17.3% of the year, the first on 2 January",
            "electricity_kw: exactly at its maximum of 6 kW",
        ],
    }
    assert answer.demand_notice([quiet]) == []
    (notice,) = answer.demand_notice([quiet, dead])
    assert notice.text == (
        "Detached: electricity: exactly zero in 17.3% of the year, the first on 2 January. "
        "And 1 more finding."
    )
    assert notice.section == "demand"


def test_fixed_designs_and_variants_stand_beside_the_optimum(run):
    designs = read_designs(run / "designs.csv")
    dear = designs[designs["design"] == "optimal"].assign(variant="dear_gas")
    dear = dear.assign(eai_gbp=dear["eai_gbp"] - 40, scenario=dear["scenario"] + "-dear_gas")
    table = alternatives_table(pd.concat([designs, dear], ignore_index=True))
    rows = [row for row in table.rows if row[0] == "Flat, Feed-in tariff"]
    assert [row[1] for row in rows].count("fixed: Published") == 2
    best = best_designs(designs).set_index(["house", "incentive"])
    base = best.loc[("flat", "fit"), "eai_gbp"]
    (variant,) = [row for row in rows if row[1] == "Dear gas"]
    assert [cell.text for cell in variant[3:5]] == [words.number(base - 40), "−40"]
    (own,) = [row for row in rows if row[1] == "As configured, optimal"]
    assert [cell.text for cell in own[3:5]] == [words.number(base), "–"]
    optimal = designs[designs["design"] == "optimal"]
    assert alternatives_table(optimal) is None


def test_a_store_at_its_limit_is_announced(run):
    designs = read_designs(run / "designs.csv")
    best = best_designs(designs)
    (row,) = [row for _, row in best.iterrows() if row["tes_kwh"] > 0][:1]
    assert answer.at_largest_store(designs, {row["scenario"]: 60.0}) == []
    (notice,) = answer.at_largest_store(designs, {row["scenario"]: row["tes_kwh"]})
    assert f"tes.max_kwh {row['tes_kwh']:g}" in notice.text
    assert words.label(row["house"]) in notice.text


# ------------------------------------------------------------------------------------- page


class Reader(HTMLParser):
    """Ids, links and tags of a page; tags must nest."""

    VOID = frozenset({"meta", "br", "use", "path", "link", "input"})

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.open, self.words = [], [], [], []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href"):
                self.links.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)


@pytest.fixture(scope="module")
def page(run) -> Reader:
    reader = Reader()
    reader.feed((run / "report" / "index.html").read_text(encoding="utf-8"))
    assert reader.open == []
    return reader


def test_the_page_needs_nothing_beside_it(page, run):
    assert all(link.startswith(("#", "data:")) for link in page.links)
    inside = {link[1:] for link in page.links if link.startswith("#")}
    assert inside <= set(page.ids)
    html = (run / "report" / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script[^>]* src|<link|<img|<iframe", html)
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)


def test_ids_are_used_once(page):
    assert {name: count for name, count in Counter(page.ids).items() if count > 1} == {}


def test_the_page_answers_first_and_shows_everything(page, run):
    text = " ".join(page.words)
    assert text.index("Feed-in tariff: a unit pays in") < text.index("Every design of the run")
    assert "Coarse run." in text
    for _, row in read_designs(run / "designs.csv").iterrows():
        assert row["scenario"] in text
    sections = {"answer", "designs", "dispatch", "incentives", "published", "demand"}
    assert sections | {"provenance", "terms"} <= set(page.ids)
    assert not {"groups", "dwellings", "precision"} & set(page.ids)
    assert "About this run.  Demand was made up." in text
    assert any(one.startswith("calibration_flat-") for one in page.ids)
    assert text.index("Demand data.") < text.index("Every design of the run")
    assert "stuck at zero <for> 1,500 minutes" in text  # escaped, and read as it is
    assert "seed: 7" in text
    assert "mark: <b>" in text
    assert "highspy 1.15.1" in text
    assert "published results are met exactly or closely" in text
    assert not re.search(r"\bnan\b", text)
    assert "None" not in text


def test_the_table_can_be_taken_from_the_page(page, run):
    (link,) = [link for link in page.links if link.startswith("data:text/csv")]
    assert base64.b64decode(link.split(",")[1]) == (run / "designs.csv").read_bytes()


def test_a_page_without_comparison_figures_and_quality(run, tmp_path):
    build_report(
        designs_path=run / "designs.csv",
        design_paths=list((run / "designs").glob("*.nc")),
        figures_dir=tmp_path,
        config_path=run / "config.yaml",
        report_path=tmp_path / "index.html",
    )
    reader = Reader()
    reader.feed((tmp_path / "index.html").read_text(encoding="utf-8"))
    assert {"designs", "dispatch", "provenance"} <= set(reader.ids)
    assert not {"published", "demand"} & set(reader.ids)


# ---------------------------------------------------------------------------------- summary


def test_the_summary_fits_a_terminal_and_says_where_to_look(run):
    text = run_summary(
        designs_path=run / "designs.csv", report_path="results/tried/report/index.html"
    )
    lines = text.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert lines[-1] == "Report: results/tried/report/index.html"
    assert len([line for line in lines if line.startswith(("Detached", "Flat"))]) == 4
    assert "10 designs, each proven within 0.20 % of its least cost." in lines
    assert any(line.startswith("Coarse run.") for line in lines)
