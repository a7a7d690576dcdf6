// The filters and the lists of a report. Nothing is defined here: rows that SQL counted are kept or
// left out, added up by the recipes that come with them, and drawn by the words that come with them.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const ALL = "*";
  const SHOWN_AT_ONCE = 100;
  let data, clients, embed, drawn = 0;
  const choice = { campaign: ALL, line: ALL, queue: ALL, from: "", to: "" };

  async function unpack(id) {
    const bytes = Uint8Array.from(atob($(id).textContent), (sign) => sign.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  // Cubes: which rows are kept, and sums over them.

  const valueAt = (column, row) =>
    column.counts ? column.counts[row] : column.there[column.places[row]];
  const lengthOf = (cube) => (cube.day.places || []).length;

  // Whether each place of a column passes the choice; undefined where all do.
  function passing(column, name) {
    if (name === "day") {
      if (!data.span) return undefined;
      const all = choice.from <= data.span[0] && choice.to >= data.span[1];
      return all ? undefined : column.there.map((day) => day >= choice.from && day <= choice.to);
    }
    if (choice[name] === ALL) return undefined;
    const wanted = choice[name].slice(1);
    return column.there.map((value) => (value === null ? "" : value) === wanted);
  }

  function kept(cube) {
    const tests = [];
    for (const name of ["campaign", "line", "queue", "day"]) {
      if (!cube[name]) continue;
      const passes = passing(cube[name], name);
      if (passes) tests.push([passes, cube[name].places]);
    }
    const rows = [];
    for (let row = 0; row < lengthOf(cube); row++) {
      if (tests.every(([passes, places]) => passes[places[row]])) rows.push(row);
    }
    return rows;
  }

  let keptRows = {};
  function rowsOf(name) {
    keptRows[name] ||= kept(data.cubes[name]);
    return keptRows[name];
  }

  // A cube that is not told by campaign says nothing of one.
  const isTold = (name) => choice.campaign === ALL || "campaign" in data.cubes[name];

  function sum(recipe) {
    if (!isTold(recipe.cube)) return null;
    const cube = data.cubes[recipe.cube];
    let total = 0;
    for (const row of rowsOf(recipe.cube)) {
      if (recipe.where.every(([name, value]) => valueAt(cube[name], row) === value)) {
        total += cube[recipe.column].counts[row];
      }
    }
    return total;
  }

  function summed(chart) {
    const cube = data.cubes[chart.cube];
    const rows = rowsOf(chart.cube);
    let by = chart.by, keys = chart.keys;
    if (by === "day") [by, keys] = calendar();
    if (!by) {
      const values = chart.series.map(([column]) =>
        [rows.reduce((total, row) => total + cube[column].counts[row], 0)]);
      return { by, keys: [["", ""]], values, whole: null };
    }
    const place = new Map(keys.map(([key], index) => [key, index]));
    if (chart.across) {
      const across = new Map(chart.acrossKeys.map(([key], index) => [key, index]));
      const values = keys.map(() => chart.acrossKeys.map(() => 0));
      for (const row of rows) {
        values[place.get(valueAt(cube[by], row))][across.get(valueAt(cube[chart.across], row))] +=
          cube[chart.value].counts[row];
      }
      return { by, keys, values, whole: null };
    }
    const values = chart.series.map(([code]) => {
      const line = keys.map(() => 0);
      const counts = cube[chart.column ? chart.value : code].counts;
      for (const row of rows) {
        if (chart.column && valueAt(cube[chart.column], row) !== code) continue;
        const index = place.get(valueAt(cube[by], row));
        if (index !== undefined) line[index] += counts[row];
      }
      if (chart.isRunning) {
        for (let index = 1; index < line.length; index++) line[index] += line[index - 1];
      }
      return line;
    });
    const whole = chart.shareOf
      ? sum({ cube: chart.shareOf[0], column: chart.shareOf[1], where: [] })
      : null;
    return { by, keys, values, whole };
  }

  const DAY = 86400000;
  const isoDay = (time) => new Date(time).toISOString().slice(0, 10);
  function calendar() {
    if (!data.span) return ["day", []];
    let first = Date.parse(choice.from);
    const last = Date.parse(choice.to);
    const step = (last - first) / DAY < data.daysMax ? 1 : 7;
    if (step === 7) first -= ((new Date(first).getUTCDay() + 6) % 7) * DAY;
    const keys = [];
    for (let time = first; time <= last; time += step * DAY) keys.push([isoDay(time), isoDay(time)]);
    return [step === 1 ? "day" : "week", keys];
  }

  // Words.

  const number = (value) => value.toLocaleString("en-US");
  const rounded = (value, digits) => {
    // Half to even, as the page was written.
    const scaled = value * 10 ** digits, floor = Math.floor(scaled), rest = scaled - floor;
    const up = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
    return ((floor + (up ? 1 : 0)) / 10 ** digits).toFixed(digits);
  };
  function beside(figure) {
    const part = sum(figure.part), whole = sum(figure.whole);
    let told = "–";
    if (part !== null && whole) {
      told = figure.isShare ? `${rounded(100 * part / whole, 0)}%` : rounded(part / whole, 1);
    }
    return figure.beside.replace("{}", told);
  }

  // How long it takes: in whole numbers all through, as the page was written.
  function span(seconds) {
    const parts = [[Math.floor(seconds / 86400), "d"], [Math.floor(seconds / 3600) % 24, "h"],
      [Math.floor(seconds / 60) % 60, "min"], [seconds % 60, "s"]];
    const first = parts.findIndex(([value]) => value);
    if (first < 0) return "0 s";
    return parts.slice(first, first + 2).filter(([value]) => value)
      .map(([value, unit]) => `${value} ${unit}`).join(" ");
  }
  function quantile(times, all, tenths) {
    const at = (place) => times.find(([, count]) => (place -= count) < 0)[0];
    const place = Math.floor((all - 1) * tenths / 10), part = (all - 1) * tenths % 10;
    const low = at(place);
    return Math.floor((low * 10 + (part ? (at(place + 1) - low) * part : 0) + 5) / 10);
  }
  function spreads() {
    const cube = data.cubes.times;
    const found = Object.fromEntries(data.spreads.map(({ name }) => [name, new Map()]));
    for (const row of rowsOf("times")) {
      const times = found[valueAt(cube.measure, row)], seconds = valueAt(cube.seconds, row);
      times.set(seconds, (times.get(seconds) || 0) + cube.time_count.counts[row]);
    }
    return data.spreads.map(({ name }) => {
      const times = [...found[name]].sort(([one], [other]) => one - other);
      const all = times.reduce((total, [, count]) => total + count, 0);
      return all
        ? [name, span(quantile(times, all, 5)), `median; nine of ten within ${span(quantile(times, all, 9))}`]
        : [name, "–", "nothing to measure"];
    });
  }

  function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  // Figures, tables, drawings.

  function showFigures() {
    const found = {};
    for (const figure of data.figures) {
      const value = found[figure.name] = sum(figure.value);
      const place = document.querySelector(`[data-figure="${figure.name}"]`);
      place.querySelector(".value").textContent = number(value);
      place.querySelector(".beside").textContent = beside(figure);
    }
    for (const [name, value, beside] of spreads()) {
      const place = document.querySelector(`[data-spread="${name}"]`);
      place.querySelector(".value").textContent = value;
      place.querySelector(".beside").textContent = beside;
    }
    found.reached = found.won_back + found.self + found.otherwise;
    for (const place of document.querySelectorAll("[data-hero]")) {
      place.textContent = number(found[place.dataset.hero]);
    }
  }

  function showTable(chart, found, place) {
    const head = element("tr");
    const body = element("tbody");
    const first = found.by === "week" ? "Week from" : chart.axis;
    const row = (key, name, cells) => {
      const line = element("tr");
      const header = element("th", undefined, { scope: "row" });
      const narrowed = narrowedTo(chart, found.by, key);
      if (narrowed) {
        const button = element("button", name, { type: "button", class: "who" });
        button.setAttribute("aria-label", `${chart.title}, ${name}: show the clients`);
        button.addEventListener("click", () => list(`${chart.title}: ${name}`, narrowed));
        header.append(button);
      } else {
        header.textContent = name;
      }
      line.append(header, ...cells.map((value) => element("td", number(value))));
      body.append(line);
    };
    if (!found.by) {
      head.append(element("th", first, { scope: "col" }), element("th", "Clients", { scope: "col" }));
      chart.series.forEach(([code, name], index) => row(code, name, found.values[index]));
    } else if (chart.across) {
      head.append(element("th", first, { scope: "col" }));
      for (const [, name] of chart.acrossKeys) head.append(element("th", name.slice(0, 2), { scope: "col" }));
      found.keys.forEach(([key, name], index) => row(key, name, found.values[index]));
    } else {
      head.append(element("th", first, { scope: "col" }));
      for (const [, name] of chart.series) head.append(element("th", name, { scope: "col" }));
      found.keys.forEach(([key, name], index) =>
        row(key, name, found.values.map((line) => line[index])));
    }
    const table = place.querySelector("table");
    const top = element("thead");
    top.append(head);
    table.replaceChildren(table.caption, top, body);
  }

  function rowsToDraw(chart, found) {
    if (chart.across) {
      return found.keys.flatMap(([, key], place) => chart.acrossKeys.map(([, across], index) =>
        ({ key, across, value: found.values[place][index] })));
    }
    return chart.series.flatMap(([, series], layer) => found.keys.map(([, key], place) => {
      const value = found.values[layer][place];
      return { key, place, series, layer, value, share: found.whole ? value / found.whole : 0 };
    }));
  }

  const isSlim = matchMedia("(max-width: 40rem)");
  async function engine() {
    if (!embed) {
      const script = element("script", await unpack("engine"));
      document.head.append(script);
      embed = window.vegaEmbed;
    }
    return embed;
  }

  async function draw(chart, found, place, turn) {
    const total = found.values.flat().reduce((all, value) => all + value, 0);
    place.querySelector(".none").hidden = total > 0;
    for (const each of place.querySelectorAll(".drawing")) each.hidden = total === 0;
    if (!total) return;
    const width = isSlim.matches ? data.narrow : chart.wide;
    const words = structuredClone(chart.drawings[width]);
    words.data.values = rowsToDraw(chart, found);
    const holder = element("div");
    await (await engine())(holder, words, {
      actions: false, ast: true, defaultStyle: false, mode: "vega-lite", renderer: "svg",
      tooltip: false, loader: { load: () => Promise.reject(new Error("no network")) },
    });
    if (turn !== drawn) return;
    const target = place.querySelector(isSlim.matches ? ".drawing.slim" : ".drawing.wide");
    target.replaceChildren(holder.querySelector("svg"));
  }

  async function show({ isDrawn = true } = {}) {
    const turn = ++drawn;
    document.documentElement.dataset.turn = String(turn);
    document.documentElement.dataset.drawn = "";
    keptRows = {};
    showFigures();
    for (const chart of data.charts) {
      const place = document.querySelector(`[data-chart="${chart.name}"]`);
      const found = summed(chart);
      showTable(chart, found, place);
      if (isDrawn) await draw(chart, found, place, turn);
      if (turn !== drawn) return;
    }
    document.documentElement.dataset.drawn = String(turn);
  }

  // Clients.

  const REACHED = ["won_back", "self", "otherwise"];
  const isOpening = (row) => valueAt(clients.account, row) === "opened";
  const isResult = (code) => (row) => isOpening(row) && valueAt(clients.result, row) === code;
  function narrowing(name) {
    if (name === "all") return () => true;
    if (name === "opened") return isOpening;
    if (name === "reached") {
      return (row) => isOpening(row) && REACHED.includes(valueAt(clients.result, row));
    }
    if (name.startsWith("is_")) return (row) => clients[name][row] === 1;
    if (name.endsWith("_count")) return (row) => clients[name][row] > 0;
    return isResult(name);
  }

  const STEPS = {
    episode_count: "opened", due_count: "is_due", dialled_count: "is_dialled",
    answered_count: "is_answered",
  };
  function narrowedTo(chart, by, key) {
    if (chart.clients === "steps") return narrowing(STEPS[key]);
    if (!["day", "week", "hour", "weekday"].includes(by)) return null;
    const counted = narrowing(chart.clients);
    if (by === "week") {
      const end = isoDay(Date.parse(key) + 7 * DAY);
      return (row) => {
        const day = valueAt(clients.day, row);
        return day >= key && day < end && counted(row);
      };
    }
    return (row) => valueAt(clients[by], row) === key && counted(row);
  }

  const waited = (seconds) =>
    seconds === null ? "" : seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;

  function outcome(row) {
    const result = valueAt(clients.result, row), detail = valueAt(clients.outcome, row);
    if (!isOpening(row)) {
      if (result === "joined") return "Joined an episode that was open";
      if (result === "settling") return "Settling: its records may still arrive";
      return `Ignored: ${data.words[detail] || detail}`;
    }
    const name = data.results[result] || result;
    const after = clients.reached_after_seconds[row];
    if (after !== null) return `${name}, after ${waited(after)}`;
    return result === "lost" ? `${name}: ${detail.replaceAll("_", " ")}` : name;
  }

  function clientRow(row) {
    const line = element("tr");
    const time = new Date(clients.time[row] * 1000).toISOString().replace("T", " ").slice(0, 19);
    const places = clients.campaign.there.length > 1 ? ["queue", "line", "campaign"] : ["queue", "line"];
    const where = places.map((name) => valueAt(clients[name], row));
    const cells = [
      time, clients.number[row] || "withheld", clients.contact[row],
      where.filter((each) => each !== null).join(" · "), waited(clients.waited_seconds[row]),
      clients.dial_count[row] ? number(clients.dial_count[row]) : "", outcome(row),
    ];
    cells.forEach((text, index) => {
      const cell = element("td");
      cell.append(element("bdi", text));
      if (index === 4 || index === 5) cell.className = "count";
      line.append(cell);
    });
    return line;
  }

  let listed = [], shown = 0;
  function list(title, isCounted) {
    const rows = kept(clients).filter(isCounted);
    $("clients-title").textContent = `${title} · ${number(rows.length)}`;
    const left = data.cubes.drops.drop_count.counts.reduce((all, value) => all + value, 0) -
      clients.number.length;
    $("clients-note").textContent = left > 0
      ? `Of the last ${number(clients.number.length)} dropped calls; ${number(left)} older ones are ` +
        "left out: `reconcile report dropped_calls_list --format csv` gives all."
      : "";
    listed = rows;
    shown = 0;
    $("clients-rows").replaceChildren();
    more();
    if (!$("clients").open) $("clients").showModal();
    $("clients").querySelector(".scroller").scrollTop = 0;
  }
  function more() {
    const next = listed.slice(shown, shown + SHOWN_AT_ONCE);
    $("clients-rows").append(...next.map(clientRow));
    shown += next.length;
    $("clients-more").hidden = shown >= listed.length;
  }

  // What a mark says, where a pointer stands.

  const tip = element("div", "", { id: "tip", "aria-hidden": "true" });
  tip.hidden = true;
  document.body.append(tip);
  document.addEventListener("pointermove", (event) => {
    const mark = event.target.closest?.(".drawing [aria-label]:not(.drawing)");
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.getAttribute("aria-label");
    const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
    tip.style.transform = `translate(${Math.max(8, left)}px, ${event.clientY + 16}px)`;
  });

  // Begin.

  function read() {
    const form = $("filters");
    for (const name of ["campaign", "line", "queue"]) {
      choice[name] = form.elements[name] ? form.elements[name].value : ALL;
    }
    if (!data.span) return;
    choice.from = form.elements.from.value || data.span[0];
    choice.to = form.elements.to.value || data.span[1];
  }

  async function begin() {
    data = await unpack("data");
    clients = data.clients;
    let time = 0;
    clients.time = clients.at.map((step) => (time += step));
    read();
    for (const chart of data.charts) {
      const place = document.querySelector(`[data-chart="${chart.name}"]`);
      showTable(chart, summed(chart), place);
    }
    for (const button of document.querySelectorAll(".who")) button.hidden = false;
    for (const figure of [...data.figures, ...data.spreads]) {
      document.querySelector(`[data-list="${figure.name}"]`).addEventListener("click", () =>
        list(figure.title, narrowing(figure.clients)));
    }
    for (const chart of data.charts) {
      document.querySelector(`[data-chart-list="${chart.name}"]`)?.addEventListener("click", () =>
        list(chart.title, narrowing(chart.clients)));
    }
    const form = $("filters");
    form.addEventListener("change", () => { read(); show(); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { read(); show(); }));
    isSlim.addEventListener("change", () => { if (drawn) show(); });
    $("clients-more").addEventListener("click", more);
    $("clients-close").addEventListener("click", () => $("clients").close());
    $("clients").addEventListener("click", (event) => {
      if (event.target === $("clients")) $("clients").close();
    });
    form.hidden = false;
    document.documentElement.dataset.ready = "1";
  }

  begin().catch((error) => {
    $("trouble").textContent = `Filters and lists need a newer browser (${error.message}).`;
    $("trouble").hidden = false;
  });
})();
