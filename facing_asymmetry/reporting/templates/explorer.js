"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const sheets = [...document.querySelectorAll("script.sheet")];
  const readable = (name) => name.replaceAll("_", " ");
  const colours = ["#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725"];
  const state = { s: 0, t: 0, sheet: null, numbers: null, side: "", image: null, timer: 0 };

  // Slider position 0 is s = 1 (symmetric first, as in every figure) and t = 0.
  const column = () => state.sheet.s.length - 1 - state.s;
  const row = () => state.t;
  const node = (i, j) => (i * state.sheet.s.length + j);

  function logits(i, j) {
    const k = state.sheet.classes.length;
    return state.numbers.logits.slice(node(i, j) * k, (node(i, j) + 1) * k);
  }

  function softmax(values) {
    const top = Math.max(...values);
    const weights = values.map((v) => Math.exp(v - top));
    const sum = weights.reduce((a, b) => a + b, 0);
    return weights.map((w) => w / sum);
  }

  // Measured values are no classes: none is predicted, recognised or a share of the others.
  const measured = () => state.sheet.unit !== "logit";
  const units = () => (measured() ? state.sheet.unit : "logits");

  function shares(values) {
    if (!measured()) return softmax(values);
    const all = state.numbers.logits, low = Math.min(0, ...all), range = Math.max(...all) - low || 1;
    return values.map((v) => (v - low) / range);
  }

  const predicted = (values) => state.sheet.classes[values.indexOf(Math.max(...values))];

  function makeRows() {
    const body = document.querySelector("#bars tbody");
    body.replaceChildren(...state.sheet.classes.map((name) => {
      const line = document.createElement("tr");
      if (name === state.sheet.target) line.className = "shown";
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = name;
      const cell = document.createElement("td");
      const bar = document.createElement("div");
      bar.className = "bar";
      bar.append(document.createElement("i"), document.createElement("b"));
      cell.append(bar);
      const numbers = [0, 1].map(() => Object.assign(document.createElement("td"), { className: "num" }));
      line.append(head, cell, ...numbers);
      return line;
    }));
  }

  function drawBars(values, reference) {
    const now = shares(values), before = shares(reference);
    const top = measured() ? -1 : values.indexOf(Math.max(...values));
    document.querySelectorAll("#bars tbody tr").forEach((line, k) => {
      line.classList.toggle("top-class", k === top);
      line.querySelector("i").style.width = `${100 * now[k]}%`;
      line.querySelector("b").style.left = `calc(${100 * before[k]}% - 1px)`;
      line.children[2].textContent = measured() ? "" : now[k].toFixed(3);
      line.children[3].textContent = values[k].toFixed(2).replace(/^-(0\.00)$/, "$1");
    });
  }

  function viridis(share) {
    const place = Math.min(0.9999, Math.max(0, share)) * (colours.length - 1), low = Math.floor(place);
    const parts = [1, 3, 5].map((at) => {
      const [a, b] = [colours[low], colours[low + 1]].map((c) => parseInt(c.slice(at, at + 2), 16));
      return Math.round(a + (b - a) * (place - low));
    });
    return `rgb(${parts})`;
  }

  function drawSurface() {
    const canvas = $("surface"), pen = canvas.getContext("2d"), sheet = state.sheet;
    const [across, down] = [sheet.s.length, sheet.t.length], [w, h] = [canvas.width / across, canvas.height / down];
    const target = sheet.classes.indexOf(sheet.target);
    const all = state.numbers.logits.filter((_, n) => n % sheet.classes.length === target);
    const low = Math.min(...all), range = Math.max(...all) - low || 1;
    for (let i = 0; i < down; i++) for (let j = 0; j < across; j++) {
      const values = logits(i, j), x = (across - 1 - j) * w, y = (down - 1 - i) * h;
      pen.fillStyle = viridis((values[target] - low) / range);
      pen.fillRect(x, y, w + 1, h + 1);
      if (measured() || predicted(values) === sheet.target) continue;
      pen.save();
      pen.beginPath(); pen.rect(x, y, w, h); pen.clip();
      pen.strokeStyle = "rgb(255 255 255 / 0.55)"; pen.beginPath();
      for (let d = -canvas.height; d < canvas.width; d += 8) { pen.moveTo(d, canvas.height); pen.lineTo(d + canvas.height, 0); }
      pen.stroke(); pen.restore();
    }
    const [x, y] = [(state.s + 0.5) * w, (down - 1 - state.t + 0.5) * h];
    for (const [colour, width] of [["#000", 5], ["#fff", 2.5]]) {
      pen.strokeStyle = colour; pen.lineWidth = width; pen.beginPath(); pen.arc(x, y, 7, 0, 7); pen.stroke();
    }
    pen.lineWidth = 1;
    $("map-title").textContent = `${sheet.target} ${sheet.unit}, ${low.toFixed(1)} (dark) to ${(low + range).toFixed(1)} (bright),`;
  }

  function drawFace(label) {
    const canvas = $("face"), size = state.sheet.size;
    canvas.setAttribute("aria-label", label);
    if (!state.image || !state.image.complete) return;
    canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    if (state.side !== state.sheet.side) { pen.translate(size, 0); pen.scale(-1, 1); } // the mirror image: the other side is affected
    window.explorerDrawn ||= performance.now(); // when the first face could be seen: measured by tests
    pen.drawImage(state.image, column() * size, row() * size, size, size, 0, 0, size, size);
  }

  // What a palsy costs at this node, split into two weak halves and their not matching.
  function drawParts(s, t) {
    const parts = costs[`${state.sheet.classifier}/${state.sheet.emotion}`];
    $("parts").hidden = !parts;
    if (!parts) return;
    const at = nearest(parts.t, t) * parts.s.length + nearest(parts.s, s);
    const cost = parts.cost[at], additive = parts.additive[at], rest = cost - additive;
    const number = (value) => value.toFixed(2).replace(/^-(0\.00)$/, "$1").replace("-", "−");
    const share = Math.abs(cost) < 0.05 ? "" : ` (${(100 * rest / cost).toFixed(0).replace(/^-0$/, "0").replace("-", "−")} % of the cost)`;
    $("parts-here").textContent = `cost ${number(cost)} = ${number(additive)} two weak halves + ${number(rest)} not matching${share}`;
    $("parts-mean").textContent = parts.summary;
  }

  function draw() {
    const sheet = state.sheet, values = logits(row(), column());
    const s = sheet.s[column()], t = sheet.t[row()], said = predicted(values);
    const read = values[sheet.classes.indexOf(sheet.target)];
    $("slide-s").value = state.s; $("slide-t").value = state.t;
    $("value-s").textContent = s.toFixed(2); $("value-t").textContent = t.toFixed(2);
    $("slide-s").setAttribute("aria-valuetext", `symmetry ${s.toFixed(2)}`);
    $("slide-t").setAttribute("aria-valuetext", `intensity ${t.toFixed(2)}`);
    const line = $("prediction"), strong = document.createElement("b");
    strong.textContent = measured() ? sheet.target : said;
    line.classList.toggle("wrong", !measured() && said !== sheet.target);
    const number = measured() ? ` = ${read.toFixed(2)} (${sheet.unit})` : `, ${(100 * Math.max(...softmax(values))).toFixed(0)} %`;
    line.replaceChildren(measured() ? "Read: " : "Predicted: ", strong, `${number}. Shown: ${readable(sheet.emotion)}. Asymmetry ${state.numbers.asymmetry[node(row(), column())].toFixed(2)} mm.`);
    drawFace(`Face showing ${sheet.emotion} at symmetry ${s.toFixed(2)} and intensity ${t.toFixed(2)}${measured() ? "" : `; predicted ${said}`}`);
    drawBars(values, logits(row(), sheet.s.length - 1));
    drawSurface();
    drawParts(s, t);
  }

  // Choices from left to right; each offers what exists under those before it, and keeps its value where it can.
  const picks = ["classifier", "emotion", "identity", "intervention", "side"];
  const sides = { left: "left (right in the picture)", right: "right (left in the picture)", both: "both alike" };
  const words = {
    classifier: (e) => readable(e.classifier),
    emotion: (e) => e.emotion + (e.accepted === "true" ? "" : " (not accepted)"),
    identity: (e) => `${e.identity}${e.traits ? ` (${e.traits})` : ""}`,
    intervention: (e) => readable(e.intervention),
  };

  function fill() {
    let fits = sheets;
    for (const name of picks.slice(0, -1)) {
      const select = $(`pick-${name}`), wanted = select.value;
      const options = new Map(fits.map((e) => [e.dataset[name], words[name](e.dataset)]));
      const ordered = [...options].sort(([a], [b]) => (name === "intervention" ? 0 : a.localeCompare(b, "en", { numeric: true })));
      select.replaceChildren(...ordered.map(([value, text]) => new Option(text, value)));
      select.value = options.has(wanted) ? wanted : fits[0].dataset[name];
      fits = fits.filter((e) => e.dataset[name] === select.value);
    }
    const select = $("pick-side"), wanted = select.value, there = fits[0].dataset.sides.split(" ");
    select.replaceChildren(...there.map((value) => new Option(sides[value], value)));
    if (there.includes(wanted)) select.value = wanted;
    return fits[0];
  }

  const nearest = (axis, value) => axis.reduce((best, v, k) => (Math.abs(v - value) < Math.abs(axis[best] - value) ? k : best), 0);

  function load() {
    stop();
    const found = fill(), before = state.sheet && [state.sheet.s[column()], state.sheet.t[row()]];
    const sheet = state.sheet = JSON.parse(found.textContent);
    state.side = $("pick-side").value;
    state.numbers = sheet.sides[state.side];
    state.s = before ? sheet.s.length - 1 - nearest(sheet.s, before[0]) : 0;
    state.t = before ? nearest(sheet.t, before[1]) : sheet.t.length - 1;
    $("slide-s").max = sheet.s.length - 1; $("slide-t").max = sheet.t.length - 1;
    const low = state.side === "both" ? "as far as it goes" : "one side still";
    const ends = { "s-first": [sheet.s.at(-1), 1, "symmetric"], "s-last": [sheet.s[0], 0, low], "t-first": [sheet.t[0], 0, "neutral"], "t-last": [sheet.t.at(-1), 1, "full expression"] };
    for (const [id, [value, when, word]] of Object.entries(ends)) $(id).textContent = value === when ? `${value} · ${word}` : String(value);
    $("who").textContent = (about[sheet.intervention] || "") + (sheet.accepted ? "" : " Not accepted: this classifier does not recognise this expression on most identities.");
    $("bars-title").textContent = measured() ? "Every output" : "Probability and logit of each class";
    $("bars-probability").textContent = measured() ? "" : "probability";
    $("bars-unit").textContent = sheet.unit;
    $("parts-unit").textContent = `, ${units()}`;
    $("map-hatched").hidden = measured();
    makeRows();
    state.image = new Image();
    state.image.onload = draw;
    state.image.src = $(`image-${sheet.image}`).textContent;
    draw();
  }

  function stop() {
    clearInterval(state.timer);
    state.timer = 0;
    for (const axis of ["s", "t"]) $(`play-${axis}`).textContent = "▶";
  }

  function play(axis) {
    const running = state.timer !== 0;
    stop();
    if (running) return;
    const last = state.sheet[axis].length - 1;
    state[axis] = 0;
    if (axis === "s") state.t = state.sheet.t.length - 1;
    draw();
    $(`play-${axis}`).textContent = "■";
    state.timer = setInterval(() => {
      if (state[axis] >= last) return stop();
      state[axis] += 1;
      draw();
    }, Math.max(60, 1500 / (last + 1)));
  }

  function goTo(event) {
    const box = $("surface").getBoundingClientRect(), sheet = state.sheet;
    const part = (at, from, size, count) => Math.min(count - 1, Math.max(0, Math.floor((at - from) / size * count)));
    state.s = part(event.clientX, box.left, box.width, sheet.s.length);
    state.t = sheet.t.length - 1 - part(event.clientY, box.top, box.height, sheet.t.length);
    draw();
  }

  const about = JSON.parse($("about-interventions").textContent), costs = JSON.parse($("about-parts").textContent);
  for (const name of picks) $(`pick-${name}`).addEventListener("change", load);
  for (const axis of ["s", "t"]) {
    $(`slide-${axis}`).addEventListener("input", (event) => { stop(); state[axis] = Number(event.target.value); draw(); });
    $(`play-${axis}`).addEventListener("click", () => play(axis));
  }
  $("surface").addEventListener("pointerdown", (event) => { stop(); goTo(event); $("surface").setPointerCapture(event.pointerId); });
  $("surface").addEventListener("pointermove", (event) => { if (event.buttons) goTo(event); });
  // On paper nothing can be unfolded: browsers that do not know ::details-content open what is closed before they print.
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
  document.querySelector(".explorer").hidden = false;
  load();
})();
