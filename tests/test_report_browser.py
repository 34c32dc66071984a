"""The page in a browser: every control does what it says, offline, for every reader."""

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page
from report_run import make_run

from microchp.report import page as parts

WIDTHS = (390, 1280)
MOST_BYTES = 6_000_000
REAL_RUN = Path(__file__).parents[1] / "results" / "oluleye2018" / "report" / "index.html"


@pytest.fixture(scope="module")
def report(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("run")) / "report" / "index.html"


@dataclass
class Shown:
    """A page with all its charts drawn, and what it has complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


def show(browser: Browser, report: Path, width: int, opened: bool = True) -> Shown:
    """The page, all its folds opened and charts drawn, or as a reader first sees it."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    shown = Shown(page)
    page.on(
        "console",
        lambda message: (
            shown.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: shown.complaints.append(str(error)))
    page.on("request", lambda request: shown.requests.append(request.url))
    page.goto(report.as_uri())
    page.evaluate("() => window.charts")
    if opened:
        page.evaluate(
            """async () => {
                document.querySelectorAll("details").forEach((one) => { one.open = true; });
                await new Promise((done) => setTimeout(done, 300));
                await window.charts;
            }"""
        )
    return shown


@pytest.fixture(scope="module")
def wide(browser: Browser, report: Path) -> Shown:
    return show(browser, report, 1280)


def drawn(chart: Locator) -> Any:
    """What a chart shows: its traces' numbers, and the title of its axis."""
    return chart.locator(".plot").evaluate(
        "plot => JSON.stringify([plot.data.map(t => [t.x, t.y]), plot.layout.yaxis.title.text])"
    )


def test_the_page_is_small_and_asks_for_nothing(wide: Shown, report: Path) -> None:
    assert report.stat().st_size < MOST_BYTES
    assert wide.requests == [report.as_uri()]
    assert wide.complaints == []


def test_every_chart_is_drawn(wide: Shown) -> None:
    charts = wide.page.locator(".chart")
    # where the money goes, year by year, the explorer, incentives, store size, three of the group,
    # two of units
    assert charts.count() == 12
    for chart in charts.all():
        assert chart.locator(".plot .trace, .plot .point").count() > 0, chart.get_attribute("id")


def test_before_anything_is_opened_the_page_is_short(browser: Browser, report: Path) -> None:
    shown = show(browser, report, 1280, opened=False)
    page = shown.page
    assert page.evaluate("document.documentElement.scrollHeight") <= 6000
    figures = page.locator(".figures p")
    assert figures.count() == 3
    screen = page.viewport_size or {"height": 0}
    for seen in (figures.last, page.locator(".told svg").first):
        box = seen.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= screen["height"]
    assert not page.locator("#designs table").first.is_visible()
    page.locator("nav a[href='#designs']").click()
    page.wait_for_function("document.querySelector('#designs > details').open")
    assert page.locator("#designs table").first.is_visible()
    page.wait_for_function("document.querySelector('#designs .plot .main-svg')")
    assert shown.complaints == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_whatever_is_touched_is_large_enough(browser: Browser, report: Path, width: int) -> None:
    page = show(browser, report, width).page
    small = page.evaluate(
        """() => [...document.querySelectorAll("a, button, select, input, summary")]
            .filter((one) => one.offsetParent && !one.closest(".plot")).filter((one) => {
              const box = one.getBoundingClientRect();
              return box.width < 24 || box.height < 24;
            }).map((one) => one.outerHTML.slice(0, 99))"""
    )
    assert small == []
    page.close()


def test_texts_of_a_table_break_so_that_its_numbers_are_in_sight(
    browser: Browser, tmp_path: Path
) -> None:
    """A table that says nothing of scrolling shows all its columns at the width of a laptop."""
    words = "6.0 kW heat pump, 3.0 kW immersion heater, 2.5 kWp photovoltaics, 8.0 kWh store"
    columns = [parts.Column(name, text=True) for name in ("House", "Incentive", "Option")]
    columns += [parts.Column(name, "£/y") for name in ("Cost of a year", "Saves", "Investment")]
    row = ["Semi-detached", "Feed-in tariff", f"{words} (cannot heat the house all year)"]
    table = parts.Table("Options", columns, [[*row, *[parts.cell(12_345.0)] * 3]])
    page = parts.Page("a", "b", "c", [], [table], [])
    (tmp_path / "page.html").write_text(parts.render(page), encoding="utf-8")
    shown = show(browser, tmp_path / "page.html", 1280).page
    box = shown.locator(".scroll").first
    assert box.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 0
    last = shown.locator("tbody td").last.bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= 1280
    assert last["height"] < 100


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_overflows(browser: Browser, report: Path, width: int) -> None:
    page = show(browser, report, width).page
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # text that its own box cuts off, boxes that scroll apart
    cut = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((one) =>
            one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
            && !one.closest(".scroll, pre, svg, select")
            && getComputedStyle(one).display !== "inline").map((one) => one.outerHTML.slice(0, 99))
        """
    )
    assert cut == []
    labels = page.evaluate(
        """() => [...document.querySelectorAll(".plot")].flatMap((plot) => {
            const frame = plot.getBoundingClientRect();
            return [...plot.querySelectorAll("svg text")].filter((text) => {
              const box = text.getBoundingClientRect();
              return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1);
            }).map((text) => text.textContent);
        })"""
    )
    assert labels == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_it_can_be_read_and_used_by_everyone(browser: Browser, report: Path, width: int) -> None:
    page = show(browser, report, width).page
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_keyboard_reaches_and_opens_everything(
    browser: Browser, report: Path, width: int
) -> None:
    """Tab goes through all links, folds and boxes in their order and shows where it is."""
    page = show(browser, report, width, opened=False).page
    wanted = page.evaluate(
        """() => [...document.querySelectorAll("a, button, select, input, summary, [tabindex='0']")]
            .filter((one) => one.checkVisibility() && !one.closest(".plot"))
            .map((one, number) => (one.dataset.order = number))"""
    )
    reached = []
    for _ in range(len(wanted) + 30):  # a browser stops at boxes that scroll as well
        page.keyboard.press("Tab")
        order, is_shown = page.evaluate(
            """() => {
                const one = document.activeElement, look = getComputedStyle(one);
                return [one.dataset.order, look.outlineStyle !== "none" || !one.dataset.order];
            }"""
        )
        assert is_shown, order
        if order is not None and int(order) not in reached:
            reached.append(int(order))
    assert reached == wanted
    fold = page.locator("#designs > details > summary")
    fold.focus()
    fold.press("Enter")
    assert page.locator("#designs table").first.is_visible()
    page.close()


def test_the_answer_fills_the_width_of_a_phone(browser: Browser, report: Path) -> None:
    page = show(browser, report, 390).page
    table = page.locator(".answers")
    whole = table.evaluate("one => one.clientWidth")
    cells = table.locator("td")
    assert cells.count() > 10
    assert all(cell.evaluate("one => one.clientWidth") == whole for cell in cells.all())
    page.close()


def test_every_choice_of_a_chart_changes_it(wide: Shown) -> None:
    for chart in wide.page.locator(".chart:not(.explorer)").all():
        for control in chart.locator("select").all():
            start = control.input_value()
            seen = {drawn(chart)}
            for option in control.locator("option").all():
                control.select_option(option.get_attribute("value"))
                seen.add(drawn(chart))
            # designs without any unit are all alike
            assert len(seen) >= 0.75 * control.locator("option").count()
            control.select_option(start)
    assert wide.complaints == []


def test_the_slider_moves_both_charts_of_a_group(wide: Shown) -> None:
    sliders = wide.page.locator("#groups input[type=range]")
    assert sliders.count() == 2
    charts = wide.page.locator("#groups .chart:has(input[type=range])").all()
    before = [drawn(chart) for chart in charts]
    sliders.first.focus()
    sliders.first.press("End")
    assert sliders.last.input_value() == sliders.last.get_attribute("max") == "2"
    assert all(drawn(chart) != old for chart, old in zip(charts, before, strict=True))
    assert "3 of 3 dwellings with a unit: ADMD" in (charts[0].locator(".note").text_content() or "")
    assert charts[1].locator("output").text_content() == "100 %"


def pick_design(page: Page, scenario: str) -> None:
    """Choose a design in the explorer, and wait until it is there."""
    number = page.evaluate(
        """name => JSON.parse(document.querySelector("#explorer script").textContent)
           .designs.findIndex(design => design.name === name)""",
        scenario,
    )
    page.locator("#explorer_design").select_option(str(number))
    page.wait_for_function(
        "name => document.querySelector('#explorer .plot').layout.meta === name", arg=scenario
    )


def explorer_flow(page: Page, name: str) -> list[float]:
    """Numbers that the explorer shows of a flow, by the words of its hover text."""
    found: list[float] = page.locator("#explorer .plot").evaluate(
        "(plot, name) => plot.data.find(t => t.hovertemplate.startsWith(name)).y", name
    )
    return found


@pytest.mark.parametrize("scenario", ["detached-fit-with", "flat-none-without"])
def test_the_explorer_shows_what_is_in_the_files(wide: Shown, report: Path, scenario: str) -> None:
    page = wide.page
    pick_design(page, scenario)
    slider = page.locator("#explorer_first")
    slider.focus()
    slider.press("Home")
    page.get_by_role("button", name="Week after").click()
    assert slider.input_value() == "7"
    week = slice(7 * 48, 14 * 48)
    design = xr.load_dataset(report.parents[1] / "designs" / f"{scenario}.nc").isel(time=week)
    store = design["tes_discharge_kw"] - design["tes_charge_kw"]
    for name, flow in {
        "Heat of the unit": design["chp_heat_kw"],
        "Boiler": design["boiler_heat_kw"],
        "Out of the store": store.clip(min=0),
        "Into the store": store.clip(max=0),
        "Heat demand": design["space_heating_kw"] + design["hot_water_kw"],
        "Generation": design["chp_power_kw"],
        "Import": design["grid_import_kw"],
        "Export": -design["grid_export_kw"],
        "Electricity demand": design["electricity_kw"],
    }.items():
        shown = explorer_flow(page, name)
        assert shown[-1] == shown[-2]  # the last step has an end
        np.testing.assert_allclose(shown[:-1], flow, atol=0.05, err_msg=name)
    if design.attrs["tes_kwh"]:
        np.testing.assert_allclose(explorer_flow(page, "Store"), design["tes_level_kwh"], atol=0.01)
    note = re.search(r"(\d+) imported", page.locator("#explorer .note").text_content() or "")
    assert note is not None
    assert int(note[1]) == pytest.approx(float(design["grid_import_kw"].sum()) / 2, abs=1)


def test_the_explorer_goes_where_it_is_sent(wide: Shown, report: Path) -> None:
    page = wide.page
    pick_design(page, "detached-fit-with")
    design = xr.load_dataset(report.parents[1] / "designs" / "detached-fit-with.nc")

    def most(flow: xr.DataArray) -> str:
        days = flow.to_numpy().reshape(-1, 48).sum(axis=1)
        return str(int(np.convolve(days, np.ones(7), mode="valid").argmax()))

    slider = page.locator("#explorer_first")
    for start, name, day in (
        ("Home", "Week before", "0"),
        ("Home", "Week after", "7"),
        ("End", "Week after", "7"),
        ("End", "Week before", "0"),
        ("Home", "Most heat demand", most(design["space_heating_kw"] + design["hot_water_kw"])),
        ("Home", "Most export", most(design["grid_export_kw"])),
    ):
        slider.focus()
        slider.press(start)
        page.get_by_role("button", name=name).click()
        assert slider.input_value() == day, name
        first = page.locator("#explorer .plot").evaluate("plot => plot.data[0].x[0]")
        assert first == f"{design['time'].to_numpy()[48 * int(day)]}"[:16]
    assert wide.complaints == []


def test_a_drawn_box_zooms_and_a_double_click_goes_back(wide: Shown) -> None:
    plot = wide.page.locator("#explorer .plot")
    plot.scroll_into_view_if_needed()
    box = plot.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    whole = plot.evaluate("plot => plot.layout.xaxis.range")
    mouse = wide.page.mouse
    mouse.move(box["x"] + box["width"] / 4, box["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + 25, steps=5)
    mouse.up()
    zoomed = plot.evaluate("plot => plot.layout.xaxis.range")
    assert whole[0] < zoomed[0] < zoomed[1] < whole[1]
    mouse.dblclick(box["x"] + box["width"] / 3, box["y"] + 20)
    wide.page.wait_for_function(
        "whole => document.querySelector('#explorer .plot').layout.xaxis.range[0] <= whole[0]",
        arg=whole,
    )


def test_every_table_sorts_by_every_column(wide: Shown) -> None:
    page = wide.page
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    found = page.locator("thead button").evaluate_all(
        """buttons => buttons.map(button => {
            const head = button.parentElement;
            const orders = [1, 2].map(() => {
              button.click();
              return [head.getAttribute("aria-sort"),
                [...head.closest("table").tBodies[0].rows].map(
                  row => row.cells[head.cellIndex].dataset.v)
                  .filter(value => value !== undefined).map(Number)];
            });
            return [head.dataset.name, orders];
          })"""
    )
    assert len(found) > 50
    for name, ((up, rising), (down, falling)) in found:
        assert (up, down) == ("ascending", "descending"), name
        assert rising == sorted(rising), name
        assert falling == sorted(falling, reverse=True), name
    assert any(len(rising) > 5 for _, ((_, rising), _) in found)
    assert wide.complaints == []


def test_a_table_shows_and_saves_only_what_is_chosen(wide: Shown) -> None:
    page = wide.page
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    frame = page.locator(".table").filter(has=page.locator("[data-name=all_published_numbers]"))
    pick = frame.locator(".filters label", has_text="Verdict").locator("select")
    whole = frame.locator("tbody tr").count()
    verdicts = [text for text in pick.locator("option").all_inner_texts() if text != "all"]
    assert len(verdicts) > 1
    seen = 0
    for verdict in verdicts:
        pick.select_option(label=verdict)
        shown = frame.locator("tbody tr:visible")
        assert set(shown.locator("td:nth-child(2)").all_inner_texts()) == {verdict}
        saved = frame.locator("table").evaluate("table => csv(table)")
        assert len(list(csv.reader(io.StringIO(saved)))) == shown.count() + 1
        assert frame.locator(".filters output").inner_text().startswith(f"{shown.count()} of")
        seen += shown.count()
    assert seen == whole
    pick.select_option(label="all")
    assert frame.locator("tbody tr:visible").count() == whole


def test_every_table_can_be_taken_as_csv(wide: Shown, report: Path) -> None:
    page = wide.page
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    taken = {}
    buttons = page.locator("button.download")
    # a browser asks its user before it saves more than ten
    for button in buttons.all()[:8]:
        with page.expect_download() as started:
            button.click()
        file = started.value
        taken[file.suggested_filename] = Path(file.path()).read_text(encoding="utf-8")
    texts = page.evaluate(
        """() => [...document.querySelectorAll(".table table")].map(
            table => [`${table.dataset.name}.csv`, csv(table)])"""
    )
    written = dict(texts)
    assert len(written) == len(texts) == buttons.count()
    assert all(written[name] == text for name, text in taken.items())
    for text in written.values():
        assert len({len(row) for row in csv.reader(io.StringIO(text))}) == 1
    designs = pd.read_csv(report.parents[1] / "designs.csv").set_index("scenario")
    head, *rows = csv.reader(io.StringIO(taken["all_designs.csv"]))
    assert len(rows) == len(designs)
    for row in rows:
        eai = float(row[head.index("Saved (£/y)")])
        name = row[head.index("Files")]
        assert eai == pytest.approx(designs.loc[name, "eai_gbp"], rel=1e-8)


def test_the_answer_and_tables_need_no_script(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    for words in ("Does the store pay?", "Feed-in tariff: a unit pays in"):
        assert page.get_by_text(words).first.is_visible()
    assert page.locator("table").first.is_visible()
    assert page.locator("#explorer").get_by_text("This chart needs JavaScript").is_visible()
    assert not page.locator(".controls").first.is_visible()
    assert page.locator("button").count() == page.locator("#explorer button").count()
    context.close()


def test_in_print_charts_fit_the_paper(browser: Browser, report: Path) -> None:
    shown = show(browser, report, 1280)
    page = shown.page
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    widths = page.locator(".plot .main-svg").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().width)"
    )
    assert widths
    assert max(widths) <= 690  # A4 less its margins, at 96 dots per inch
    assert not page.locator(".buttons").first.is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()


def test_the_page_of_a_whole_study(browser: Browser) -> None:
    """All sections of a real run, where one has been made: its size, and that it is quiet."""
    if not REAL_RUN.exists():
        pytest.skip("needs the results of make run")
    assert REAL_RUN.stat().st_size < MOST_BYTES
    shown = show(browser, REAL_RUN, 390)
    assert shown.complaints == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.page.locator(".plot .trace, .plot .point").count() > 0
    shown.page.close()
