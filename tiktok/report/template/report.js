// Without scripts nothing is missing but comfort: folds open, links lead, tables can be read.

// --- folds: a link into a closed one opens it, and so does an address that is typed
const targetOf = (hash) => document.getElementById(hash.slice(1)) ?? document.getElementById(decodeURIComponent(hash.slice(1)));
const unfold = (hash) => {
  const target = targetOf(hash);
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  return target;
};
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link) unfold(link.hash);
});
const followAddress = () => unfold(location.hash)?.scrollIntoView();
addEventListener("hashchange", followAddress);

// --- buttons
const newButton = (text, act, of) => {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick: act });
  if (of) button.setAttribute("aria-label", `${text}: ${of}`);
  return button;
};
const toggleAll = (selector, what) => {
  const button = newButton("", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    document.querySelectorAll(selector).forEach((fold) => { fold.open = shown; });
    say(shown);
  });
  const say = (shown) => {
    if (what === "code") document.documentElement.classList.toggle("with-code", shown);
    button.textContent = `${shown ? "Hide" : "Show"} all ${what}`;
    button.setAttribute("aria-pressed", shown);
  };
  say(false);
  if (document.querySelector(selector)) document.querySelector("nav").append(button);
};

// --- contents: mark the last heading that has reached the upper third of the screen
const markContents = () => {
  const reached = (link) => targetOf(link.hash).getBoundingClientRect().top < innerHeight / 3;
  const here = [...document.querySelectorAll("nav a")].findLast(reached);
  const before = document.querySelector("nav [aria-current]");
  if (here === before) return;
  before?.removeAttribute("aria-current");
  here?.setAttribute("aria-current", "true");
  const list = document.querySelector("nav > ol");
  const shown = (here?.checkVisibility() ? here : here?.closest("nav > ol > li")) ?? list; // a phone has no room for parts
  const [mark, box] = [shown.getBoundingClientRect(), list.getBoundingClientRect()];
  list.scrollBy(mark.left - box.left, mark.top - box.top - box.height / 2); // never the page
};

// --- boxes: those that scroll say so at the edge where more is, and are stops of the Tab key
const markEdges = (box) => {
  const hidden = box.scrollWidth - box.clientWidth;
  box.tabIndex = hidden > 1 ? 0 : -1;
  box.parentElement.classList.toggle("more-before", box.scrollLeft > 1);
  box.parentElement.classList.toggle("more-behind", box.scrollLeft < hidden - 1);
};

// --- tables: sorted by a click on a header; what is no number comes last, either way
const SIZES = { K: 1e3, M: 1e6, B: 1e9 };
const numberIn = (text) => {
  const found = text.replace(/,/g, "").replace(/[−–]/, "-").match(/^[<>≈ ]*([-+]?\d*\.?\d+(?:e[-+]?\d+)?) ?([KMB]?)/);
  return found ? found[1] * (SIZES[found[2]] ?? 1) : NaN;
};
const textOf = (cell) => cell.textContent.trim().replace(/\s+/g, " ");
const fillDown = (table) => { // a blank first cell belongs to the one above, next to which it won't stay
  let label = "";
  for (const { cells: [first] } of table.tBodies[0].rows) {
    if (textOf(first)) label = first.textContent;
    else first.textContent = label;
  }
};
const sortBy = (table, header) => {
  fillDown(table);
  const column = header.cellIndex;
  const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const numeric = header.classList.contains("number");
  const keyed = [...table.tBodies[0].rows].map((row) => {
    const text = textOf(row.cells[column]);
    return { row, text, number: numeric ? numberIn(text) : 0 };
  });
  keyed.sort((a, b) => isNaN(a.number) - isNaN(b.number) || sign * (a.number - b.number || (
    numeric ? 0 : a.text.localeCompare(b.text, "en", { numeric: true }))) || 0);
  table.tBodies[0].append(...keyed.map(({ row }) => row));
  table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
  header.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
};
const makeSortable = (table) => {
  const headers = [...table.querySelectorAll("thead th")];
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 3 || rows.some((row) => row.cells.length !== headers.length)) return;
  headers.filter(textOf).forEach((header) => {
    const button = newButton("", () => sortBy(table, header));
    button.append(...header.childNodes);
    header.append(button);
  });
};

// --- saving: a table as CSV, a figure as PNG, without asking anybody
const save = (name, content) => {
  const address = typeof content === "string" ? content : URL.createObjectURL(content);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
};
const nameOf = (text, ending) => `${text.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 50).replace(/^-|-$/g, "")}.${ending}`;
const writeCell = (text) => { // a spreadsheet computes what begins like a formula
  const harmless = !/^[=+\-@\t\r]/.test(text) || /^[-+]?\d[\d.,]* ?[KMB%]?$/.test(text);
  const safe = harmless ? text : `'${text}`;
  return /[",]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
};
const toCsv = (table) => {
  fillDown(table);
  return [...table.rows].map((row) => `${[...row.cells].map((cell) => writeCell(textOf(cell))).join(",")}\r\n`).join("");
};
const saveTable = (table, name) => save(nameOf(name, "csv"), new Blob(["\ufeff", toCsv(table)], { type: "text/csv" }));
const saveFigure = (image, name) => {
  if (image.src.startsWith("data:image/png")) return save(nameOf(name, "png"), image.src);
  const [width, height] = [2 * image.naturalWidth, 2 * image.naturalHeight]; // for a dense screen
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(image, 0, 0, width, height);
  save(nameOf(name, "png"), canvas.toDataURL());
};
const offerToSave = (box) => {
  const [table, image] = [box.querySelector("table"), box.querySelector("img")];
  const name = table ? box.getAttribute("aria-label") : image.alt.split(/[.:]/)[0];
  const button = table ? newButton("CSV", () => saveTable(table, name), name) : newButton("PNG", () => saveFigure(image, name), name);
  button.className = "save";
  box.after(button);
};

for (const box of document.querySelectorAll(".frame > *")) {
  offerToSave(box);
  const mark = () => markEdges(box);
  new ResizeObserver(mark).observe(box);
  box.addEventListener("scroll", mark, { passive: true });
}
document.querySelectorAll("main table").forEach(makeSortable);
document.documentElement.classList.add("scripted");
toggleAll("details.fold", "parts");
toggleAll("details.code", "code");
addEventListener("scroll", markContents, { passive: true });
markContents();
if (location.hash) followAddress();
