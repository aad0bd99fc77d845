// Pieces of the page. Data become text nodes only, never markup.
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) made.append(child);
  }
  return made;
}

function drawing(name, properties) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
  return made;
}

const ICON = {
  on_target: "✓", at_risk: "!", off_target: "✕", period_open: "…",
  no_data: "–", no_target: "–", insufficient_data: "?",
};
function statusMark(status, wordShown = true) {
  return element("span", { class: `status ${status}` },
    element("span", { class: "icon", "aria-hidden": "true" }, ICON[status]),
    element("span", { class: wordShown ? "" : "sr" }, text()[status]));
}

// The definition on hover and on focus; Escape hides it.
let definitions = 0;
function definitionOf(title, words) {
  if (!words) return null;
  const id = `definition-${(definitions += 1)}`;
  const bubble = element("span", { class: "bubble", role: "tooltip", id },
    ...words.split("\n").filter(Boolean).map((line) => element("span", {}, line)));
  const button = element("button", {
    type: "button", class: "info", "aria-describedby": id,
    "aria-label": fill(text().definitionTitle, { title }),
    onkeydown: (event) => { if (event.key === "Escape") holder.classList.add("hidden"); },
    onblur: () => holder.classList.remove("hidden"),
  }, "i");
  const place = () => {
    bubble.classList.toggle("left", button.getBoundingClientRect().left > innerWidth / 2);
  };
  const holder = element("span", {
    class: "definition", onmouseenter: place, onfocusin: place,
    onmouseleave: () => holder.classList.remove("hidden"),
  }, button, bubble);
  return holder;
}

function choice(name, options, chosen, choose, title) {
  return element("label", { class: "choice" }, element("span", {}, title),
    element("select", { id: name, onchange: (event) => choose(event.target.value) },
      options.map(([value, words]) =>
        element("option", { value, selected: value === chosen }, words))));
}

function segments(name, options, chosen, choose, title) {
  return element("div", { class: "segments", role: "group", "aria-label": title },
    options.map(([value, words]) => element("button", {
      type: "button", "data-value": value, "aria-pressed": String(value === chosen),
      id: `${name}-${value}`, onclick: () => choose(value),
    }, words)));
}

// A small line of the last periods, with the target as a dashed line.
function sparkline(values, targets, description) {
  const width = 160, height = 40, pad = 4;
  const known = [...values, ...targets].filter((v) => v !== null);
  const svg = drawing("svg", {
    viewBox: `0 0 ${width} ${height}`, class: "spark", role: "img",
    "aria-label": description, preserveAspectRatio: "none",
  });
  if (!known.length) return svg;
  const low = Math.min(...known), high = Math.max(...known);
  const x = (i) => pad + (i * (width - 2 * pad)) / Math.max(values.length - 1, 1);
  const y = (v) => height - pad - ((v - low) / (high - low || 1)) * (height - 2 * pad);
  const path = (list) => list.map((v, i) => (v === null ? ""
    : `${i && list[i - 1] !== null ? "L" : "M"}${x(i).toFixed(1)},${y(v).toFixed(1)}`)).join("");
  if (targets.some((v) => v !== null)) svg.append(drawing("path", { d: path(targets), class: "goal" }));
  svg.append(drawing("path", { d: path(values), class: "line" }));
  const last = values.findLastIndex((v) => v !== null);
  if (last >= 0) {
    svg.append(drawing("circle", { cx: x(last).toFixed(1), cy: y(values[last]).toFixed(1), r: 3, class: "end" }));
  }
  return svg;
}

// A bar in a table cell, from zero, in per cent of the cell; negative values to the left.
function bar(value, low, high, kind = "", mark = null) {
  const range = high - low || 1;
  const at = (v) => ((v - low) / range) * 100;
  const track = element("span", { class: "track", "aria-hidden": "true" });
  if (value !== null) {
    const fillBar = element("span", { class: `bar ${kind}` });
    fillBar.style.left = `${at(Math.min(value, 0))}%`;
    fillBar.style.width = `${Math.max(Math.abs(at(value) - at(0)), 0.6)}%`;
    track.append(fillBar);
  }
  if (low < 0) {
    const zero = element("span", { class: "zero" });
    zero.style.left = `${at(0)}%`;
    track.append(zero);
  }
  if (mark !== null && mark >= low && mark <= high) {
    const goal = element("span", { class: "goal" });
    goal.style.left = `${at(mark)}%`;
    track.append(goal);
  }
  return track;
}

// A table: columns [{title, unit}], rows of raw values (texts without a unit).
function table(caption, columns, rows, properties = {}) {
  return element("table", properties, element("caption", { class: "sr" }, caption),
    element("thead", {}, element("tr", {}, columns.map((column) =>
      element("th", { scope: "col", class: column.unit ? "number" : "" }, column.title)))),
    element("tbody", {}, rows.map((row) => element("tr", {}, row.map((value, i) => {
      const unit = columns[i].unit;
      const shown = unit ? written(value, unit) : value ?? "";
      return i === 0 ? element("th", { scope: "row" }, shown)
        : element("td", { class: unit ? "number" : columns[i].class ?? "" }, shown);
    })))));
}

// --- CSV as Excel opens it: German semicolon and decimal comma, English comma and point.
function asCsv(columns, rows) {
  const german = state.language === "de";
  const cell = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") {
      return german ? String(value).replace(".", ",") : String(value);
    }
    // A spreadsheet takes a text that begins so for a formula.
    const safe = /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
    return /[";,\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [columns.map((column) => column.title), ...rows];
  return "\ufeff" + lines.map((line) => line.map(cell).join(german ? ";" : ",")).join("\r\n") + "\r\n";
}

function saveCsv(name, columns, rows) {
  const link = element("a", {
    href: URL.createObjectURL(new Blob([asCsv(columns, rows)], { type: "text/csv;charset=utf-8" })),
    download: `${name}_${state.grain}_${DATA.as_of}.csv`,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}

// --- Charts -----------------------------------------------------------------------
const charts = new Map();
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// The tooltip is made of elements, so that names in the data stay text.
function tip(title, lines) {
  return element("div", { class: "tip" }, element("strong", {}, title),
    lines.map(([name, value]) => element("div", {}, element("span", {}, name), element("b", {}, value))));
}

function draw(holder, id, option) {
  charts.get(id)?.dispose();
  const chart = echarts.init(holder, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: "inherit", color: colour("muted") },
    grid: { left: 8, right: 12, top: 34, bottom: 8, containLabel: true },
    ...option,
    tooltip: {
      confine: true, backgroundColor: colour("card"), borderColor: colour("line"),
      textStyle: { color: colour("ink"), fontSize: 13 }, ...option.tooltip,
    },
  });
  charts.set(id, chart);
}

const categoryAxis = (names) => ({
  type: "category", data: names, axisTick: { show: false },
  axisLine: { lineStyle: { color: colour("line") } },
  axisLabel: { color: colour("muted"), hideOverlap: true },
});
const valueAxis = (unit, extra = {}) => ({
  type: "value", splitNumber: 4, splitLine: { lineStyle: { color: colour("line") } },
  axisLabel: { color: colour("muted"), formatter: (v) => brief(v, unit) }, ...extra,
});
