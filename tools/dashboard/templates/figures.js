// From the figures of the marts to the figures of a selection, and how they are written.
const DATA = JSON.parse(document.getElementById("figures").textContent);
const GRAINS = ["month", "quarter", "fiscal_year"];
const YEAR = { month: 12, quarter: 4, fiscal_year: 1 };
const TREND = { month: 24, quarter: 12, fiscal_year: 10 };
const SPARK = { month: 13, quarter: 9, fiscal_year: 6 };
const STATUS = {
  o: "period_open", d: "no_data", t: "no_target", i: "insufficient_data",
  "+": "on_target", "~": "at_risk", "-": "off_target",
};

// What the reader has chosen; filter is null or {dimension, values}.
const state = {
  language: "de", grain: "quarter", filter: null, kpi: DATA.kpis[0].kpi, measure: null,
  breakdown: "region", comparison: "prior_year",
};
const text = () => TEXTS[state.language];
// {name} is a part; {name?one|many} chooses words by whether that part is 1.
const fill = (pattern, parts) =>
  pattern.replace(/\{(\w+)(?:\?([^|}]*)\|([^}]*))?\}/g, (_, name, one, many) => (
    one !== undefined ? (String(parts[name]) === "1" ? one : many) : name in parts ? parts[name] : ""));
const word = (value) => (Object.hasOwn(text().words, value) ? text().words[value] : value);
const kpiOf = (name) => DATA.kpis.find((kpi) => kpi.kpi === name);
const label = (kpi) => kpiOf(kpi)[state.language];
const measureName = (measure) => text().measures[measure] ?? measure.replaceAll("_", " ");
// The row of the scorecard that stands for a KPI: {measure, dimension, values}.
const headline = (kpi) => kpiOf(kpi).headlines[state.grain];
// The measure a KPI is shown by: that of its headline, or of the target that the one
// chosen value has of its own.
function judged(kpi) {
  const { dimension, values = [] } = state.filter ?? {};
  const own = values.length === 1 && kpiOf(kpi).own.find(
    ([grain, by, value]) => grain === state.grain && by === dimension && value === values[0]);
  return own ? own[3] : headline(kpi).measure;
}
const direction = (kpi, measure) => kpiOf(kpi).directions[measure] ?? kpiOf(kpi).direction;
// Names the measure where a target stands on another one than the KPI's own.
const named = (kpi, measure) => (measure === kpiOf(kpi).default ? "" : ` · ${measureName(measure)}`);
// Where the headline is of one kind of orders only, figures say whether they are of that
// kind or, by another dimension, of all kinds.
function kindOf(kpi, by, values) {
  const { dimension } = headline(kpi);
  if (dimension === "total") return "";
  return by === dimension ? ` · ${values.map(word).join(", ")}`
    : ` · ${fill(text().allOf, { dimension: text().dimensions[dimension] })}`;
}
const unitOf = (kpi, measure) => kpiOf(kpi).units[measure];

// --- Writing numbers and days -----------------------------------------------------
const formats = new Map();
function number(value, digits, extra = {}) {
  const key = JSON.stringify([state.language, digits, extra]);
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(text().locale, {
      minimumFractionDigits: digits, maximumFractionDigits: digits,
      signDisplay: "negative", ...extra,
    }));
  }
  return formats.get(key).format(value).replace("-", "−");
}
const isShare = (unit) => unit === "share" || unit === "growth";

// Until the first period is final nothing says what money is counted in.
const money = () => (DATA.currency ? { style: "currency", currency: DATA.currency } : {});

const daysOf = (value) => (Math.abs(value) === 1 ? text().day : text().days);

function written(value, unit) {
  if (value === null || value === undefined) return "–";
  if (isShare(unit)) return number(value, 1, { style: "percent" });
  if (unit === "money") return number(value, 0, money());
  if (unit === "days") {
    const digits = Number.isInteger(value) ? 0 : 1;
    return `${number(value, digits)} ${daysOf(value)}`;
  }
  if (unit === "months") return `${number(value, 1)} ${text().months}`;
  if (unit === "count") return number(value, 0);
  return String(value);
}

// A difference of two values of a unit: shares differ in percentage points.
function difference(value, unit) {
  const sign = { signDisplay: "exceptZero" };
  if (isShare(unit)) return `${number(value * 100, 1, sign)} ${text().points}`;
  if (unit === "money") return number(value, 0, { ...sign, ...money() });
  if (unit === "months") return `${number(value, 1, sign)} ${text().months}`;
  const digits = Number.isInteger(value) ? 0 : 1;
  return unit === "days"
    ? `${number(value, digits, sign)} ${daysOf(value)}` : number(value, digits, sign);
}

// Short, for the axis of a chart.
function brief(value, unit) {
  if (isShare(unit)) return number(value, Number.isInteger(value * 100) ? 0 : 1, { style: "percent" });
  return number(value, 0, { notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0 });
}

const asDate = (iso) => new Date(`${iso}T00:00:00Z`);
function day(iso) {
  return iso && asDate(iso).toLocaleDateString(text().locale, {
    day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC",
  });
}
function monthName(iso) {
  return asDate(iso).toLocaleDateString(text().locale, {
    month: "short", year: "numeric", timeZone: "UTC",
  });
}
function periodName(index, grain = state.grain) {
  const [start, , name] = DATA.periods[grain][index];
  return grain === "month" ? monthName(start) : fiscalName(name);
}
// FY2026 Q1 as people say it; a fiscal year that is the calendar year needs no FY.
function fiscalName(name) {
  const [, year, quarter] = name.match(/^FY(\d+)(?: (Q\d))?$/) ?? [];
  if (!year) return name;
  const calendar = DATA.periods.fiscal_year.every(([start]) => start.endsWith("-01-01"));
  const named = calendar ? year : `${state.language === "de" ? "GJ" : "FY"} ${year}`;
  return quarter ? `${quarter} ${named}` : named;
}

// --- The figures of a selection ---------------------------------------------------
const valuesOf = (figures) => figures.v ?? figures.n.map((over, i) => quotient(over, figures.d[i]));
const quotient = (over, under) =>
  (over === null || under === null || !(under > 0) ? null : over / under);
const sum = (numbers) => {
  const known = numbers.filter((n) => n !== null && n !== undefined);
  return known.length ? known.reduce((a, b) => a + b, 0) : null;
};
const byIndex = (list, i) => (Array.isArray(list) ? list[i] : list) ?? null;

// Figures by period of one measure for one or more values of a dimension; null where
// the mart has no such breakdown. Several values: quotient of the sums, no verdict.
function figuresFor(kpi, measure, selection, grain = state.grain) {
  const branch = DATA.series[kpi][measure]?.[selection.dimension];
  if (!branch) return null;
  const parts = selection.values.map((value) => branch[value]?.[grain]).filter(Boolean);
  if (!parts.length) return null;
  if (parts.length === 1) {
    const [only] = parts;
    return {
      measure, values: valuesOf(only), over: only.n ?? null, under: only.d ?? null,
      sample: only.s ?? only.d ?? null, statuses: [...only.st].map((code) => STATUS[code]),
      target: (i) => byIndex(only.t, i),
    };
  }
  const isSum = unitOf(kpi, measure) === "count"
    || ["revenue", "order_revenue", "acquisition_spend"].includes(measure);
  if (!parts[0].n && !isSum) return null;
  const over = [], under = [], values = [], sample = [], statuses = [];
  for (let i = 0; i < parts[0].st.length; i += 1) {
    over.push(sum(parts.map((part) => (isSum ? part.v : part.n)[i])));
    under.push(isSum ? null : sum(parts.map((part) => part.d[i])));
    sample.push(sum(parts.map((part) => (part.s ?? part.d ?? [])[i])));
    values.push(isSum ? over[i] : quotient(over[i], under[i]));
    if (parts.some((part) => part.st[i] === "o")) statuses.push("period_open");
    else statuses.push(values[i] === null ? "no_data" : "no_target");
  }
  return { measure, values, over, under, sample, statuses, target: () => null };
}

// The figures of a KPI under the filter; of a median cycle over several values, the mean
// by the same clock.
function selected(kpi, measure) {
  const selection = state.filter ?? headline(kpi);
  let figures = figuresFor(kpi, measure, selection);
  if (!figures && ["median_cycle_days", "p90_cycle_days"].includes(measure)) {
    figures = figuresFor(kpi, "mean_cycle_days", selection);
  }
  return figures && { ...figures, selection };
}

const isFinal = (figures) => (i) => figures.statuses[i] !== "period_open";
function lastFinal(figures) {
  for (let i = figures.values.length - 1; i >= 0; i -= 1) {
    if (isFinal(figures)(i)) return i;
  }
  return null;
}
const minus = (a, b) => (a === null || b === null || a === undefined || b === undefined
  ? null : a - b);
// Whether a change is for the better: 1, for the worse: -1, neither: 0.
const better = (kpi, measure, change) =>
  Math.sign(change) * (direction(kpi, measure) === "lower" ? -1 : 1);
