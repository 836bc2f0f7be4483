// The page: what the reader edits and clicks goes to the engine as one request, and its view is drawn.
import { startEngine } from "./engine.js";

const DAY = 24 * 60 * 60 * 1000;
const WEEKS_SHOWN = 5;
const TYPING_PAUSE = 300;
const SAMPLE_DAYS = [-9, -8, -7, -5, -4, -3, -2, -1];
const STATUS = { frozen: "saved by a freeze", acted: "recorded, no credit", idle: "" };

const byId = (id) => document.getElementById(id);
const toDay = (text) => new Date(`${text}T00:00:00Z`);
const toText = (day) => day.toISOString().slice(0, 10);
const move = (text, days) => toText(new Date(toDay(text).getTime() + days * DAY));
const longName = (text) =>
  toDay(text).toLocaleDateString("en", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** Return the local date of the browser, or that of the address: ?today=2026-03-18. */
function firstToday() {
  const asked = new URLSearchParams(location.search).get("today");
  if (asked && /^\d{4}-\d{2}-\d{2}$/.test(asked) && !Number.isNaN(toDay(asked).getTime())) return asked;
  const now = new Date();
  return toText(new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())));
}

const today = firstToday();
const state = {
  today,
  since: move(today, -7 * WEEKS_SHOWN - ((toDay(today).getUTCDay() + 6) % 7)),
  events: new Map(), // by date and metric
  view: null,
};
let evaluate;

/** Make an element of a kind, with attributes or properties, and with children. */
function make(kind, fields = {}, ...children) {
  const element = document.createElement(kind);
  for (const [name, value] of Object.entries(fields)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Evaluate everything afresh, and draw the view. */
function update() {
  const request = {
    rules: byId("rules").value,
    events: [...state.events.values()],
    since: state.since,
    today: state.today,
    previous: state.view,
  };
  const view = evaluate(request);
  drawProblems(view.problems);
  byId("result").classList.toggle("stale", !view.valid);
  if (!view.valid) {
    if (state.view) drawCalendar(state.view.days);
    return;
  }
  const previous = state.view;
  state.view = view;
  drawMetrics(view.metrics, previous);
  drawCalendar(view.days);
  drawChanges(view.changes, view.refused);
  byId("tiles").replaceChildren(...tilesOf(view));
  drawExplanation(view, previous);
  drawAchievements(view.achievements);
  drawTimeline(view.timeline);
}

function drawProblems(problems) {
  const items = problems.map(({ severity, text }) => make("li", { className: severity }, text));
  byId("problems").replaceChildren(...(items.length ? items : [make("li", { className: "fine" }, "no problems")]));
}

function drawMetrics(all, previous) {
  const metrics = all.filter(({ amount }) => amount !== null);
  const select = byId("metric");
  const chosen = select.value;
  select.replaceChildren(...metrics.map(({ key, name }) => new Option(name.toLowerCase(), key)));
  const metric = metrics.find(({ key }) => key === chosen) ?? metrics[0];
  if (!metric) return;
  select.value = metric.key;
  const former = previous?.metrics.find(({ key }) => key === metric.key);
  if (metric.key !== chosen || former?.amount !== metric.amount) byId("value").value = metric.amount;
}

const eventsOn = (date) => [...state.events.values()].filter(([day]) => day === date);

function drawCalendar(days) {
  const focused = document.activeElement?.dataset?.date;
  byId("today").textContent = longName(state.today);
  byId("calendar").replaceChildren(
    ...days.map(({ date, status }, place) => {
      const day = toDay(date);
      const month = place === 0 || day.getUTCDate() === 1;
      const recorded = eventsOn(date).map(([, metric, value]) => `${value} ${metric}`);
      const button = make(
        "button",
        {
          type: "button",
          className: status,
          disabled: date > state.today,
          tabIndex: date === (focused ?? state.today) ? 0 : -1,
          title: [longName(date), STATUS[status] ?? status, ...recorded].filter(Boolean).join("\n"),
          "aria-label": [longName(date), STATUS[status] ?? status, ...recorded].filter(Boolean).join(", "),
          "aria-pressed": String(recorded.length > 0),
          "data-date": date,
        },
        make("span", { className: "month" }, month ? day.toLocaleDateString("en", { month: "short", timeZone: "UTC" }) : ""),
        make("span", { className: "number" }, String(day.getUTCDate())),
      );
      if (date === state.today) button.setAttribute("aria-current", "date");
      return button;
    }),
  );
  if (focused) byId("calendar").querySelector(`[data-date="${focused}"]`)?.focus();
}

function drawChanges(changes, refused) {
  const shown = changes?.length === 0 ? [make("li", { className: "none" }, "Streak, achievements and points stay as they are.")] : [];
  byId("changes").replaceChildren(
    ...shown,
    ...(changes ?? []).map((text) => make("li", {}, text)),
    ...refused.map((text) => make("li", { className: "error" }, `refused on ${text}`)),
  );
}

/** Make a bar that is filled to a fraction. */
function bar(fraction, label) {
  const value = Math.floor(100 * fraction);
  return make("div", { className: "bar", role: "progressbar", "aria-valuenow": value, "aria-label": label },
    make("span", { style: `width: ${value}%` }));
}

function tile(name, large, ...more) {
  return make("div", { className: "tile", "data-tile": name }, make("h3", {}, name), make("strong", {}, large), ...more);
}

function tilesOf({ streak, points, metrics }) {
  const tiles = [];
  if (streak) {
    const unit = streak.length === 1 ? streak.unit : `${streak.unit}s`;
    const until = streak.expires ? `act by ${longName(streak.expires).slice(0, -6)} to keep it` : "";
    tiles.push(tile("Streak", `${streak.length} ${unit}`, make("p", {}, [`longest ${streak.longest}`, until].filter(Boolean).join(" · "))));
    if (streak.freezes !== null) {
      const held = "❄".repeat(Math.min(streak.freezes, 10));
      tiles.push(tile("Freezes", String(streak.freezes), make("p", {}, held && make("span", { className: "flakes" }, held + " "), `of at most ${streak.max_freezes}`)));
    }
  }
  for (const { name, total, maximum, level, next, fraction } of points) {
    const facts = [level, next, maximum === null ? null : `of at most ${maximum}`].filter((fact) => fact !== null);
    tiles.push(tile(name, String(total), ...(fraction === null ? [] : [bar(fraction, `to the next level of ${name}`)]),
      ...(facts.length ? [make("p", {}, facts.join(" · "))] : [])));
  }
  if (!tiles.length) tiles.push(...metrics.map(({ name, total }) => tile(name, total)));
  return tiles;
}

function drawExplanation({ explanation }, previous) {
  byId("streak-part").hidden = byId("legend").hidden = explanation.length === 0;
  byId("calendar").classList.toggle("no-streak", explanation.length === 0);
  const known = new Set(previous?.explanation);
  byId("explanation").replaceChildren(
    ...explanation.map((line) => make("li", { className: previous && !known.has(line) ? "new" : "" }, line)),
  );
}

function drawAchievements(achievements) {
  byId("achievements-part").hidden = achievements.length === 0;
  byId("achievements").replaceChildren(
    ...achievements.map(({ name, description, completed, progress, fraction }) =>
      make("li", { className: completed ? "completed" : "open" },
        make("span", { className: "name" }, name),
        make("span", { className: "when" }, completed ? longName(completed).slice(0, -6) : progress),
        make("span", { className: "description" }, description ?? ""),
        bar(fraction, name)),
    ),
  );
}

function drawTimeline(days) {
  byId("timeline").replaceChildren(
    ...days.toReversed().map(({ date, lines }) =>
      make("li", {}, make("h3", {}, longName(date)), make("ul", {}, ...lines.map((line) => make("li", {}, line.trim()))))),
  );
}

/** Record an event of the chosen metric on a day, or take it away. */
function record(date) {
  const metric = byId("metric").value;
  const value = byId("value").valueAsNumber;
  const key = `${date} ${metric}`;
  if (metric && !state.events.delete(key)) state.events.set(key, [date, metric, Number.isFinite(value) ? value : 1]);
}

/** Move the focus in the calendar with the arrow keys. */
function moveFocus(event) {
  const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
  const date = event.target.dataset?.date;
  const next = days && date && byId("calendar").querySelector(`[data-date="${move(date, days)}"]:enabled`);
  if (!next) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

function moveToday(days) {
  if (move(state.today, days) < state.since) return;
  state.today = move(state.today, days);
  update();
}

async function fetchText(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${response.statusText}`);
  return response.text();
}

/** Show a sample of rules with events on some days before today. */
async function showSample(name) {
  byId("rules").value = await fetchText(`samples/${name}.toml`);
  byId("rules").scrollTop = 0;
  state.events.clear();
  state.view = null;
  update();
  for (const days of SAMPLE_DAYS) record(move(state.today, days));
  state.view = null;
  update();
}

function listen() {
  let timer;
  byId("rules").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, TYPING_PAUSE);
  });
  byId("calendar").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    record(button.dataset.date);
    update();
  });
  byId("calendar").addEventListener("keydown", moveFocus);
  byId("metric").addEventListener("change", () => {
    const metric = state.view.metrics.find(({ key }) => key === byId("metric").value);
    byId("value").value = metric.amount;
  });
  byId("earlier").addEventListener("click", () => moveToday(-1));
  byId("later").addEventListener("click", () => moveToday(1));
  byId("clear").addEventListener("click", () => {
    state.events.clear();
    update();
  });
  byId("sample").addEventListener("change", (event) => showSample(event.target.value));
}

async function start() {
  const settings = JSON.parse(await fetchText("settings.json"));
  const pyodideFolder = new URL(settings.pyodide, location.href).href;
  const wheels = settings.wheels.map((wheel) => new URL(wheel, location.href).href);
  byId("sample").replaceChildren(...settings.samples.map((name) => new Option(name, name)));
  const [source, { loadPyodide }] = await Promise.all([
    fetchText("playground.py"),
    import(`${pyodideFolder}pyodide.mjs`),
  ]);
  evaluate = await startEngine(loadPyodide, wheels, source, pyodideFolder);
  listen();
  await showSample(settings.samples[0]);
  byId("loading").hidden = true;
  byId("playground").inert = false;
}

start().catch((error) => {
  byId("loading").className = "error";
  byId("loading").textContent = `The playground could not start: ${error.message}`;
  throw error;
});
