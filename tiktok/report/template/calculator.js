
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
    const counted = plain.match(new RegExp(`^[~≈]? ?(.*\\d.*?)\\+?( ?(?:${listed.words[name]}))?$`));
    if (counted) plain = counted[1].trimEnd();
    if (/^\d{1,3}( \d{3})+$/.test(plain)) plain = plain.replaceAll(" ", "");
    if (/^[1-9]\d{0,2}(\.\d{3}){2,}$/.test(plain)) plain = plain.replaceAll(".", "");
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
    const facts = { ...client, threshold: listed.threshold, of_all: mean(listed.success) };
    const given = names.filter((name) => client[name] !== null);
    for (const far of ["far_below", "far_above"]) facts[far] = join(given.filter((name) => isFar(name, client[name]) === far));
    const near = given.filter((name) => !isFar(name, client[name]));
    const kinds = near.filter((name) => rules.kinds.includes(name));
    for (const name of kinds) {
      facts[`fewer_${name}`] = mean(counts[name].map((count) => count < client[name]));
      facts[`more_${name}`] = mean(counts[name].map((count) => count > client[name]));
    }
    for (const name of given.filter((name) => rules.kinds.includes(name) && isFar(name, client[name]) === "far_below")) {
      if (client[name] <= rules.bare) facts[`bare_${name}`] = client[name];
    }
    const peers = near.includes("subscribers") ? findSimilar(counts, client, ["subscribers"]) : [];
    const sharesOf = (names) => peers.map((i) => names.reduce((sum, name) => sum + counts[name][i], 0) / counts.views[i]).filter(Number.isFinite).sort((a, b) => a - b);
    if (near.includes("subscribers")) {
      facts.peers = peers.length;
      if (peers.length >= rules.fewest) {
        const views = peers.map((i) => counts.views[i]).sort((a, b) => a - b);
        const rates = sharesOf(parts.slice(1));
        for (const [end, share] of Object.entries(rules.quartiles)) {
          facts[`peer_views_${end}`] = quantile(views, share);
          facts[`peer_rate_${end}`] = quantile(rates, share);
        }
        if (near.includes("views")) {
          facts.views_to_peers = client.views / facts.peer_views_median;
          facts.to_upper_quarter = facts.peer_views_high / client.views;
        }
        const [least, most] = ranges.subscribers;
        if (given.length === 1) facts.peers_in_top = peers.filter((i) => listed.success[i]).length;
        if (given.length === 1 && chances.low.length && least <= client.subscribers && client.subscribers <= most) {
          for (const end of ["low", "high"]) facts[`chance_${end}`] = readChance(client.subscribers, end);
        }
      }
    }
    const known = parts.filter((name) => given.includes(name));
    const more = known.filter((name) => client[name] > client.views);
    if (client.views === null) facts.parts_alone = join(known);
    else if (more.length) facts.more_than_views = join(more);
    else if (known.every((name) => near.includes(name))) {
      const missing = parts.filter((name) => !known.includes(name));
      facts.engagement = known.reduce((sum, name) => sum + client[name], 0);
      facts.parts_missing = join(missing);
      facts.of_threshold = facts.engagement / listed.threshold;
      if (missing.length && peers.length >= rules.usual && facts.engagement < listed.threshold) {
        for (const end of ["low", "high"]) {
          facts[`usual_${end}`] = quantile(sharesOf(missing), rules.quartiles[end]);
          facts[`with_usual_${end}`] = facts.engagement + facts[`usual_${end}`] * client.views;
          facts[`of_usual_${end}`] = facts[`with_usual_${end}`] / listed.threshold;
        }
      }
    }
    if (kinds.length && followed.views.length) {
      const similar = findSimilar(followed, client, kinds);
      facts.similar_listed = similar.length;
      facts.similar_in = join(kinds);
      if (similar.length >= rules.fewest) {
        for (const [fact, column] of [["stayed", "stayed"], ["succeeded", "success_next"]]) {
          facts[`${fact}_count`] = similar.filter((i) => followed[column][i]).length;
          facts[fact] = facts[`${fact}_count`] / similar.length;
        }
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
    times: (factor) => (kinds.factor(factor) === "2" ? "twice" : `${kinds.factor(factor)} times`),
    number: (number) => number.toLocaleString("en-US"),
    few: (number) => listed.small[number] ?? String(number),
    words: String,
  };
  const FIELD = /\{(\w+)(?:-(\w+))?:(\w+)\}/g;
  const fill = (text, facts) => text.replace(FIELD, (_, fact, to, kind) => {
    const [low, high] = [fact, to ?? fact].map((each) => kinds[kind](facts[each]));
    if (low !== high) return `${low} to ${high}`;
    return to && /^\d/.test(low) ? `about ${low}` : low;
  });
  const fits = (sentence, facts) =>
    Object.entries(sentence.when ?? {}).every(([fact, [low, high]]) => low <= facts[fact] && facts[fact] <= high) &&
    [...sentence.text.matchAll(FIELD)].every(([, fact, to]) => [fact, to ?? fact].every((each) => (facts[each] ?? "") !== ""));
  const sayParts = (paragraph, facts) => Object.values(paragraph)
    .map((part) => part.find((sentence) => fits(sentence, facts))?.text)
    .filter(Boolean).map((text) => fill(text, facts)).join(" ");
  const sayParagraphs = (facts) => { // each with its label
    const [first, ...rest] = Object.entries(answers.answer).map(([name, parts]) => [answers.labels[name] ?? "", sayParts(parts, facts)]);
    const said = rest.filter(([, text]) => text);
    return [first, ...said, ["", said.length ? answers.promise : ""]].filter(([, text]) => text);
  };

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
  const SIDES = { subscribers: { far_below: "left of", far_above: "right of" }, views: { far_below: "below", far_above: "above" } };
  const sayOutside = (client) => rules.kinds.map((kind) => client[kind] && SIDES[kind][isFar(kind, client[kind])]).filter(Boolean).join(" and ");
  const draw = () => {
    const width = box.clientWidth;
    const height = Math.round(Math.min(300, Math.max(210, width / 2)));
    const [left, right, top, bottom] = [44, width - 10, listed.synthetic ? 22 : 8, height - 38];
    const marked = [...listed.clients, typed].filter((client) => client && rules.kinds.some((kind) => client[kind]) && !sayOutside(client));
    const [across, up] = rules.kinds.map((kind) => {
      const [low, high] = extent([...order.map((i) => counts[kind][i]), ...marked.map((client) => client[kind]).filter(Boolean)]);
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
    drawn.push(make("text", { class: "of-others", x: right - 4, y: bottom - 6, "text-anchor": "end" }, "all other creators"));
    drawn.push(make("text", { x: right, y: height - 4, "text-anchor": "end" }, "across: subscribers; upwards: views a video"));
    if (listed.synthetic) drawn.push(make("text", { class: "synthetic", x: right, y: 13, "text-anchor": "end" }, listed.synthetic));
    for (const client of marked) {
      const at = client.subscribers ? x(client.subscribers) : left; // what isn't known may be anywhere: a line
      const above = client.views ? y(client.views) : top + 34;
      const leftwards = at > (left + right) / 2;
      const shape = !client.views ? `M${at} ${top}V${bottom}` : !client.subscribers ? `M${left} ${above}H${right}` : `M${at} ${above - 8}l8 8l-8 8l-8-8z`;
      drawn.push(make("path", { class: client.views && client.subscribers ? "client" : "client line", d: shape }));
      drawn.push(make("text", { class: "of-client", x: at + (leftwards ? -11 : 11), y: client.subscribers ? above + 4 : above - 6, "text-anchor": leftwards ? "end" : "start" }, client.name));
    }
    if (chosen !== null) drawn.push(make("circle", { class: "chosen", cx: places[chosen][0], cy: places[chosen][1], r: 6 }));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren(...drawn);
  };
  const choose = (place) => {
    chosen = place === null ? null : Math.min(Math.max(place, 0), order.length - 1);
    const i = order[chosen];
    const outside = typed && sayOutside(typed);
    const howTo = matchMedia("(hover: none)").matches ? "Tap a dot to see whose it is." : "Point at a dot, or go along the dots with the arrow keys.";
    readout.textContent = chosen === null ? (outside ? `Your client is ${outside} the picture.` : howTo) :
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
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 50, PageDown: -50, Home: -Infinity, End: Infinity };
  svg.addEventListener("pointermove", point);
  svg.addEventListener("pointerdown", point);
  svg.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose(null);
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
  // the section of the client says that nobody was named: on screen it leads here instead, on paper where there is an answer
  const unnamed = [...document.querySelectorAll("main p")].filter((p) => p.textContent.startsWith(answers.nobody.split(".")[0]));
  const above = Object.assign(document.createElement("a"), { href: "#calculator-title" });
  for (const sentence of unnamed.slice(0, 1)) {
    sentence.classList.add("unnamed");
    sentence.after(document.createElement("p"));
    sentence.nextElementSibling.append(above);
  }
  const answer = () => {
    const client = Object.fromEntries(inputs.map((input) => [input.name, readCount(input.value, input.name)]));
    const wrong = inputs.filter((input) => Number.isNaN(client[input.name]));
    inputs.forEach((input) => input.setAttribute("aria-invalid", wrong.includes(input)));
    const isEmpty = inputs.every((input) => client[input.name] === null);
    const facts = !wrong.length && !isEmpty && compare(client);
    const said = facts ? sayParagraphs(facts) : wrong.map((input) => ["", fill(answers.unread, { field: input.labels[0].textContent.trim() })]);
    form.querySelector(".answer").replaceChildren(...said.map(([label, text]) => {
      const paragraph = document.createElement("p");
      if (label) paragraph.append(Object.assign(document.createElement("strong"), { textContent: label }), " ");
      paragraph.append(text.replaceAll(" %", "\u00a0%"));
      return paragraph;
    }));
    inputs.forEach((input) => input.labels[0].classList.toggle("blank", client[input.name] === null));
    for (const thing of [form, ...unnamed]) thing.classList.toggle("answered", Boolean(facts));
    above.textContent = facts ? answers.answered_above : answers.typed_above;
    typed = facts ? { name: "your client", ...client } : null;
    choose(null);
    draw();
  };
  for (const input of inputs) {
    input.value = listed.typed[input.name] ?? "";
    input.addEventListener("input", answer);
  }
  form.hidden = false;
  answer();
}
