// The page: what the reader chooses, and everything drawn from it.
function choose(changes) {
  Object.assign(state, changes);
  remember();
  render();
}

// The choice stands in the address, so that a bookmark opens the same view.
function remember() {
  const parts = new URLSearchParams({ lang: state.language, grain: state.grain, kpi: state.kpi });
  if (state.filter) {
    parts.set("by", state.filter.dimension);
    for (const value of state.filter.values) parts.append("is", value);
  }
  try { history.replaceState(null, "", `#${parts}`); } catch { /* some viewers forbid it */ }
}
function recall() {
  const parts = new URLSearchParams(location.hash.slice(1));
  if (Object.hasOwn(TEXTS, parts.get("lang") ?? "")) state.language = parts.get("lang");
  if (GRAINS.includes(parts.get("grain"))) state.grain = parts.get("grain");
  if (kpiOf(parts.get("kpi"))) state.kpi = parts.get("kpi");
  const dimension = parts.get("by");
  const known = filterDimensions()[dimension] ?? [];
  const values = parts.getAll("is").filter((value) => known.includes(value));
  if (values.length) state.filter = { dimension, values };
}

// Dimensions one can filter by, with their values.
function filterDimensions() {
  const found = {};
  for (const measures of Object.values(DATA.series)) {
    for (const dimensions of Object.values(measures)) {
      for (const [dimension, values] of Object.entries(dimensions)) {
        if (dimension !== "total" && dimension !== "channel") {
          found[dimension] ??= new Set();
          for (const value of Object.keys(values)) found[dimension].add(value);
        }
      }
    }
  }
  return Object.fromEntries(Object.entries(found).map(([d, values]) => [d, [...values].sort()]));
}
const FILTERS = filterDimensions();

function controls() {
  const t = text();
  const parts = [segments("grain", GRAINS.map((grain) => [grain, t[grain]]), state.grain, (grain) => choose({ grain }), t.grain)];
  const dimensions = Object.keys(TEXTS.de.dimensions).filter((d) => d in FILTERS);
  parts.push(choice("filter", [["", t.everything], ...dimensions.map((d) => [d, t.dimensions[d]])], state.filter?.dimension ?? "",
    (dimension) => choose({ filter: dimension ? { dimension, values: [FILTERS[dimension][0]] } : null }), t.filter));
  if (state.filter) {
    const { dimension, values } = state.filter;
    const toggle = (value, on) => {
      const next = FILTERS[dimension].filter((v) => (v === value ? on : values.includes(v)));
      choose({ filter: next.length ? { dimension, values: next } : null });
    };
    const summary = values.length <= 2 ? values.map(word).join(", ") : fill(t.chosen, { count: values.length });
    parts.push(element("details", { class: "values", id: "values", open: valuesOpen, ontoggle: (event) => { valuesOpen = event.target.open; } },
      element("summary", { class: "pick", id: "values-summary" }, summary),
      element("fieldset", {}, element("legend", { class: "sr" }, t.dimensions[dimension]),
        FILTERS[dimension].map((value, i) => element("label", {}, element("input", {
          type: "checkbox", id: `value-${i}`, checked: values.includes(value), onchange: (event) => toggle(value, event.target.checked),
        }), word(value))))));
    parts.push(element("button", { type: "button", class: "plain", id: "reset", onclick: () => choose({ filter: null }) }, t.reset));
  }
  return parts;
}
let valuesOpen = false;

function notices() {
  const t = text();
  const found = [];
  const age = Math.floor((Date.now() - asDate(DATA.as_of)) / 86400000);
  if (age > 3) found.push(["warn", "!", fill(t.stale, { date: day(DATA.as_of), days: number(age, 0) })]);
  if (DATA.unexplained) found.push(["bad", "✕", fill(t.unexplained, { count: number(DATA.unexplained, 0) })]);
  if (DATA.restated.length) {
    const months = DATA.restated.map(({ period_start: start, amount }) => `${monthName(start)} (${difference(amount ?? 0, "money")})`);
    found.push(["warn", "!", fill(t.restated, { months: months.join(", ") })]);
  }
  if (DATA.settings_changed) found.push(["warn", "!", t.settingsChanged]);
  // Those that the panel shows, to which the notice leads.
  const due = DATA.targets.filter((target) => target.is_review_due && target.period_grain === state.grain).length;
  if (due) found.push(["warn", "!", fill(t.reviewsDue, { count: due }), "targets"]);
  const records = sum(DATA.quality.filter((issue) => issue.severity !== "info").map((issue) => issue.records));
  if (records) found.push(["", "i", fill(t.issues, { count: number(records, 0) }), "quality"]);
  if (!found.length) found.push(["good", "✓", t.allGood]);
  if (DATA.is_sample) found.unshift(["warn", "!", t.sampleCompany]);
  return found.map(([kind, icon, words, link]) => element("p", { class: `notice ${kind}` },
    element("span", { class: "icon", "aria-hidden": "true" }, icon), element("span", {}, words),
    link && element("a", { href: `#panel-${link}`, onclick: (event) => {
      event.preventDefault();
      document.getElementById(`panel-${link}`).scrollIntoView();
    } }, t.details)));
}

function render() {
  const t = text();
  const focused = document.activeElement?.id;
  definitions = 0;
  document.documentElement.lang = state.language;
  document.title = t.title;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = t[node.dataset.text];
  const stamp = new Date(DATA.loaded_at).toLocaleString(t.locale, {
    day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
  });
  const selection = state.filter
    ? `${t.filter}: ${t.dimensions[state.filter.dimension]} ${state.filter.values.map(word).join(", ")}` : t.noFilter;
  // Paper has no controls to read the choice from.
  document.getElementById("as-of").replaceChildren(
    element("strong", {}, fill(t.asOf, { date: day(DATA.as_of) })), ` · ${fill(t.loaded, { time: `${stamp} UTC` })}`,
    element("span", { class: "selection" }, ` · ${t.grain}: ${t[state.grain]} · ${selection}`));
  document.getElementById("language").replaceChildren(...Object.keys(TEXTS).map((language) => element("button", {
    type: "button", id: `language-${language}`, lang: language, "aria-pressed": String(state.language === language),
    onclick: () => choose({ language }),
  }, language.toUpperCase())));
  document.getElementById("language").setAttribute("aria-label", t.language);
  document.getElementById("controls").setAttribute("aria-label", t.controls);
  // A screen reader reads out whatever is put there, changed or not.
  const banner = document.getElementById("banner"), told = element("div", {}, notices());
  if (told.textContent !== banner.textContent) banner.replaceChildren(...told.childNodes);
  document.getElementById("controls").replaceChildren(...controls());
  document.getElementById("cards").replaceChildren(...DATA.kpis.map(card));
  for (const chart of charts.values()) chart.dispose();
  charts.clear();
  const made = Object.entries(PANELS).map(([id, make]) => panel(id, make()));
  document.getElementById("panels").replaceChildren(...made.map(({ section }) => section));
  for (const { draw: drawIt } of made) drawIt?.();
  document.getElementById("announcement").textContent = selection;
  // What is gone with the filter leaves the focus to where one is chosen.
  if (focused) document.getElementById(document.getElementById(focused) ? focused : "filter").focus({ preventScroll: true });
}

recall();
render();
const fit = () => { for (const chart of charts.values()) chart.resize(); };
document.getElementById("print").addEventListener("click", () => print());
addEventListener("resize", fit);
addEventListener("beforeprint", fit);
addEventListener("afterprint", fit);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
matchMedia("print").addEventListener("change", render);
