"use strict";
// The page of one run: everything it shows comes from the timeline that is embedded above. Only the rows and marks that can be
// seen are drawn, so that ten thousand interactions scroll as ten do.
const run = JSON.parse(document.getElementById("timeline").textContent);
const byId = (id) => document.getElementById(id);
const el = (name, attributes = {}, ...children) => {
  const node = Object.assign(document.createElement(name), attributes);
  node.append(...children);
  return node;
};
const ROW = 26, LANE = 18, LABEL = 260;
const processes = new Map(run.processes.map((p) => [p.pid, p]));
const problemsOf = new Map();
for (const violation of run.violations)
  if (violation.interaction !== null) problemsOf.set(violation.interaction, [...(problemsOf.get(violation.interaction) ?? []), violation]);
const isProblem = (call) => !["asserted", "ambient", "allowed"].includes(call.state);
const place = (ref) => (ref ? `${ref.file}:${ref.line}${ref.id ? ` (${ref.id})` : ""}` : "");
const shortArgv = (pid) => {
  const process = processes.get(pid);
  return process ? `pid ${pid} ${process.argv.map((word) => word.split("/").pop()).join(" ").slice(0, 48)}` : `pid ${pid}`;
};
const titleOf = (call) => {
  const request = call.request ?? {};
  if (request.url) return `${request.method ?? call.op} ${request.url}`;
  if (request.args) return JSON.stringify(request.args);
  if (request.argv) return request.argv.join(" ");
  const first = Object.values(request)[0];
  return `${call.op} ${first === undefined ? call.target : typeof first === "string" ? first : JSON.stringify(first)}`;
};
const calls = run.interactions.map((call) => ({ ...call, title: titleOf(call), text: JSON.stringify(call).toLowerCase() }));

let shown = [], chosen = null;

// --- head and filters -------------------------------------------------------------------------------------------------
const counts = run.outcome.counts, met = run.outcome.expectations;
byId("verdict").textContent = run.outcome.verdict === "pass" ? "✓ passed" : `✗ ${run.violations.length} problem${run.violations.length === 1 ? "" : "s"}`;
byId("verdict").className = `state ${run.outcome.verdict === "pass" ? "asserted" : ""}`;
byId("summary").textContent = `${run.run.command.join(" ")} · ${met.met} of ${met.of} expectations met · ${counts.interactions} interactions ` +
  `(${counts.ambient} ambient, ${counts.allowed} allowed) · ${run.run.duration_ms} ms · exit status ${run.outcome.exit_status}`;
for (const [id, values] of [["protocol", calls.map((c) => c.protocol)], ["state", calls.map((c) => c.state)], ["test", calls.map((c) => c.test)]])
  for (const value of [...new Set(values.filter(Boolean))].sort()) byId(id).append(el("option", { value, textContent: value }));
byId("test").hidden = byId("test").length === 1;
byId("theme").onclick = () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches !== document.documentElement.classList.contains("other");
  document.documentElement.className = dark ? "light" : "dark";
  drawLanes();
};

function filter() {
  const text = byId("text").value.toLowerCase(), protocol = byId("protocol").value, state = byId("state").value, test = byId("test").value;
  const ambient = byId("ambient").checked || state === "ambient";
  shown = calls.filter((call) => (ambient || call.state !== "ambient") && (!protocol || call.protocol === protocol) &&
    (!state || call.state === state) && (!test || call.test === test) && (!text || call.text.includes(text)));
  byId("shown").textContent = `${shown.length} of ${calls.length} shown`;
  byId("spacer").style.height = `${shown.length * ROW}px`;
  drawRows();
  drawLanes();
}

// --- problems -----------------------------------------------------------------------------------------------------------
for (const violation of run.violations)
  byId("problems").append(el("button", { onclick: () => (violation.interaction === null ? showViolation(violation) : choose(violation.interaction)) },
    el("span", { className: "state", textContent: `${violation.kind} ` }), violation.headline || violation.message,
    ` ${place(violation.expectation)}`));

// --- the list -----------------------------------------------------------------------------------------------------------
function drawRows() {
  const list = byId("list"), first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
  const visible = shown.slice(first, first + Math.ceil(list.clientHeight / ROW) + 10);
  byId("rows").style.top = `${first * ROW}px`;
  byId("rows").replaceChildren(...visible.map((call) => {
    const row = el("div", { className: "row", onclick: () => choose(call.seq), title: call.title },
      el("span", { className: "seq", textContent: `#${call.seq}` }), el("span", { className: `state ${call.state}`, textContent: `${call.state} ` }),
      `${call.protocol}  ${call.title}`);
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(call.seq === chosen));
    return row;
  }));
}

// --- lanes: a line for each process and connection, time from left to right ---------------------------------------------
function lanesOf() {
  const lanes = new Map();
  for (const call of shown) {
    const key = `${call.pid}/${call.connection ?? ""}`;
    if (!lanes.has(key)) lanes.set(key, { label: call.connection === null ? shortArgv(call.pid) : `pid ${call.pid} → ${call.target}`, calls: [] });
    lanes.get(key).calls.push(call);
  }
  return [...lanes.values()];
}
function fitting(draw, label) {
  if (draw.measureText(label).width <= LABEL - 16) return label;
  let length = label.length;
  while (length > 1 && draw.measureText(`${label.slice(0, length)}…`).width > LABEL - 16) --length;
  return `${label.slice(0, length)}…`;
}
let drawnLanes = [];
function drawLanes() {
  const section = byId("lanes"), canvas = section.firstElementChild, scale = devicePixelRatio || 1;
  drawnLanes = lanesOf();
  const width = section.clientWidth, height = Math.max(drawnLanes.length * LANE + 20, section.clientHeight - 4);
  canvas.width = width * scale;
  canvas.height = Math.min(height, 16000) * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${Math.min(height, 16000)}px`;
  const draw = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim(), ink = getComputedStyle(document.body).color;
  draw.scale(scale, scale);
  draw.font = "11px system-ui, sans-serif";
  draw.textBaseline = "middle";
  const end = Math.max(run.run.duration_ms, 1), x = (ms) => LABEL + (ms / end) * (width - LABEL - 20);
  drawnLanes.forEach((lane, i) => {
    const y = i * LANE + LANE / 2 + 2;
    draw.fillStyle = ink;
    draw.fillText(fitting(draw, lane.label), 8, y);
    draw.globalAlpha = 0.15;
    draw.fillRect(LABEL, y, width - LABEL - 20, 1);
    draw.globalAlpha = 1;
    for (const call of lane.calls) {
      draw.fillStyle = isProblem(call) ? colour("--bad") : call.state === "asserted" ? colour("--good") : call.state === "allowed" ? colour("--other") : colour("--quiet");
      const left = x(call.t_ms), size = call.seq === chosen ? 14 : 9;
      draw.fillRect(left, y - size / 2, Math.max(x(call.t_ms + call.duration_ms) - left, 3), size);
    }
  });
}
byId("lanes").onclick = (event) => {
  const box = byId("lanes").firstElementChild.getBoundingClientRect();
  const lane = drawnLanes[Math.floor((event.clientY - box.top - 2) / LANE)];
  if (!lane) return;
  const ms = ((event.clientX - box.left - LABEL) / (box.width - LABEL - 20)) * run.run.duration_ms;
  const away = (call) => Math.max(call.t_ms - ms, ms - call.t_ms - call.duration_ms, 0);
  choose(lane.calls.reduce((best, call) => (away(call) < away(best) ? call : best)).seq);
};

// --- the chosen one -----------------------------------------------------------------------------------------------------
// JSON of one side; what stands at one of the paths that differ is marked.
function marked(value, paths) {
  const out = el("pre");
  const write = (item, path, indent) => {
    const differs = paths.some((one) => one === path);
    const target = differs ? el("mark") : out;
    if (item !== null && typeof item === "object") {
      const entries = Array.isArray(item) ? item.map((one, i) => [`${path}[${i}]`, null, one]) : Object.entries(item).map(([key, one]) => [path ? `${path}.${key}` : key, key, one]);
      if (differs || JSON.stringify(item).length < 60 && !paths.some((one) => one.startsWith(path))) target.append(JSON.stringify(item));
      else {
        out.append(Array.isArray(item) ? "[" : "{");
        entries.forEach(([inner, key, one], i) => {
          out.append(`${i ? "," : ""}\n${" ".repeat(indent + 2)}${key === null ? "" : `${JSON.stringify(key)}: `}`);
          write(one, inner, indent + 2);
        });
        out.append(entries.length ? `\n${" ".repeat(indent)}` : "", Array.isArray(item) ? "]" : "}");
      }
    } else target.append(JSON.stringify(item) ?? "");
    if (differs) out.append(target);
  };
  write(value, "", 0);
  return out;
}
// Bodies are { json }, { text }, { form }, { base64 } in timelines; paths of differences name what is inside.
const opened = (side) => Object.fromEntries(Object.entries(side ?? {}).map(([key, value]) =>
  [key, value && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 1 ? value.json ?? value.text ?? value.form ?? value : value]));

function violationBox(violation) {
  const box = el("div", { className: "violation" }, el("h2", { textContent: `${violation.kind}: ${violation.message}` }));
  if (violation.expectation) box.append(el("div", { textContent: place(violation.expectation) }));
  if (violation.fields.length) {
    const word = (value) => (value === undefined ? "(none)" : JSON.stringify(value));
    box.append(el("table", {}, ...violation.fields.map((field) => el("tr", {}, el("th", { textContent: field.path }), el("td", {}, "expected ", el("code", { textContent: word(field.expected) })),
      el("td", {}, "got ", el("mark", { textContent: word(field.actual) })), el("td", { textContent: field.note ?? "" })))));
  }
  if (violation.fields_equal) box.append(el("div", { textContent: `${violation.fields_equal} field${violation.fields_equal === 1 ? "" : "s"} equal` }));
  if (violation.nearest_text) box.append(el("div", { textContent: `nearest: ${place(violation.nearest)} ${violation.nearest_text}` }));
  for (const note of violation.notes ?? []) box.append(el("div", { textContent: note }));
  if (violation.suggestion)
    box.append(el("div", {}, `${violation.suggestion_verb}: `, el("button", { className: "copy", textContent: "copy", onclick: (event) => copy(violation.suggestion, event.target) })),
      el("pre", { textContent: violation.suggestion }));
  return box;
}
function showViolation(violation) {
  chosen = null;
  byId("detail").replaceChildren(violationBox(violation));
  drawRows();
}
function choose(seq) {
  const call = calls.find((one) => one.seq === seq);
  if (!call) return;
  if (!shown.includes(call)) {  // a problem is shown whatever the filter hides
    for (const id of ["text", "protocol", "state", "test"]) byId(id).value = "";
    byId("ambient").checked ||= call.state === "ambient";
    chosen = seq;
    filter();
  }
  chosen = seq;
  const index = shown.indexOf(call), list = byId("list");
  if (index * ROW < list.scrollTop) list.scrollTop = index * ROW;
  if ((index + 1) * ROW > list.scrollTop + list.clientHeight) list.scrollTop = (index + 1) * ROW - list.clientHeight;
  const violations = problemsOf.get(seq) ?? [], paths = violations.flatMap((violation) => violation.fields.map((field) => field.path));
  byId("detail").replaceChildren(
    el("h2", { textContent: `#${call.seq} ${call.title}` }),
    el("div", { textContent: `${call.protocol} · ${call.state}${call.expectation ? ` by ${place(call.expectation)}` : ""} · ${shortArgv(call.pid)} · t+${call.t_ms} ms, ${call.duration_ms} ms${call.test ? ` · ${call.test}` : ""}` }),
    ...violations.map(violationBox),
    el("div", { className: "sides" }, el("div", {}, el("h2", { textContent: "request" }), marked(opened(call.request), paths)),
      el("div", {}, el("h2", { textContent: "response" }), marked(opened(call.response), []))));
  drawRows();
  drawLanes();
}
function copy(text, button) {
  const area = el("textarea", { value: text });
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");  // works in a page that was opened as a file too
  area.remove();
  button.textContent = done ? "copied" : "select and copy";
}

// --- keyboard -----------------------------------------------------------------------------------------------------------
function step(by) {
  const index = shown.findIndex((call) => call.seq === chosen);
  const next = shown[Math.min(Math.max(index + by, 0), shown.length - 1)];
  if (next) choose(next.seq);
}
const keys = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), PageDown: () => step(20), PageUp: () => step(-20),
  Home: () => step(-shown.length), End: () => step(shown.length),
  n: () => { const next = run.violations.find((violation) => (violation.interaction ?? 0) > (chosen ?? 0)) ?? run.violations[0]; if (next) next.interaction === null ? showViolation(next) : choose(next.interaction); },
  c: () => document.querySelector("#detail .copy")?.click(),
  "/": () => byId("text").focus(),
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape") { byId("text").value = ""; document.activeElement.blur(); filter(); return; }
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
for (const id of ["text", "protocol", "state", "test", "ambient"]) byId(id).addEventListener("input", filter);
byId("filters").onsubmit = (event) => event.preventDefault();
byId("list").addEventListener("scroll", drawRows);
addEventListener("resize", () => { drawRows(); drawLanes(); });
filter();
const firstProblem = run.violations.find((violation) => violation.interaction !== null);
if (firstProblem) choose(firstProblem.interaction);
