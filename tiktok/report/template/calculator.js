
// --- the calculator, and the first picture alive: model/client.py and story/client.py once more, in the page
if (document.getElementById("listed")) {
  const listed = JSON.parse(document.getElementById("listed").textContent);
  const { counts, chances, followed, rules, answers } = listed;
  const names = Object.keys(counts);
  const parts = names.slice(1); // of engagement
  const extent = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
  const ranges = Object.fromEntries(names.map((name) => [name, extent(counts[name])]));

  // reading: NaN is no count, null none at all
  const readCount = (text, name) => {
    let plain = text.trim().replace(/\s+/g, " ").toLowerCase();
    if (!plain) return null;
    if (/^\d{1,3}( \d{3})+$/.test(plain)) plain = plain.replaceAll(" ", "");
    for (const [exponent, words] of Object.entries(listed.units)) {
      const written = plain.match(new RegExp(`^(\\d+(?:[.,]\\d*)?|[.,]\\d+) ?(?:${words})\\.?$`));
      if (written) plain = `${written[1].replace(",", ".")}e${exponent}`;
    }
    if (/^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(plain)) plain = plain.replaceAll(",", "");
    const count = /^(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/.test(plain) ? Number(plain) : NaN;
    return count < rules.most && (count > 0 || !rules.kinds.includes(name)) ? count : NaN;
  };

  // comparing
  const isFar = (name, count) => (count > 0 && count < ranges[name][0] / rules.far ? "far_below" : count > ranges[name][1] * rules.far ? "far_above" : "");
  const findSimilar = (known, client, kinds) => known[kinds[0]].map((_, i) => i).filter((i) =>
    kinds.every((kind) => client[kind] / rules.similar <= known[kind][i] && known[kind][i] <= client[kind] * rules.similar));
  const mean = (values) => values.reduce((sum, value) => sum + Number(value), 0) / values.length;
  const quantile = (sorted, share) => {
    const at = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
    const t = at % 1;
    return t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t);
  };
  const readChance = (subscribers, end) => {
    const chance = chances[end].map((each) => each ?? NaN); // none where nobody is of that size
    const logit = (i) => Math.log(chance[i] / (1 - chance[i]));
    const at = chances.subscribers.map(Math.log);
    const x = Math.log(subscribers);
    const i = Math.min(at.findLastIndex((each) => each <= x), at.length - 2);
    const read = logit(i) + (x - at[i]) * (logit(i + 1) - logit(i)) / (at[i + 1] - at[i]);
    return 1 / (1 + Math.exp(-read));
  };
  const join = (words) => [words.slice(0, -1).join(", "), ...words.slice(-1)].filter(Boolean).join(" and ");
  const compare = (client) => {
    const facts = { ...client, threshold: listed.threshold };
    const given = names.filter((name) => client[name] !== null);
    for (const far of ["far_below", "far_above"]) facts[far] = join(given.filter((name) => isFar(name, client[name]) === far));
    const near = given.filter((name) => !isFar(name, client[name]));
    const kinds = near.filter((name) => rules.kinds.includes(name));
    for (const name of kinds) facts[`fewer_${name}`] = mean(counts[name].map((count) => count < client[name]));
    if (near.includes("subscribers")) {
      const peers = findSimilar(counts, client, ["subscribers"]);
      facts.peers = peers.length;
      if (peers.length >= rules.fewest) {
        const views = peers.map((i) => counts.views[i]).sort((a, b) => a - b);
        const rates = peers.map((i) => (counts.likes[i] + counts.comments[i] + counts.shares[i]) / counts.views[i]).filter(Number.isFinite).sort((a, b) => a - b);
        for (const [end, share] of Object.entries(rules.quartiles)) {
          facts[`peer_views_${end}`] = quantile(views, share);
          facts[`peer_rate_${end}`] = quantile(rates, share);
        }
        if (near.includes("views")) {
          facts.views_to_peers = client.views / facts.peer_views_median;
          facts.to_upper_quarter = facts.peer_views_high / client.views;
        }
        const [least, most] = ranges.subscribers;
        if (given.length === 1 && chances.low.length && least <= client.subscribers && client.subscribers <= most) {
          for (const end of ["low", "high"]) facts[`chance_${end}`] = readChance(client.subscribers, end);
        }
      }
    }
    const known = parts.filter((name) => near.includes(name));
    if (known.length) {
      facts.engagement = known.reduce((sum, name) => sum + client[name], 0);
      facts.parts_missing = join(parts.filter((name) => !known.includes(name)));
      facts.of_threshold = facts.engagement / listed.threshold;
    }
    if (kinds.length && followed.views.length) {
      const similar = findSimilar(followed, client, kinds);
      facts.similar_listed = similar.length;
      if (similar.length >= rules.fewest) {
        facts.stayed = mean(similar.map((i) => followed.stayed[i]));
        facts.succeeded = mean(similar.map((i) => followed.success_next[i]));
      }
    }
    return facts;
  };

  // saying: numbers as Python writes them, whose halves go to the even digit
  const toDigits = (value, digits) => {
    const [exact, power] = value.toExponential(50).split("e");
    const all = exact.replace(".", "");
    const isHalf = /^50*$/.test(all.slice(digits)) && "02468".includes(all[digits - 1]);
    return String(Number(isHalf ? `${all[0]}.${all.slice(1, digits)}e${power}` : value.toPrecision(digits)));
  };
  const toWhole = (value) => {
    const whole = Math.round(value);
    return whole - value === 0.5 && whole % 2 ? whole - 1 : whole;
  };
  const kinds = {
    count: (value) => {
      const [size, suffix] = [[1e9, "B"], [1e6, "M"], [1e3, "K"]].find(([each]) => value >= 0.9995 * each) ?? [1, ""];
      return toDigits(value / size, 3) + suffix;
    },
    share: (share) => (share > 0 && share < 0.01 ? "less than 1 %" : share > 0.99 && share < 1 ? "more than 99 %" : `${toWhole(100 * share)} %`),
    factor: (factor) => (factor >= 10 ? "more than 10" : factor < 0.1 ? "less than 0.1" : toDigits(factor, 2)),
    number: String,
    words: String,
  };
  const FIELD = /\{(\w+):(\w+)\}/g;
  const fill = (text, facts) => text.replace(FIELD, (_, fact, kind) => kinds[kind](facts[fact]));
  const fits = (sentence, facts) =>
    Object.entries(sentence.when ?? {}).every(([fact, [low, high]]) => low <= facts[fact] && facts[fact] <= high) &&
    [...sentence.text.matchAll(FIELD)].every(([, fact]) => (facts[fact] ?? "") !== "");
  const sayParts = (paragraph, facts) => Object.values(paragraph)
    .map((part) => part.find((sentence) => fits(sentence, facts))).filter(Boolean)
    .map((sentence) => fill(sentence.text, facts)).join(" ");

  // the picture
  const image = document.querySelector(`main img[alt*="${listed.picture}"]`);
  const box = image.parentElement;
  const order = counts.subscribers.map((_, i) => i) // by size; nought has no place on a logarithmic axis
    .filter((i) => rules.kinds.every((kind) => counts[kind][i] > 0))
    .sort((a, b) => counts.subscribers[a] - counts.subscribers[b] || counts.views[a] - counts.views[b]);
  const make = (name, attributes = {}, text = "") => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const svg = make("svg", { class: "creators", role: "slider", tabindex: 0, "aria-label": image.alt, "aria-valuemin": 1, "aria-valuemax": order.length });
  const title = Object.assign(document.createElement("p"), { className: "picture-title", textContent: listed.title });
  const readout = Object.assign(document.createElement("p"), { className: "readout" });
  let typed = null;
  let chosen = null; // a place in the order
  let places = []; // of the dots, in pixels

  const findTicks = ([low, high], most) => {
    const powers = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) powers.push(10 ** power);
    const within = (steps) => powers.flatMap((power) => steps.map((step) => step * power)).filter((tick) => low <= tick && tick <= high);
    const fine = within([1, 2, 5]);
    return fine.length <= most ? fine : within([1]);
  };
  const draw = () => {
    const width = box.clientWidth;
    const height = Math.round(Math.min(300, Math.max(210, width / 2)));
    const [left, right, top, bottom] = [44, width - 10, listed.synthetic ? 22 : 8, height - 38];
    const marked = [...listed.clients, typed].filter((client) => client && rules.kinds.every((kind) => client[kind] && !isFar(kind, client[kind])));
    const [across, up] = rules.kinds.map((kind) => {
      const [low, high] = extent([...order.map((i) => counts[kind][i]), ...marked.map((client) => client[kind])]);
      const margin = Math.max((high / low) ** 0.04, 1.1);
      return [low / margin, high * margin];
    });
    const scale = ([low, high], from, to) => (count) => from + (to - from) * Math.log(count / low) / Math.log(high / low);
    const [x, y] = [scale(across, left, right), scale(up, bottom, top)];
    places = order.map((i) => [x(counts.subscribers[i]), y(counts.views[i])]);
    const drawn = [];
    for (const tick of findTicks(across, width / 60)) {
      drawn.push(make("line", { class: "grid", x1: x(tick), x2: x(tick), y1: top, y2: bottom }));
      drawn.push(make("text", { x: Math.min(x(tick), width - 18), y: bottom + 16, "text-anchor": "middle" }, kinds.count(tick)));
    }
    for (const tick of findTicks(up, height / 30)) {
      drawn.push(make("line", { class: "grid", x1: left, x2: right, y1: y(tick), y2: y(tick) }));
      drawn.push(make("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, kinds.count(tick)));
    }
    order.forEach((i, place) => drawn.push(make("circle", { class: listed.success[i] ? "success" : "", cx: places[place][0].toFixed(1), cy: places[place][1].toFixed(1), r: 3 })));
    drawn.push(make("text", { class: "of-quarter", x: left + 6, y: top + 14 }, "top quarter by engagement"));
    drawn.push(make("text", { x: right - 4, y: bottom - 6, "text-anchor": "end" }, "all other creators"));
    drawn.push(make("text", { x: right, y: height - 4, "text-anchor": "end" }, "across: subscribers; upwards: views a video"));
    if (listed.synthetic) drawn.push(make("text", { class: "synthetic", x: right, y: 13, "text-anchor": "end" }, listed.synthetic));
    for (const client of marked) {
      const [at, above] = [x(client.subscribers), y(client.views)];
      const leftwards = at > (left + right) / 2;
      drawn.push(make("path", { class: "client", d: `M${at} ${above - 8}l8 8l-8 8l-8-8z` }));
      drawn.push(make("text", { class: "of-client", x: at + (leftwards ? -11 : 11), y: above + 4, "text-anchor": leftwards ? "end" : "start" }, client.name));
    }
    if (chosen !== null) drawn.push(make("circle", { class: "chosen", cx: places[chosen][0], cy: places[chosen][1], r: 6 }));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren(...drawn);
  };
  const choose = (place) => {
    chosen = place === null ? null : Math.min(Math.max(place, 0), order.length - 1);
    const i = order[chosen];
    readout.textContent = chosen === null ? "Point at a dot, or go along the dots with the arrow keys." :
      `${listed.names[i]}: ${kinds.count(counts.subscribers[i])} subscribers, ${kinds.count(counts.views[i])} views a video, ${listed.success[i] ? "" : "not "}in the top quarter`;
    svg.setAttribute("aria-valuenow", (chosen ?? 0) + 1);
    svg.setAttribute("aria-valuetext", readout.textContent);
    svg.querySelector(".chosen")?.remove();
    if (chosen !== null && places.length) svg.append(make("circle", { class: "chosen", cx: places[chosen][0], cy: places[chosen][1], r: 6 }));
  };
  const point = (event) => {
    const frame = svg.getBoundingClientRect();
    const far = places.map(([x, y]) => Math.hypot(x - event.clientX + frame.left, y - event.clientY + frame.top));
    const nearest = far.indexOf(Math.min(...far));
    if (far[nearest] < 20) choose(nearest);
  };
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 20, PageDown: -20, Home: -Infinity, End: Infinity };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("keydown", (event) => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    choose(chosen === null && Number.isFinite(steps[event.key]) ? 0 : (chosen ?? 0) + steps[event.key]);
  });
  image.replaceWith(title, svg);
  box.after(readout);
  box.parentElement.classList.add("wide");
  choose(null);
  new ResizeObserver(draw).observe(box);

  // the form
  const form = document.querySelector(".calculator");
  const inputs = [...form.querySelectorAll("input")];
  const answer = () => {
    const client = Object.fromEntries(inputs.map((input) => [input.name, readCount(input.value, input.name)]));
    const wrong = inputs.filter((input) => Number.isNaN(client[input.name]));
    inputs.forEach((input) => input.setAttribute("aria-invalid", wrong.includes(input)));
    const isEmpty = inputs.every((input) => client[input.name] === null);
    const facts = !wrong.length && !isEmpty && compare(client);
    const said = wrong.map((input) => fill(answers.unread, { field: input.labels[0].textContent.trim() }));
    if (facts) said.push(sayParts(answers.answer, facts), sayParts(answers.note, facts));
    form.querySelector(".answer").replaceChildren(...said.filter(Boolean).map((text) => Object.assign(document.createElement("p"), { textContent: text.replaceAll(" %", "\u00a0%") })));
    typed = facts ? { name: "your client", ...client } : null;
    draw();
  };
  for (const input of inputs) {
    input.value = listed.typed[input.name] ?? "";
    input.addEventListener("input", answer);
  }
  form.hidden = false;
  answer();
}
