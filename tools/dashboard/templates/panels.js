// The scorecard and the panels: each is a title, what it shows, and the same as a table.

// --- Scorecard --------------------------------------------------------------------
function goal(kpi, measure, target) {
  if (target === null) return text().noTarget;
  const sign = direction(kpi, measure) === "lower" ? text().atMost : text().atLeast;
  return `${text().target} ${sign} ${written(target, unitOf(kpi, measure))}`;
}

function change(kpi, measure, against, name, value, base) {
  const delta = minus(value, base), unit = unitOf(kpi, measure);
  if (delta === null) return null;
  const verdict = difference(delta, unit) === difference(0, unit) ? 0 : better(kpi, measure, delta);
  const words = verdict > 0 ? text().better : verdict < 0 ? text().worse : text().unchanged;
  return element("div", { "data-change": against },
    element("dt", {}, name), element("dd", {}, difference(delta, unit)),
    element("dd", { class: `judgement ${["worse", "", "better"][verdict + 1]}` }, words));
}

// Measures whose KPI has words of its own for what they stand on.
const WORDED = [
  "year_over_year_growth", "period_over_period_growth", "revenue", "median_cycle_days", "mean_cycle_days",
  "p90_cycle_days", "conversion_rate", "ever_conversion_rate", "average_order_value", "median_order_value",
  "order_revenue", "churn_rate", "customer_acquisition_cost",
];
function sampleWords(kpi, figures, i) {
  const { selection, measure } = figures;
  // A count says itself on how many it stands.
  if (unitOf(kpi, measure) === "count") return "";
  const at = (list) => (list ? list[i] : null);
  let unit = "count", over = at(figures.over), amount = null, n = at(figures.sample);
  if (kpi === "customer_acquisition_cost") unit = "money";
  if (kpi === "revenue_growth") {
    amount = written(at(figuresFor(kpi, "revenue", selection)?.values), "money");
  }
  if (n === null && figures.under === null) return "";
  if (!WORDED.includes(measure)) return `${text().n}: ${written(n, "count")}`;
  return fill(text().sample[kpi], {
    n: written(n, "count"), over: written(over, unit), under: written(at(figures.under), "count"), amount,
  });
}

// Why a KPI has no figure under the filter: no such dimension, nothing of its value, or
// several values of which none can be made.
function nothing(kpi, measure) {
  const { dimension, values } = state.filter;
  const branch = DATA.series[kpi][measure]?.[dimension];
  if (!branch) return fill(text().notBy, { dimension: text().dimensions[dimension] });
  return values.filter((value) => Object.hasOwn(branch, value)).length > 1
    ? fill(text().notFormed, { measure: measureName(measure) }) : text().no_data;
}

function card(kpi) {
  const name = kpi.kpi;
  const measure = judged(name);
  const figures = selected(name, measure);
  const title = label(name);
  const heading = element("h3", {},
    element("button", {
      type: "button", class: "open-trend", id: `card-${name}`, "aria-pressed": String(state.kpi === name),
      "aria-label": fill(text().showTrend, { title }), onclick: () => choose({ kpi: name, measure: null }),
    }, title));
  const head = element("header", {}, heading, definitionOf(title, definition(name)));
  const properties = { class: "card", "data-kpi": name };
  const i = figures ? lastFinal(figures) : null;
  if (i === null) {
    return element("li", { ...properties, class: `card${state.kpi === name ? " chosen" : ""}` }, head,
      element("p", { class: "figure" }, "–"),
      element("p", { class: "note" }, figures ? text().period_open : nothing(name, measure)));
  }
  const unit = unitOf(name, figures.measure);
  const value = figures.values[i], status = figures.statuses[i];
  heading.append(element("span", { class: "sub" },
    periodName(i) + kindOf(name, figures.selection.dimension, figures.selection.values) + named(name, measure)));
  const from = Math.max(0, i + 1 - SPARK[state.grain]);
  const line = figures.values.slice(from, i + 1);
  const targets = line.map((_, k) => figures.target(from + k));
  const previous = text()[`vs_prior_${state.grain}`];
  const changes = [
    state.grain !== "fiscal_year" && change(name, figures.measure, "period", previous, value, figures.values[i - 1]),
    change(name, figures.measure, "year", text().vs_year, value, figures.values[i - YEAR[state.grain]]),
  ].filter(Boolean);
  const sample = sampleWords(name, figures, i);
  properties.class = `card ${status}${state.kpi === name ? " chosen" : ""}`;
  return element("li", properties, head,
    element("div", { class: "main" },
      element("p", { class: "figure", "data-value": String(value) }, written(value, unit)),
      sparkline(line, targets, `${title}: ${line.map((v) => written(v, unit)).join(", ")}`)),
    element("div", { class: "verdict" }, statusMark(status),
      element("span", { class: "goal-text" },
        goal(name, figures.measure, figures.target(i)))),
    changes.length > 0 && element("dl", { class: "changes" }, changes),
    figures.measure !== measure && element("p", { class: "note" }, text().meanInstead),
    sample && element("p", { class: "sample" }, sample));
}

// dbt's description of a mart: its first paragraph, formula, clock and nuance.
function definition(mart) {
  const words = DATA.definitions[state.language][mart] ?? DATA.definitions.en[mart];
  return words ?? "";
}

// --- A panel ----------------------------------------------------------------------
const asTable = new Set();

// Rows of a table that a panel prints; style.css hides the others.
const PRINTED_ROWS = 6;
/* what: {title, mart, size, printed, newest, note, options, body, chart, columns, rows}; a
   panel with a chart can be turned into its table, any panel can be saved as CSV. The
   newest rows of a table are its last ones. */
function panel(id, what) {
  const { title, columns, rows } = what;
  const turned = what.chart && asTable.has(id);
  const buttons = [];
  if (what.chart) {
    buttons.push(element("button", {
      type: "button", class: "tool", id: `table-${id}`, "aria-pressed": String(turned),
      "aria-label": fill(text().tableTitle, { title }),
      onclick: () => { if (!asTable.delete(id)) asTable.add(id); render(); },
    }, text().table));
  }
  buttons.push(element("button", {
    type: "button", class: "tool", id: `csv-${id}`, "aria-label": fill(text().csvTitle, { title }),
    onclick: () => saveCsv(id, columns, rows),
  }, text().csv));
  const holder = what.chart && !turned && element("div", { class: "chart", role: "img", "aria-label": what.summary ?? title });
  const body = turned ? element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title }, table(title, columns, rows))
    : holder || what.body;
  const left = what.printed && !holder && rows.length > PRINTED_ROWS
    && element("p", { class: "unprinted" }, fill(text().moreRows, { count: rows.length - PRINTED_ROWS }));
  const section = element("section", {
    class: `panel ${what.size ?? ""}${what.printed ? " printed" : ""}${what.newest ? " newest" : ""}`, id: `panel-${id}`, "aria-labelledby": `title-${id}`,
  },
    element("header", {}, element("h2", { id: `title-${id}` }, title), definitionOf(title, definition(what.mart)),
      element("span", { class: "spring" }), buttons),
    what.options && element("div", { class: "options" }, what.options),
    what.note && element("p", { class: "note" }, what.note), what.newest && left, body, !what.newest && left);
  return { section, draw: holder ? () => draw(holder, id, what.chart) : null };
}

// The part of a tree (dimension, value) that the filter asks for; the whole company with
// a note where the tree is not broken down so.
function filtered(tree) {
  const whole = { parts: Object.values(tree.total ?? {}), note: null };
  if (!state.filter) return whole;
  const { dimension, values } = state.filter;
  const branch = tree[dimension];
  if (!branch) return { ...whole, note: fill(text().notByPanel, { dimension: text().dimensions[dimension] }) };
  return { parts: values.map((value) => branch[value]).filter(Boolean), note: null };
}

// --- Trend against target ---------------------------------------------------------
function trend() {
  const kpi = state.kpi;
  const offered = kpiOf(kpi).measures;
  const measure = offered.includes(state.measure) ? state.measure : judged(kpi);
  const figures = selected(kpi, measure);
  const { dimension, values } = state.filter ?? headline(kpi);
  const title = `${text().trend}: ${label(kpi)}${kindOf(kpi, dimension, values)}${named(kpi, figures?.measure ?? measure)}`;
  const options = offered.length > 1
    ? segments("measure", offered.map((name) => [name, measureName(name)]), measure, (name) => choose({ measure: name }), text().measure)
    : null;
  const base = { title, mart: `kpi_${kpi}.${measure}`, size: "wide", printed: true, newest: true, options };
  if (!figures) {
    return { ...base, note: nothing(kpi, measure), body: element("p"), columns: [], rows: [] };
  }
  const unit = unitOf(kpi, figures.measure);
  const all = figures.values.length;
  const shown = [...Array(all).keys()].slice(-TREND[state.grain]);
  const names = shown.map((i) => periodName(i));
  const value = (i) => figures.values[i] ?? null;
  const yearBefore = (i) => value(i - YEAR[state.grain]);
  const targets = shown.map((i) => figures.target(i));
  const columns = [
    { title: text().period }, { title: measureName(figures.measure), unit }, { title: text().lastYear, unit },
    { title: text().target, unit }, { title: text().status }, { title: text().n, unit: "count" },
  ];
  const rows = shown.map((i) => [
    periodName(i), value(i), yearBefore(i), figures.target(i), text()[figures.statuses[i]], figures.sample ? figures.sample[i] : null,
  ]);
  const open = (i) => figures.statuses[i] === "period_open";
  const bars = shown.map((i) => ({
    value: value(i),
    itemStyle: open(i) ? {
      color: colour("soft"),
      decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 4], rotation: -Math.PI / 4, color: colour("card") },
    } : {},
  }));
  const chart = {
    legend: { top: 0, left: 0, itemWidth: 16, textStyle: { color: colour("muted") }, icon: "roundRect" },
    xAxis: categoryAxis(names), yAxis: valueAxis(unit),
    tooltip: {
      trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: colour("ink"), opacity: 0.06 } },
      formatter: ([first]) => {
        const i = shown[first.dataIndex];
        return tip(periodName(i), [
          [text().actual, written(value(i), unit)], [text().lastYear, written(yearBefore(i), unit)],
          [text().target, written(figures.target(i), unit)], [text().status, text()[figures.statuses[i]]],
        ]);
      },
    },
    series: [
      { name: text().actual, type: "bar", data: bars, itemStyle: { color: colour("accent"), borderRadius: 2 }, barMaxWidth: 30 },
      ...(unit === "growth" ? [] : [{ name: text().lastYear, type: "line", data: shown.map(yearBefore), symbol: "circle", symbolSize: 5, lineStyle: { color: colour("muted"), width: 1.5, opacity: 0.7 }, itemStyle: { color: colour("muted") } }]),
      ...(targets.some((v) => v !== null) ? [{
        name: text().target, type: "line", step: "middle", data: targets, symbol: "none",
        lineStyle: { color: colour("ink"), width: 1.5, type: "dashed" }, itemStyle: { color: colour("ink") },
      }] : []),
    ],
  };
  const notes = [
    figures.measure !== measure && text().meanInstead,
    shown.some((i) => open(i) && value(i) !== null) && `▨ ${text().open}`,
    shown.some((i) => open(i) && value(i) === null)
      && fill(text().openEmpty, { periods: shown.filter((i) => open(i) && value(i) === null).map((i) => periodName(i)).join(", ") }),
  ].filter(Boolean).join(" · ");
  const summary = `${title}: ${rows.slice(-6).map(([p, v]) => `${p} ${written(v, unit)}`).join(", ")}`;
  return { ...base, note: notes || null, chart, columns, rows, summary };
}

// --- Breakdown --------------------------------------------------------------------
function breakdown() {
  const kpi = state.kpi, { measure } = headline(kpi);
  const dimensions = Object.keys(DATA.series[kpi][measure]).filter((d) => d !== "total");
  const dimension = dimensions.includes(state.breakdown) ? state.breakdown
    : dimensions.includes("segment") ? "segment" : dimensions[0];
  const unit = unitOf(kpi, measure);
  const title = `${text().breakdown}: ${label(kpi)}${named(kpi, measure)}`;
  if (!dimension) {
    return { title, mart: `kpi_${kpi}`, size: "slim", printed: true, body: element("p", {}, text().no_data), columns: [], rows: [] };
  }
  const whole = figuresFor(kpi, measure, headline(kpi));
  const last = lastFinal(whole) ?? whole.values.length - 1;
  const found = Object.keys(DATA.series[kpi][measure][dimension] ?? {}).map((value) => {
    const figures = figuresFor(kpi, measure, { dimension, values: [value] });
    return {
      value, actual: figures.values[last], status: figures.statuses[last],
      sample: figures.sample ? figures.sample[last] : null, target: figures.target(last),
    };
  }).filter((row) => row.actual !== null || row.sample > 0);
  const order = direction(kpi, measure) === "lower" ? 1 : -1;
  const rank = (row) => (row.actual === null ? Infinity : order * row.actual);
  found.sort((a, b) => rank(a) - rank(b) || a.value.localeCompare(b.value));
  const actuals = found.map((row) => row.actual ?? 0);
  const low = Math.min(0, ...actuals), high = Math.max(0, ...actuals);
  const columns = [
    { title: text().dimensions[dimension] }, { title: measureName(measure), unit },
    { title: text().target, unit }, { title: text().status }, { title: text().n, unit: "count" },
  ];
  const rows = found.map((row) => [word(row.value), row.actual, row.target, text()[row.status], row.sample]);
  const isChosen = (value) => state.filter?.dimension === dimension && state.filter.values.includes(value);
  const small = (row) => row.sample !== null && row.sample < 5;
  const body = element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text().breakdown },
    element("table", {}, element("caption", { class: "sr" }, `${label(kpi)} ${text().by} ${text().dimensions[dimension]}`),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, columns[0].title),
        element("th", { scope: "col" }, element("span", { class: "sr" }, text().chart)),
        element("th", { scope: "col", class: "number" }, text().value),
        element("th", { scope: "col", class: "number" }, text().n))),
      element("tbody", {}, found.map((row, i) => element("tr", {
        class: `${isChosen(row.value) ? "chosen" : ""} ${small(row) ? "weak" : ""}`, "data-value": row.value,
      },
        element("th", { scope: "row" }, element("button", {
          type: "button", class: "pick-value", id: `pick-${i}`, "aria-label": fill(text().filterBy, { value: word(row.value) }),
          onclick: () => choose({ filter: isChosen(row.value) ? null : { dimension, values: [row.value] } }),
        }, word(row.value))),
        element("td", { class: "bar-cell" }, bar(row.actual, low, high, small(row) ? "small" : "", row.target)),
        element("td", { class: "number" }, row.target === null ? null : statusMark(row.status, false), " ", written(row.actual, unit)),
        element("td", { class: "number" }, written(row.sample, "count")))))));
  return {
    title, mart: `kpi_${kpi}`, size: "slim", printed: true, body, columns, rows,
    note: periodName(last) + (dimension === headline(kpi).dimension ? "" : kindOf(kpi, dimension)),
    options: choice("breakdown", dimensions.map((d) => [d, text().dimensions[d] ?? d]), dimension, (d) => choose({ breakdown: d }), text().by),
  };
}

// --- Waterfalls -------------------------------------------------------------------
// steps: [{name, value, total: whether it stands on the ground}]; growth up or down.
function waterfall(steps, unit) {
  let level = 0;
  const places = steps.map((step) => {
    const from = step.total ? 0 : level;
    level = step.total ? step.value : level + step.value;
    return { ...step, low: Math.min(from, level), high: Math.max(from, level) };
  });
  const tops = places.filter((p) => !p.total).map((p) => p.low);
  // A bridge between two large levels is read from near them, not from zero.
  const floor = Math.min(...tops, ...places.filter((p) => p.total).map((p) => p.high));
  const ceiling = Math.max(...places.map((p) => p.high));
  const min = floor > 0 && floor > ceiling * 0.5 ? Math.max(0, floor - (ceiling - floor) * 0.6) : 0;
  const narrow = innerWidth < 620 || matchMedia("print").matches;
  const shown = (value, total) => {
    if (narrow) return number(value, 0, { notation: "compact", signDisplay: total ? "auto" : "exceptZero" });
    return total ? written(value, unit) : signed(value, unit);
  };
  const kind = (p) => (p.total ? "accent" : p.value < 0 ? "bad" : "good");
  const chart = {
    grid: { left: 8, right: 12, top: 24, bottom: 8, containLabel: true },
    xAxis: { ...categoryAxis(places.map((p) => p.name)), axisLabel: { color: colour("muted"), interval: 0, width: narrow ? 60 : 84, fontSize: narrow ? 9 : 12, lineHeight: 14, overflow: "break" } },
    yAxis: valueAxis(unit, { min, show: min === 0, splitLine: { show: min === 0, lineStyle: { color: colour("line") } } }),
    tooltip: {
      trigger: "item",
      formatter: ({ dataIndex }) => {
        const p = places[dataIndex];
        return tip(p.name, [[text().value, p.total ? written(p.value, unit) : signed(p.value, unit)]]);
      },
    },
    series: [
      { type: "bar", stack: "bridge", silent: true, itemStyle: { color: "transparent" }, data: places.map((p) => Math.max(p.low, min)) },
      {
        type: "bar", stack: "bridge", barMaxWidth: 56,
        data: places.map((p) => ({ value: p.high - Math.max(p.low, min), itemStyle: { color: colour(kind(p)), borderRadius: 2 } })),
        label: {
          show: true, position: "top", color: colour("ink"), fontSize: 13,
          formatter: ({ dataIndex }) => shown(places[dataIndex].value, places[dataIndex].total),
        },
      },
    ],
  };
  return { chart, note: min > 0 ? text().cutAxis : null };
}
const signed = (value, unit) => (unit === "money" ? difference(value, unit)
  : number(value, 0, { signDisplay: "exceptZero" }));

function decomposition() {
  const byComparison = DATA.decomposition[state.grain] ?? {};
  const kinds = byComparison[state.comparison] ?? {};
  const at = (list, name) => list[DATA.effects.indexOf(name)];
  const names = ["base_revenue", "volume_effect", "value_effect", "refund_effect", "revenue"];
  const units = (name) => (name.endsWith("count") ? "count" : "money");
  const columns = [{ title: text().dimensions.deal_type }, ...DATA.effects.map((name) => ({ title: text()[name], unit: units(name) }))];
  let chosen = kinds["(all)"], note = null;
  if (state.filter?.dimension === "deal_type") {
    const parts = state.filter.values.map((value) => kinds[value]).filter(Boolean);
    chosen = parts.length ? DATA.effects.map((_, i) => sum(parts.map((part) => part[i]))) : null;
  } else if (state.filter) {
    note = fill(text().notByPanel, { dimension: text().dimensions[state.filter.dimension] });
  }
  const rows = Object.entries(kinds).map(([value, list]) => [word(value), ...list]);
  const revenue = selected("revenue_growth", "revenue");
  const last = DATA.periods[state.grain].findLastIndex(([, , , complete]) => complete);
  const notes = [
    revenue && last >= 0 && periodName(last), `${text().comparison} ${text()[state.comparison]}`, note,
  ].filter(Boolean).join(" · ");
  const what = {
    title: text().decomposition, mart: "revenue_decomposition", printed: true, columns, rows, note: notes,
    options: segments("comparison", ["prior_year", "prior_period"].map((c) => [c, text()[c]]), state.comparison,
      (comparison) => choose({ comparison }), text().comparison),
  };
  if (!chosen) return { ...what, body: element("p", {}, text().no_data) };
  const steps = names.map((name) => ({
    name: text()[name], value: at(chosen, name), total: name === "base_revenue" || name === "revenue",
  })).filter((step) => step.total || step.value !== 0);
  const { chart, note: cut } = waterfall(steps, "money");
  return {
    ...what, chart, note: [what.note, cut].filter(Boolean).join(" · "),
    summary: `${text().decomposition} ${steps.map((s) => `${s.name} ${written(s.value, "money")}`).join(", ")}`,
  };
}

function bridge() {
  const { parts, note } = filtered(DATA.bridge[state.grain] ?? {});
  const names = DATA.bridge_columns;
  const total = (name) => sum(parts.map((part) => part[names.indexOf(name)]));
  const columns = [{ title: text().movement }, { title: text().customers, unit: "count" }, { title: text().money, unit: "money" }];
  const rows = [
    [text().customers_at_start, total("customers_at_start"), total("revenue_at_start")],
    [text().new_customers, total("new_customers"), null],
    [text().reactivated_customers, total("reactivated_customers"), total("reactivated_revenue")],
    [text().churned_customers, minus(0, total("churned_customers")), minus(0, total("churned_revenue"))],
    [text().contraction_revenue, null, minus(0, total("contraction_revenue"))],
    [text().expansion_revenue, null, total("expansion_revenue")],
    [text().customers_at_end, total("customers_at_end"), null],
  ];
  const figures = figuresFor("churn_rate", "churn_rate", { dimension: "total", values: ["(all)"] });
  const last = lastFinal(figures);
  const what = {
    title: text().bridge, mart: "kpi_churn_rate", printed: true, columns, rows,
    note: [last !== null && periodName(last), note].filter(Boolean).join(" · "),
  };
  if (total("customers_at_start") === null) return { ...what, body: element("p", {}, text().no_data) };
  const steps = [0, 1, 2, 3, 6].map((i) => ({ name: rows[i][0], value: rows[i][1], total: i === 0 || i === 6 }));
  const { chart, note: cut } = waterfall(steps, "count");
  return { ...what, chart, note: [what.note, cut].filter(Boolean).join(" · "), summary: `${text().bridge}: ${steps.map((s) => `${s.name} ${s.value}`).join(", ")}` };
}

// --- Funnel -----------------------------------------------------------------------
function funnel() {
  const { parts, note } = filtered(DATA.funnel[state.grain] ?? {});
  const conversion = figuresFor("conversion_rate", "conversion_rate", { dimension: "total", values: ["(all)"] });
  const last = lastFinal(conversion);
  const starts = DATA.periods[state.grain].map(([start]) => start);
  const pool = (from, to) => {
    const pooled = starts.slice(Math.max(from, 0), to);
    const byValue = parts.map((part) => pooled.map((start) => part[start]).filter(Boolean));
    const counts = [0, 1, 2, 3, 4].map((stage) => sum(byValue.flat().map((entry) => entry[stage])));
    // Where the mart withholds the rate of a value that has leads there, so does the page.
    const known = (stage) => byValue.every((entries) => {
      const asked = entries.filter((entry) => entry[stage - 1] > 0);
      return !asked.length || asked.some((entry) => entry.length === 5 || entry[5 + stage]);
    });
    const rates = counts.map((count, stage) => (stage > 0 && known(stage) ? quotient(count, counts[stage - 1]) : null));
    return { counts, rates };
  };
  const title = text().funnel;
  // Nobody has had enough time to buy.
  if (last === null) {
    return { title, mart: "funnel_stages", printed: true, body: element("p", {}, text().no_data), columns: [], rows: [] };
  }
  const now = pool(last, last + 1), before = pool(last - YEAR[state.grain], last);
  const changes = now.rates.map((rate, stage) => minus(rate, before.rates[stage]));
  const worst = changes.reduce((found, value, stage) => (value !== null && value < 0 && (found === null || value < changes[found]) ? stage : found), null);
  const columns = [
    { title: text().stage }, { title: text().reached, unit: "count" }, { title: text().rate, unit: "share" },
    { title: text().before, unit: "share" },
  ];
  const rows = text().stages.map((name, stage) => [name, now.counts[stage], now.rates[stage], before.rates[stage]]);
  const most = Math.max(...now.counts.map((count) => count ?? 0), 1);
  const body = element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text().funnel }, element("table", {}, element("caption", { class: "sr" }, text().funnel),
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, text().stage),
      element("th", { scope: "col" }, element("span", { class: "sr" }, text().chart)),
      ...columns.slice(1).map((column) => element("th", { scope: "col", class: "number" }, column.title)))),
    element("tbody", {}, rows.map(([name, count, rate, earlier], stage) => element("tr", {},
      element("th", { scope: "row" }, name),
      element("td", { class: "bar-cell" }, bar(count, 0, most, stage === worst ? "bad" : "")),
      element("td", { class: "number" }, written(count, "count")),
      element("td", { class: "number" }, stage === 0 ? "" : rate === null ? text().unknown_stage_rate : written(rate, "share"),
        stage === worst && element("span", { class: "leak" }, ` ↓ ${text().leak}`)),
      element("td", { class: "number" }, stage === 0 || earlier === null ? "" : written(earlier, "share")))))));
  return {
    title, mart: "funnel_stages", printed: true, body, columns, rows,
    note: [fill(text().funnelNote, { period: periodName(last) }), note].filter(Boolean).join(" "),
  };
}

// --- CAC by channel ---------------------------------------------------------------
function channels() {
  const kpi = "customer_acquisition_cost";
  const byChannel = DATA.series[kpi][kpi].channel ?? {};
  const whole = figuresFor(kpi, kpi, { dimension: "total", values: ["(all)"] });
  const last = lastFinal(whole);
  const found = last === null ? [] : Object.keys(byChannel).map((channel) => {
    const figures = figuresFor(kpi, kpi, { dimension: "channel", values: [channel] });
    // What no channel was given for has not won those of whom no channel is known.
    const cost = channel === "(unknown)" ? null : figures.values[last];
    return { channel, cost, spend: figures.over[last], customers: figures.under[last] };
  }).filter((row) => row.spend !== null || row.customers > 0);
  const rank = (row) => (row.channel === "(unknown)" ? Infinity : row.cost ?? 1e15);
  found.sort((a, b) => rank(a) - rank(b) || a.channel.localeCompare(b.channel));
  const name = (row) => (row.channel === "(unknown)" ? text().noChannel : word(row.channel));
  const target = last === null ? null : whole.target(last);
  const most = Math.max(...found.map((row) => row.cost ?? 0), target ?? 0, 1);
  const columns = [{ title: text().channel }, { title: text().spend, unit: "money" }, { title: text().newCustomers, unit: "count" }, { title: text().cac, unit: "money" }];
  const rows = found.map((row) => [name(row), row.spend, row.customers, row.cost]);
  const kind = (row) => (row.customers < 5 ? "small" : "");
  const body = element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text().channels }, element("table", {}, element("caption", { class: "sr" }, text().channels),
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, text().channel),
      element("th", { scope: "col" }, element("span", { class: "sr" }, text().chart)),
      ...[3, 1, 2].map((i) => element("th", { scope: "col", class: "number" }, columns[i].title)))),
    element("tbody", {}, found.map((row) => element("tr", { class: row.customers < 5 ? "weak" : "", "data-value": row.channel },
      element("th", { scope: "row" }, name(row)),
      element("td", { class: "bar-cell" }, bar(row.cost, 0, most, kind(row), target)),
      element("td", { class: "number" }, written(row.cost, "money")),
      element("td", { class: "number" }, written(row.spend, "money")),
      element("td", { class: "number" }, written(row.customers, "count")))))));
  const note = state.filter && fill(text().notByPanel, { dimension: text().dimensions[state.filter.dimension] });
  return {
    title: text().channels, mart: "kpi_customer_acquisition_cost", printed: true, body, columns, rows,
    note: [last !== null && periodName(last), target !== null && `${text().target} ${text().atMost} ${written(target, "money")}`, note].filter(Boolean).join(" · "),
  };
}

// --- Cohorts ----------------------------------------------------------------------
function cohorts() {
  const { parts, note } = filtered(DATA.cohorts);
  const months = [...new Set(parts.flatMap((part) => Object.keys(part)))].sort();
  const found = months.map((month) => {
    const entries = parts.map((part) => part[month]).filter(Boolean);
    const leads = sum(entries.map(([count]) => count));
    const length = Math.min(...entries.map((entry) => entry.length)) - 1;
    const cells = [...Array(Math.max(length, 0)).keys()].map((m) => {
      const customers = sum(entries.map((entry) => entry[m + 1]));
      return { customers, rate: quotient(customers, leads) };
    });
    return { month, leads, cells };
  });
  const width = Math.max(0, ...found.map((row) => row.cells.length));
  const highest = Math.max(0.0001, ...found.flatMap((row) => row.cells.map((cell) => cell.rate ?? 0)));
  const head = [...Array(width).keys()];
  const columns = [{ title: text().cohort }, { title: text().leads, unit: "count" },
    ...head.map((m) => ({ title: fill(text().month_n, { n: m }), unit: "share" }))];
  const rows = found.map((row) => [monthName(row.month), row.leads, ...head.map((m) => row.cells[m]?.rate ?? null)]);
  const shade = (cell) => {
    if (!cell || cell.rate === null) return element("td", {});
    const strength = cell.rate / highest;
    const made = element("td", { title: `${cell.customers} / ${written(cell.rate, "share")}` }, number(cell.rate * 100, 1));
    made.style.background = `color-mix(in srgb, var(--accent) ${Math.round(strength * 45)}%, var(--faint))`;
    return made;
  };
  const body = element("div", { class: "scroll tall", tabindex: "0", role: "group", "aria-label": text().cohorts },
    element("table", { class: "heat" }, element("caption", { class: "sr" }, text().cohorts),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, text().cohort), element("th", { scope: "col", class: "number" }, text().leads),
        head.map((m) => element("th", { scope: "col", class: "month" }, fill(text().month_n, { n: m }))))),
      element("tbody", {}, found.map((row) => element("tr", { "data-value": row.month },
        element("th", { scope: "row" }, monthName(row.month)), element("td", { class: "number" }, written(row.leads, "count")),
        head.map((m) => shade(row.cells[m])))))));
  return {
    title: text().cohorts, mart: "conversion_cohorts", size: "wide", body, columns, rows,
    note: [`${text().cohortNote} (%)`, note].filter(Boolean).join(" "),
  };
}

// --- Cycle curve ------------------------------------------------------------------
function curve() {
  const wanted = state.filter;
  const available = wanted && wanted.values.length === 1 && DATA.curve[wanted.dimension]?.[wanted.values[0]];
  const years = available || DATA.curve.total?.["(all)"] || {};
  const split = wanted && !available && DATA.curve[wanted.dimension];
  const note = wanted && !available && (
    !split ? fill(text().notByPanel, { dimension: text().dimensions[wanted.dimension] })
      : wanted.values.length > 1 ? text().notTogether
        : fill(text().notOfValue, { value: word(wanted.values[0]) }));
  const labels = Object.keys(years);
  const columns = [{ title: text().year }, { title: text().dayColumn, unit: "count" }, { title: text().won, unit: "share" }, { title: text().stillOpen, unit: "share" }];
  const rows = labels.flatMap((year) => years[year][0].map((dayNumber, i) => [fiscalName(year), dayNumber, years[year][1][i], years[year][2][i]]));
  const looks = [["soft", "solid"], ["muted", "dashed"], ["accent", "solid"]].slice(-labels.length);
  const furthest = Math.max(30, ...labels.flatMap((year) => years[year][0].filter((_, i) => years[year][2][i] > 0.05)));
  const at = (year, which, dayNumber) => {
    const i = years[year][0].findLastIndex((d) => d <= dayNumber);
    return i < 0 ? (which === 1 ? 0 : 1) : years[year][which][i];
  };
  const chart = {
    legend: { top: 0, left: 0, itemWidth: 22, textStyle: { color: colour("muted") } },
    grid: { left: 8, right: 14, top: 34, bottom: 24, containLabel: true },
    xAxis: {
      type: "value", max: furthest, name: text().curveAxis, nameLocation: "middle", nameGap: 26, splitLine: { show: false },
      axisLabel: { color: colour("muted"), hideOverlap: true, showMaxLabel: false, formatter: (v) => number(v, 0) }, nameTextStyle: { color: colour("muted") },
    },
    yAxis: valueAxis("share"),
    tooltip: {
      trigger: "axis",
      formatter: ([{ axisValue }]) => tip(fill(text().curveDay, { day: number(axisValue, 0) }), labels.map((year) => [
        fiscalName(year), `${written(at(year, 1, axisValue), "share")} ${text().won}, ${written(at(year, 2, axisValue), "share")} ${text().stillOpen}`])),
    },
    series: labels.map((year, k) => ({
      name: fiscalName(year), type: "line", step: "end", symbol: "none",
      data: [[0, 0], ...years[year][0].map((d, i) => [d, years[year][1][i]])],
      lineStyle: { width: 2, type: looks[k][1], color: colour(looks[k][0]) }, itemStyle: { color: colour(looks[k][0]) },
    })),
  };
  const summary = labels.map((year) => `${fiscalName(year)}: ${written(years[year][1].at(-1), "share")} ${text().won}`).join(", ");
  return { title: text().curve, mart: "sales_cycle_curve", size: "slim", chart, columns, rows, note: [text().wonBy, note].filter(Boolean).join(" "), summary };
}

// --- Pipeline, targets, quality ---------------------------------------------------
function pipeline() {
  const { parts, note } = filtered(DATA.pipeline);
  const names = ["deal_count", "amount", "weighted_amount", "overdue_count", "median_age_days"];
  const units = ["count", "money", "money", "count", "days"];
  // A median of parts cannot be formed.
  const values = names.map((_, i) => (i === 4 && parts.length !== 1 ? null : sum(parts.map((part) => part[i]))));
  const [unknownAmount, unknownChance] = [5, 6].map((i) => sum(parts.map((part) => part[i])));
  // Nothing weighted is not a weight of nothing.
  if (unknownChance > 0 && unknownChance === values[0]) values[2] = null;
  const notes = [
    note, unknownAmount && fill(text().withoutAmount, { count: unknownAmount }),
    unknownChance && fill(text().withoutChance, { count: unknownChance }),
  ].filter(Boolean).join(" · ");
  const columns = names.map((name, i) => ({ title: text()[name], unit: units[i] }));
  const body = element("dl", { class: "stats" }, names.map((name, i) => element("div", {},
    element("dt", {}, text()[name]), element("dd", { "data-figure": name }, written(values[i], units[i])))));
  return { title: text().pipeline, mart: "open_pipeline", size: "full", body, note: notes || null, columns, rows: [values] };
}

function targets() {
  const columns = [
    { title: text().kpi }, { title: text().appliesTo }, { title: text().period }, { title: text().goal, class: "limit" }, { title: text().critical, class: "limit" },
    { title: text().owner }, { title: text().review }, { title: text().rationale }, { title: text().source },
  ];
  const shown = DATA.targets.filter((target) => target.period_grain === state.grain);
  const rows = shown.map((target) => {
    const unit = unitOf(target.kpi, target.measure);
    const sign = target.direction === "lower" ? text().atMost : text().atLeast;
    const dimension = text().dimensions[target.dimension] ?? target.dimension;
    const beyond = target.direction === "lower" ? ">" : "<";
    const critical = target.critical_value ?? target.warning_value ?? target.target_value;
    return [
      label(target.kpi) + named(target.kpi, target.measure), target.dimension === "total" ? dimension : `${dimension}: ${word(target.dimension_value)}`, text()[target.period_grain],
      `${sign} ${written(target.target_value, unit)}`, `${beyond} ${written(critical, unit)}`,
      target.owner ?? "", `${day(target.next_review_on) ?? ""}${target.is_review_due ? ` (${text().due})` : ""}`,
      target.rationale ?? "", target.benchmark_source ?? "",
    ];
  });
  const body = element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text().targets }, table(text().targets, columns, rows));
  return { title: text().targets, mart: "kpi_targets_in_force", size: "full", body, columns, rows };
}

const reasonName = (reason) => text().reasons[reason] ?? reason.replaceAll("_", " ");
// What is only worth knowing changes no figure; the rest without a KPI changes several.
function affected({ kpi, severity }) {
  if (kpi) return label(kpi);
  return severity === "info" ? text().noKpi : text().allKpis;
}
function quality() {
  const columns = [{ title: text().issue }, { title: text().kpi }, { title: text().records, unit: "count" }, { title: text().amount, unit: "money" }];
  // What did not land has no records; it comes first, because it explains empty figures.
  const rows = [...DATA.gaps, ...DATA.quality].map((issue) => [
    reasonName(issue.reason), affected(issue), issue.records ?? null, issue.amount ?? null,
  ]);
  const body = element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": text().quality }, table(text().quality, columns, rows));
  return { title: text().quality, mart: "data_quality_issues", size: "full", body, columns, rows };
}

const PANELS = { trend, breakdown, decomposition, bridge, funnel, channels, cohorts, curve, pipeline, targets, quality };
