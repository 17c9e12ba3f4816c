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
const ROW = 26, LANE = 18, LABEL = 260, AXIS = 18;
const grouped = (number) => number.toLocaleString("en");
const duration = (ms) => (ms < 1000 ? `${+ms.toFixed(1)} ms` : ms < 120000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60000).toFixed(1)} min`);
const counted = (number, noun) => `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
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
const programOf = (pid) => processes.get(pid)?.argv[0]?.split("/").pop() ?? "";
const titleOf = (call) => {
  const request = call.request ?? {};
  if (request.url) return `${request.method ?? call.op} ${request.url}`;
  if (request.args) return JSON.stringify(request.args);
  if (request.argv) return request.argv.join(" ");
  const first = Object.values(request)[0];
  return `${call.op} ${first === undefined ? call.target : typeof first === "string" ? first : JSON.stringify(first)}`;
};
const calls = run.interactions.map((call) => ({ ...call, title: titleOf(call), text: JSON.stringify(call).toLowerCase() })).sort((a, b) => a.seq - b.seq);
const callOf = new Map(calls.map((call) => [call.seq, call]));

let shown = [], chosen = null, problem = -1;  // the chosen call's seq; the index of the problem that is shown

// --- head and filters -------------------------------------------------------------------------------------------------
const counts = run.outcome.counts, met = run.outcome.expectations, passed = run.outcome.verdict === "pass", page = run.page;
byId("verdict").textContent = passed ? "✓ passed" : page.violations.of ? `✗ ${counted(page.violations.of, "problem")}` : page.complete ? "✗ failed" : "cut short";
byId("verdict").className = `state ${passed ? "asserted" : ""}`;
document.title = `${byId("verdict").textContent} · ${run.run.command.join(" ")}`;
byId("summary").textContent = [run.run.command.join(" "), met.of ? `${grouped(met.met)} of ${counted(met.of, "expectation")} met` : "",
  `${counted(counts.interactions, "interaction")}${counts.ambient || counts.allowed ? ` (${grouped(counts.ambient)} ambient, ${grouped(counts.allowed)} allowed)` : ""}`,
  run.run.duration_ms ? duration(run.run.duration_ms) : "", page.complete ? `exit status ${run.outcome.exit_status}` : "", run.run.started_at].filter(Boolean).join(" · ");
const notes = [];
if (!page.complete) notes.push("The run was cut short (its timeline has no end): this is what had happened until then.");
if (page.interactions.shown < page.interactions.of) notes.push(`This page holds ${grouped(page.interactions.shown)} of ${grouped(page.interactions.of)} interactions: ` +
  `${run.violations.some((violation) => violation.interaction !== null) ? "those around the problems, then the first ones" : "the first ones"}. The timeline has all of them.`);
if (page.violations.shown < page.violations.of) notes.push(`Of ${grouped(page.violations.of)} problems these are the first ${grouped(page.violations.shown)}.`);
byId("note").textContent = notes.join(" ");
byId("note").hidden = !notes.length;
for (const [id, values] of [["protocol", calls.map((c) => c.protocol)], ["state", calls.map((c) => c.state)], ["test", calls.map((c) => c.test)]])
  for (const value of [...new Set(values.filter(Boolean))].sort()) byId(id).append(el("option", { value, textContent: value }));
byId("test").hidden = byId("test").length === 1;
const root = document.documentElement;
byId("theme").onclick = () => {
  const dark = root.className ? root.className === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.className = dark ? "light" : "dark";
  drawLanes();
};

function filter() {
  const text = byId("text").value.toLowerCase(), protocol = byId("protocol").value, state = byId("state").value, test = byId("test").value;
  const ambient = byId("ambient").checked || state === "ambient";
  shown = calls.filter((call) => (ambient || call.state !== "ambient") && (!protocol || call.protocol === protocol) &&
    (!state || call.state === state) && (!test || call.test === test) && (!text || call.text.includes(text)));
  byId("shown").textContent = `${grouped(shown.length)} of ${grouped(calls.length)} shown`;
  byId("spacer").style.height = `${shown.length * ROW}px`;
  run.violations.forEach((violation, i) => {
    const call = callOf.get(violation.interaction);
    problemRows[i].hidden = Boolean((protocol && call?.protocol !== protocol) || (state && violation.kind !== state && call?.state !== state) ||
      (test && violation.test !== test) || (text && !JSON.stringify(violation).toLowerCase().includes(text) && !call?.text.includes(text)));
  });
  drawRows();
  drawLanes();
}

// --- problems -----------------------------------------------------------------------------------------------------------
const problemRows = run.violations.map((violation, i) => el("button", { type: "button", onclick: () => showProblem(i) },
  el("span", { className: "state", textContent: `${violation.kind} ` }), violation.headline || violation.message,
  el("span", { className: "quiet", textContent: `  ${[violation.test && `in ${violation.test}`, place(violation.expectation)].filter(Boolean).join(" · ")}` })));
byId("problems").append(...problemRows);
byId("problems").hidden = !problemRows.length;
function markProblem(index) {
  problemRows[problem]?.removeAttribute("aria-current");
  problem = index;
  problemRows[problem]?.setAttribute("aria-current", "true");
  problemRows[problem]?.scrollIntoView({ block: "nearest" });
}
function showProblem(index) {
  const violation = run.violations[index];
  if (callOf.has(violation.interaction)) return choose(violation.interaction, index);
  markProblem(index);
  chosen = null;
  byId("detail").replaceChildren(violationBox(violation));
  drawRows();
  drawLanes();
}

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
    row.id = `row-${call.seq}`;
    row.setAttribute("aria-selected", String(call.seq === chosen));
    return row;
  }));
  if (!shown.length) byId("rows").replaceChildren(el("div", { className: "row quiet", textContent: "nothing fits the filter (Esc clears it)" }));
  list.setAttribute("aria-activedescendant", chosen === null ? "" : `row-${chosen}`);
}

// --- lanes: a line for each process and connection, time from left to right ---------------------------------------------
function lanesOf() {
  const lanes = new Map();
  for (const call of shown) {
    const key = `${call.pid}/${call.connection ?? ""}`;
    if (!lanes.has(key)) lanes.set(key, { pid: call.pid, label: call.connection === null ? shortArgv(call.pid) : `${programOf(call.pid)} pid ${call.pid} → ${call.target}`, calls: [] });
    lanes.get(key).calls.push(call);
  }
  return [...lanes.values()].sort((a, b) => a.pid - b.pid);
}
function fitting(draw, label) {
  if (draw.measureText(label).width <= LABEL - 16) return label;
  let length = label.length;
  while (length > 1 && draw.measureText(`${label.slice(0, length)}…`).width > LABEL - 16) --length;
  return `${label.slice(0, length)}…`;
}
let drawnLanes = [];
const end = Math.max(run.run.duration_ms, ...[calls.at(-1)].filter(Boolean).map((call) => call.t_ms + call.duration_ms), 1);
function showLane() {
  const lane = drawnLanes.findIndex((one) => one.calls.some((call) => call.seq === chosen)), section = byId("lanes"), top = AXIS + lane * LANE;
  if (lane >= 0 && (top - AXIS < section.scrollTop || top + LANE > section.scrollTop + section.clientHeight)) section.scrollTop = top - section.clientHeight / 2;
}
function drawLanes() {
  const section = byId("lanes"), canvas = section.firstElementChild, scale = devicePixelRatio || 1;
  drawnLanes = lanesOf();
  const width = section.clientWidth, height = Math.max(AXIS + drawnLanes.length * LANE + 8, section.clientHeight - 4);
  canvas.width = width * scale;
  canvas.height = Math.min(height, 16000) * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${Math.min(height, 16000)}px`;
  const draw = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  const [bad, good, other, quiet] = ["--bad", "--good", "--other", "--quiet"].map((name) => style.getPropertyValue(name).trim());
  const colour = (call) => (isProblem(call) ? bad : call.state === "asserted" ? good : call.state === "allowed" ? other : quiet);
  const ink = getComputedStyle(document.body).color;
  draw.scale(scale, scale);
  draw.font = "11px system-ui, sans-serif";
  draw.textBaseline = "middle";
  const x = (ms) => LABEL + (ms / end) * (width - LABEL - 20);
  draw.fillStyle = quiet;
  for (let tick = 0; tick <= 4; ++tick) {
    const ms = (end * tick) / 4, text = `${tick ? "" : "t+"}${duration(ms)}`;
    draw.fillText(text, Math.min(x(ms), width - draw.measureText(text).width - 4), AXIS / 2);
    draw.globalAlpha = 0.25;
    draw.fillRect(x(ms), AXIS, 1, height);
    draw.globalAlpha = 1;
  }
  drawnLanes.forEach((lane, i) => {
    const y = AXIS + i * LANE + LANE / 2;
    draw.fillStyle = ink;
    draw.fillText(fitting(draw, lane.label), 8, y);
    draw.globalAlpha = 0.15;
    draw.fillRect(LABEL, y, width - LABEL - 20, 1);
    draw.globalAlpha = 1;
    const mark = (call) => {
      draw.fillStyle = colour(call);
      const left = x(call.t_ms), size = call.seq === chosen ? 15 : isProblem(call) ? 12 : 8;
      draw.fillRect(left, y - size / 2, Math.max(x(call.t_ms + call.duration_ms) - left, isProblem(call) ? 4 : 3), size);
      if (call.seq === chosen) {
        draw.strokeStyle = ink;
        draw.strokeRect(left - 1, y - size / 2, Math.max(x(call.t_ms + call.duration_ms) - left, 3) + 2, size);
      }
    };
    // What must be seen lies on top.
    for (const call of lane.calls) if (!isProblem(call) && call.seq !== chosen) mark(call);
    for (const call of lane.calls) if (isProblem(call) && call.seq !== chosen) mark(call);
    for (const call of lane.calls) if (call.seq === chosen) mark(call);
  });
}
byId("lanes").onclick = (event) => {
  const box = byId("lanes").firstElementChild.getBoundingClientRect();
  const lane = drawnLanes[Math.floor((event.clientY - box.top - AXIS) / LANE)];
  if (!lane) return;
  const ms = ((event.clientX - box.left - LABEL) / (box.width - LABEL - 20)) * end;
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
    } else if (typeof item === "string" && item.trim().includes("\n")) target.append(`"""\n${item}"""`);
    else target.append(JSON.stringify(item) ?? "");
    if (differs) out.append(target);
  };
  write(value, "", 0);
  return out;
}
// Bodies are { json }, { text }, { form }, { base64 } in timelines, headers are pairs; paths of differences name what is inside.
const isPairs = (value) => Array.isArray(value) && value.length > 0 && value.every((one) => Array.isArray(one) && one.length === 2 && typeof one[0] === "string");
const byName = (pairs) => pairs.reduce((names, [name, value]) => ({ ...names, [name]: name in names ? [names[name], value].flat() : value }), {});
const opened = (side) => Object.fromEntries(Object.entries(side ?? {}).map(([key, value]) =>
  [key, key === "headers" && isPairs(value) ? byName(value)
    : value && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length === 1 ? value.json ?? value.text ?? value.form ?? value : value]));

function violationBox(violation) {
  const box = el("div", { className: "violation" }, el("h2", { textContent: `${violation.kind}: ${violation.message}` }));
  if (violation.test) box.append(el("div", { textContent: `in ${violation.test}` }));
  if (violation.expectation) box.append(el("div", { textContent: place(violation.expectation) }));
  if (violation.answered) box.append(el("div", { textContent: `answered ${violation.answered}` }));
  if (violation.likely_consequence) box.append(el("div", { textContent: "likely a consequence of the command's own failure" }));
  if (violation.fields.length) {
    const word = (value) => (value === undefined ? "(none)" : typeof value === "string" && value.includes("\n") ? value : JSON.stringify(value));
    const cell = (name, textContent) => el("td", {}, el("mark", { className: name, textContent }));
    const unsaid = violation.kind === "unasserted" ? "(not mentioned)" : "(none)";
    box.append(el("table", {}, el("tr", {}, ...["field", "expected", "got", ""].map((textContent) => el("th", { textContent }))),
      ...violation.fields.map((field) => el("tr", {}, el("td", { textContent: field.path }), cell("wanted", field.expected === undefined ? unsaid : word(field.expected)),
        cell("", word(field.actual)), el("td", { className: "quiet", textContent: field.note ?? "" })))));
  }
  if (violation.fields_equal) box.append(el("div", { textContent: `${violation.fields_equal} field${violation.fields_equal === 1 ? "" : "s"} equal` }));
  if (violation.nearest_text) box.append(el("div", { textContent: `nearest: ${place(violation.nearest)} ${violation.nearest_text}` }));
  for (const note of violation.notes ?? []) box.append(el("div", { textContent: note }));
  if (violation.suggestion)
    box.append(el("div", {}, `${violation.suggestion_verb ?? "add"}: `, el("button", { type: "button", className: "copy", textContent: "copy", onclick: (event) => copy(violation.suggestion, event.target) })),
      el("pre", { textContent: violation.suggestion }));
  return box;
}
function choose(seq, index = run.violations.findIndex((violation) => violation.interaction === seq)) {
  const call = callOf.get(seq);
  if (!call) return;
  if (!shown.includes(call)) {  // a problem is shown whatever the filter hides
    for (const id of ["text", "protocol", "state", "test"]) byId(id).value = "";
    byId("ambient").checked ||= call.state === "ambient";
    chosen = seq;
    filter();
  }
  chosen = seq;
  markProblem(index);
  const top = shown.indexOf(call) * ROW, list = byId("list");
  if (top < list.scrollTop || top + ROW > list.scrollTop + list.clientHeight) {
    const near = Math.abs(top - list.scrollTop - list.clientHeight / 2) < list.clientHeight;  // a step goes on by a row, a jump to the middle
    list.scrollTop = !near ? top - list.clientHeight / 2 : top < list.scrollTop ? top : top + ROW - list.clientHeight;
  }
  const violations = problemsOf.get(seq) ?? [], paths = violations.flatMap((violation) => violation.fields.map((field) => field.path));
  byId("detail").replaceChildren(
    el("h2", { textContent: `#${call.seq} ${call.title}` }),
    el("div", { textContent: `${call.protocol} · ${call.state}${call.expectation ? ` by ${place(call.expectation)}` : ""} · ${shortArgv(call.pid)} · t+${duration(call.t_ms)}, took ${duration(call.duration_ms)}${call.test ? ` · ${call.test}` : ""}` }),
    ...violations.map(violationBox),
    el("div", { className: "sides" }, el("div", {}, el("h2", { textContent: "request" }), marked(opened(call.request), paths)),
      el("div", {}, el("h2", { textContent: "response" }), marked(opened(call.response), []))));
  drawRows();
  drawLanes();
  showLane();
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
function nextProblem(by) {
  const visible = problemRows.map((row, i) => i).filter((i) => !problemRows[i].hidden);
  if (!visible.length) return;
  const comesAfter = (i) => (problem < 0 && chosen !== null ? run.violations[i].interaction > chosen : i > problem);
  const comesBefore = (i) => (problem < 0 && chosen !== null ? run.violations[i].interaction !== null && run.violations[i].interaction < chosen : i < problem);
  const after = visible.findIndex(comesAfter), before = visible.findLastIndex(comesBefore);
  showProblem(visible[by > 0 ? Math.max(after, 0) : before < 0 ? visible.length - 1 : before]);
}
const keys = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1), PageDown: () => step(20), PageUp: () => step(-20),
  Home: () => step(-shown.length), End: () => step(shown.length),
  n: () => nextProblem(1), p: () => nextProblem(-1),
  c: () => document.querySelector("#detail .copy")?.click(),
  "/": () => byId("text").focus(),
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const id of ["text", "protocol", "state", "test"]) byId(id).value = "";
    document.activeElement.blur();
    filter();
    return;
  }
  if (event.target.matches("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});
for (const id of ["text", "protocol", "state", "test", "ambient"]) byId(id).addEventListener("input", filter);
byId("filters").onsubmit = (event) => event.preventDefault();
byId("list").addEventListener("scroll", drawRows);
addEventListener("resize", () => { drawRows(); drawLanes(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawLanes);
filter();
if (problemRows.length) showProblem(0);
else if (shown.length) choose(shown[0].seq);
