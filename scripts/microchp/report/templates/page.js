"use strict";
document.documentElement.classList.add("js");

// ------------------------------------------------------------------------------- unpacking

async function inflate(text) {
  const packed = atob(text);
  const bytes = new Uint8Array(packed.length);
  for (let k = 0; k < bytes.length; k += 1) bytes[k] = packed.charCodeAt(k);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function inflateText(text) {
  return new TextDecoder().decode(await inflate(text));
}

// Low bytes come first, then high bytes, of whole multiples of a unit.
async function inflateSeries(text, unit) {
  const bytes = await inflate(text);
  const series = new Float64Array(bytes.length / 2);
  for (let k = 0; k < series.length; k += 1) {
    series[k] = (((bytes[k] | (bytes[series.length + k] << 8)) << 16) >> 16) * unit;
  }
  return series;
}

let bundle;
function plotly() {
  bundle ??= inflateText(document.getElementById("plotly").textContent).then((code) => {
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
    return window.Plotly;
  });
  return bundle;
}

// ---------------------------------------------------------------------------------- charts

const CONFIG = {
  displaylogo: false,
  responsive: true,
  modeBarButtonsToRemove: ["lasso2d", "select2d"],
  toImageButtonOptions: { format: "svg" },
};
const PRINTED_WIDTH = 660;
const drawn = new Set();

function merged(...parts) {
  const whole = {};
  for (const part of parts) {
    for (const [key, value] of Object.entries(part ?? {})) {
      const nested = value && typeof value === "object" && !Array.isArray(value);
      whole[key] = nested ? merged(whole[key], value) : value;
    }
  }
  return whole;
}

async function plot(place, traces, layout) {
  const library = await plotly();
  const axes = Object.keys(layout).filter((key) => /^[xy]axis/.test(key));
  const look = Object.fromEntries([...axes, "xaxis", "yaxis"].map((key) => [key, LOOK.axis]));
  await library.react(place, traces, merged(LOOK.layout, look, layout), CONFIG);
  drawn.add(place);
}

function options(control) {
  return control.dataset.options ?? JSON.stringify([...control.options].map((one) => one.text));
}

async function chart(figure) {
  const data = JSON.parse(await inflateText(
    figure.querySelector("script[type='application/octet-stream']").textContent));
  const controls = [...figure.querySelectorAll(".controls select, .controls input")];
  const place = figure.querySelector(".plot");
  const note = figure.querySelector(".note");
  const show = async () => {
    const key = controls.map((control) => control.value).join("-");
    for (const control of controls.filter((found) => found.type === "range")) {
      const text = JSON.parse(control.dataset.options)[control.value];
      control.setAttribute("aria-valuetext", text);
      figure.querySelector(`output[for="${control.id}"]`).value = text;
    }
    if (note) note.textContent = data.notes[key] ?? "";
    const traces = data.traces.map((trace, k) => ({ ...trace, ...data.choices[key][k] }));
    await plot(place, traces, merged(data.layout, data.layouts[key]));
  };
  for (const control of controls) {
    control.addEventListener("input", show);
    // the same choice in the same section is made once
    control.addEventListener("input", (event) => {
      if (!event.isTrusted && event.detail === "follow") return;
      const label = CSS.escape(control.dataset.label);
      const section = figure.closest("section");
      for (const other of section.querySelectorAll(`[data-label="${label}"]`)) {
        if (other.value === control.value || options(other) !== options(control)) continue;
        other.value = control.value;
        other.dispatchEvent(new CustomEvent("input", { detail: "follow" }));
      }
    });
  }
  await show();
}

// -------------------------------------------------------------------------------- explorer

const SNAP_KW = 0.045; // what rounding leaves of a flow that is worked out from others

async function explorer(figure) {
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  for (const found of data.designs) found.days = data.calendars[found.calendar];
  const packed = [...figure.querySelectorAll("script[type='application/octet-stream']")];
  const unpacked = new Map();
  const series = async (index) => {
    if (!unpacked.has(index)) {
      unpacked.set(index, await inflateSeries(packed[index].textContent, data.units[index]));
    }
    return unpacked.get(index);
  };
  const pick = figure.querySelector("select");
  const first = figure.querySelector("input");
  const note = figure.querySelector(".note");
  const place = figure.querySelector(".plot");
  let design, flows, shown;

  const load = async () => {
    design = data.designs[pick.value];
    const [heat, electricity, power, given, level] = await Promise.all([
      series(design.heat), series(design.electricity), series(design.power),
      series(design.boiler ?? design.store),
      design.level === undefined ? null : series(design.level),
    ]);
    const snap = (value) => (Math.abs(value) < SNAP_KW ? 0 : value);
    const chp = power.map((value) => value * design.ratio);
    const none = new Float64Array(heat.length);
    const others = { heat_pump: none, immersion: none, pv: none, battery: none, load: none };
    for (const [part, index] of Object.entries(design.others)) others[part] = await series(index);
    // heat that is made by all parts but the boiler
    const made = chp.map((value, k) => value + others.heat_pump[k] + others.immersion[k]);
    const boiler = design.boiler === undefined
      ? given.map((store, k) => snap(Math.max(0, heat[k] + store - made[k]))) : given;
    const store = design.boiler === undefined
      ? given : given.map((value, k) => snap(made[k] + value - heat[k]));
    const net = electricity.map((value, k) =>
      value + others.load[k] + others.battery[k] - power[k] - others.pv[k]);
    flows = { heat, electricity, power, chp, boiler, store, level, others,
      import: net.map((value) => Math.max(0, value)),
      export: net.map((value) => Math.max(0, -value)) };
    shown = Math.min(data.days, design.days.length);
    first.max = design.days.length - shown;
  };

  const perDay = () => (24 * 60) / design.step;
  const most = (flow) => {
    const days = design.days.map((_, day) =>
      flows[flow].slice(day * perDay(), (day + 1) * perDay()).reduce((a, b) => a + b, 0));
    let best = 0, largest = -1;
    for (let day = 0; day <= Number(first.max); day += 1) {
      const sum = days.slice(day, day + shown).reduce((a, b) => a + b, 0);
      if (sum > largest) [best, largest] = [day, sum];
    }
    return best;
  };

  const dates = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", day: "numeric", month: "short" });
  const date = (day) => dates.format(new Date(`${day}T00:00Z`));

  const show = async () => {
    const start = Number(first.value);
    const days = design.days.slice(start, start + shown);
    // days that are not in a row stand beside each other, each under its own date
    const inRow = days.every((day, k) =>
      Date.parse(day) - Date.parse(days[0]) === k * 86400000);
    const ends = `${date(days[0])} to ${date(days[days.length - 1])}`;
    const span = inRow ? ends : `${days.length} days of those modelled, ${ends}`;
    figure.querySelector("output").value = date(days[0]);
    first.setAttribute("aria-valuetext", date(days[0]));
    const [from, to] = [start * perDay(), (start + shown) * perDay()];
    const sum = (flow) => flow.slice(from, to).reduce((a, b) => a + b, 0) * design.step / 60;
    const text = (value) => Math.round(value).toLocaleString("en-GB");
    note.textContent = `${span}: ${text(sum(flows.heat))} kWh of heat demand, ` +
      `${text(sum(flows.chp))} from the unit, ${text(sum(flows.boiler))} from the boiler; ` +
      `${text(sum(flows.electricity))} kWh of electricity demand, ` +
      `${text(sum(flows.power))} generated, ${text(sum(flows.import))} imported, ` +
      `${text(sum(flows.export))} exported.`;

    const times = (step, offset) => {
      const found = [];
      for (const day of days) {
        const midnight = Date.parse(`${day}T00:00Z`);
        for (let minute = offset; minute < 24 * 60 + offset; minute += step) {
          found.push(midnight + minute * 60000);
        }
      }
      return found;
    };
    const axis = (stamps, perDayCount) => inRow
      ? stamps.map((stamp) => new Date(stamp).toISOString().slice(0, 16))
      : stamps.map((_, k) => (24 * k) / perDayCount);
    const stamps = times(design.step, 0);
    // the end of the last step, so that it is drawn too
    const x = axis([...stamps, stamps[stamps.length - 1] + design.step * 60000], perDay());
    const part = (flow, sign = 1) => {
      const values = Array.from(flow.slice(from, to), (value) => sign * value);
      return [...values, values[values.length - 1]];
    };
    const area = (name, colour, y, group, yaxis, key = name) => ({
      name: key, x, y, yaxis, stackgroup: group, legendgroup: key,
      line: { shape: "hv", width: 0, color: colour }, fillcolor: colour,
      hovertemplate: `${name} %{y:.2f} kW<extra></extra>`, mode: "lines" });
    const line = (name, y, yaxis, showlegend) => ({
      name: "Demand", x, y, yaxis, mode: "lines", legendgroup: "Demand", showlegend,
      line: { shape: "hv", width: 1, color: data.colours.demand },
      hovertemplate: `${name} %{y:.2f} kW<extra></extra>` });
    const there = (part) => design.others[part] !== undefined;
    const positive = (flow) => flow.map((value) => Math.max(0, value));
    const negative = (flow) => flow.map((value) => Math.max(0, -value));
    const traces = [
      ...(there("heat_pump") ? [area("Heat of the heat pump", data.colours.heat_pump,
        part(flows.others.heat_pump), "heat", "y", "Heat pump")] : []),
      ...(there("immersion") ? [area("Heat of the immersion heater", data.colours.immersion,
        part(flows.others.immersion), "heat", "y", "Immersion heater")] : []),
      ...(there("pv") ? [area("Photovoltaics", data.colours.pv, part(flows.others.pv), "power",
        "y3")] : []),
      ...(there("battery") ? [
        area("Out of the battery", data.colours.battery, part(negative(flows.others.battery)),
          "power", "y3", "Battery"),
        { ...area("Into the battery", data.colours.battery,
          part(positive(flows.others.battery), -1), "export", "y3", "Battery"),
        showlegend: false }] : []),
      ...(there("load") ? [line("Demand with heat pump and heater",
        part(flows.electricity.map((value, k) => value + flows.others.load[k])), "y3", false)]
        : []),
      area("Heat of the unit", data.colours.chp, part(flows.chp), "heat", "y", "Unit"),
      area("Out of the store", data.colours.store,
        part(flows.store.map((value) => Math.max(0, -value))), "heat", "y", "Store"),
      area("Boiler", data.colours.boiler, part(flows.boiler), "heat", "y"),
      { ...area("Into the store", data.colours.store,
        part(flows.store.map((value) => Math.max(0, value)), -1), "charge", "y", "Store"),
      showlegend: false },
      line("Heat demand", part(flows.heat), "y", true),
      { ...area("Generation", data.colours.chp, part(flows.power), "power", "y3", "Unit"),
        showlegend: false },
      area("Import", data.colours.import, part(flows.import), "power", "y3"),
      area("Export", data.colours.export, part(flows.export, -1), "export", "y3"),
      line("Electricity demand", part(flows.electricity), "y3", false),
    ];
    if (flows.level) {
      const count = (24 * 60) / design.level_step;
      traces.push({
        name: "Level", x: axis(times(design.level_step, design.level_step), count),
        y: Array.from(flows.level.slice(start * count, (start + shown) * count)),
        yaxis: "y2", mode: "lines", fill: "tozeroy", showlegend: false,
        line: { color: data.colours.store, width: 1 }, fillcolor: `${data.colours.store}40`,
        hovertemplate: "Store %{y:.1f} kWh<extra></extra>" });
    }
    const title = (text) => ({ title: { text } });
    await plot(place, traces, {
      meta: design.name,
      hoversubplots: "axis",
      xaxis: inRow ? { type: "date", anchor: "y3", hoverformat: "%a %-d %b %H:%M" }
        : { type: "linear", anchor: "y3", tickvals: days.map((_, k) => 24 * k),
          ticktext: days.map(date) },
      yaxis: { ...title("Heat (kW)"), domain: flows.level ? [0.56, 1] : [0.5, 1] },
      yaxis2: { ...title("Store (kWh)"), domain: [0.41, 0.52], visible: Boolean(flows.level),
        rangemode: "tozero" },
      yaxis3: { ...title("Electricity (kW)"), domain: flows.level ? [0, 0.37] : [0, 0.44] },
    });
  };

  const move = (day) => {
    first.value = Math.min(Number(first.max), Math.max(0, day));
    return show();
  };
  pick.addEventListener("input", async () => { await load(); await move(design.start); });
  first.addEventListener("input", show);
  for (const button of figure.querySelectorAll("button")) {
    button.addEventListener("click", () => move(button.dataset.most
      ? most(button.dataset.most) : Number(first.value) + Number(button.dataset.move)));
  }
  await load();
  await move(design.start);
}

// ---------------------------------------------------------------------------------- tables

function sortable(table) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, k) => row.cells[k].dataset.v;
  heads.forEach((head, k) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows];
      const numeric = rows.some((row) => value(row, k) !== undefined);
      rows.sort((a, b) => {
        if (!numeric) {
          const order = a.cells[k].textContent.localeCompare(
            b.cells[k].textContent, "en", { numeric: true });
          return down ? -order : order;
        }
        const [left, right] = [value(a, k), value(b, k)];
        // what has no number stays at the end
        if (left === undefined || right === undefined) {
          return (left === undefined) - (right === undefined);
        }
        return down ? right - left : left - right;
      });
      body.append(...rows);
    });
  });
}

function filterable(frame) {
  const table = frame.querySelector("table");
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const columns = heads.flatMap((head, k) => ("filters" in head.dataset ? [k] : []));
  if (!columns.length) return;
  const bar = document.createElement("div");
  bar.className = "filters";
  const count = document.createElement("output");
  const picks = columns.map((k) => {
    const pick = document.createElement("select");
    const values = new Set(rows.map((row) => row.cells[k].textContent));
    pick.append(new Option("all", ""), ...[...values].map((value) => new Option(value)));
    const label = document.createElement("label");
    label.append(`${heads[k].dataset.name} `, pick);
    bar.append(label);
    return pick;
  });
  const show = () => {
    for (const row of rows) {
      row.hidden = picks.some((pick, n) =>
        pick.value && row.cells[columns[n]].textContent !== pick.value);
    }
    const noun = rows.length === 1 ? "row" : "rows";
    count.value = `${rows.filter((row) => !row.hidden).length} of ${rows.length} ${noun}`;
  };
  bar.addEventListener("input", show);
  bar.append(count);
  frame.prepend(bar);
  show();
}

function csv(table) {
  const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = [...table.tHead.rows[0].cells].map((found) => found.dataset.name);
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) =>
    [...row.cells].map((found) =>
      found.dataset.v ?? found.textContent.replaceAll("\u00a0", " ")));
  return [head, ...rows].map((row) => row.map(quoted).join(",")).join("\n") + "\n";
}

function downloadable(frame) {
  const table = frame.querySelector("table");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "download";
  button.textContent = "Table as CSV";
  button.setAttribute("aria-label", `Table as CSV: ${table.caption.firstChild.textContent}`);
  button.addEventListener("click", () => {
    const link = document.createElement("a");
    const content = new Blob([csv(table)], { type: "text/csv" });
    link.href = URL.createObjectURL(content);
    link.download = `${table.dataset.name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
  frame.append(button);
}

// ------------------------------------------------------------------------------------ start

const figures = [...document.querySelectorAll(".chart")];
if (figures.length) plotly(); // unpacked while the tables are made ready

for (const frame of document.querySelectorAll(".table")) {
  filterable(frame);
  sortable(frame.querySelector("table"));
  downloadable(frame);
}

const started = new Map();
function start(figure) {
  if (!started.has(figure)) {
    started.set(figure, (figure.id === "explorer" ? explorer : chart)(figure));
  }
  return started.get(figure);
}

// Charts near the screen first, then the others, each when the browser has nothing else to do;
// those in a fold when it is opened.
const near = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((found) => found.isIntersecting && !isFolded(found.target))) {
    near.unobserve(entry.target);
    start(entry.target);
  }
}, { rootMargin: "400px" });
const idle = () => new Promise((done) => { (window.requestIdleCallback ?? setTimeout)(done); });
const isFolded = (figure) => Boolean(figure.closest("details:not([open])"));
figures.forEach((figure) => near.observe(figure));
for (const fold of document.querySelectorAll("details")) {
  fold.addEventListener("toggle", () => {
    const inside = [...fold.querySelectorAll(".chart")].filter((figure) => !isFolded(figure));
    window.charts = Promise.all([window.charts, ...inside.map(start)]);
  });
}
// a link to a section opens it
function reveal() {
  const section = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const fold = section?.querySelector(":scope > details");
  if (fold) fold.open = true;
}
window.addEventListener("hashchange", reveal);
for (const link of document.querySelectorAll("a[href^='#']")) {
  link.addEventListener("click", () => setTimeout(reveal));
}
reveal();
window.charts = (async () => {
  await new Promise((done) => { window.addEventListener("load", done, { once: true }); });
  for (const figure of figures.filter((found) => !isFolded(found))) {
    await idle();
    await start(figure);
  }
  document.documentElement.classList.add("drawn");
})();

window.addEventListener("beforeprint", () => {
  for (const place of drawn) window.Plotly.relayout(place, { width: PRINTED_WIDTH });
});
window.addEventListener("afterprint", () => {
  for (const place of drawn) window.Plotly.relayout(place, { width: null, autosize: true });
});
