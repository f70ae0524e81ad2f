// All pictures with what became of each, and what is done to all of them.

import { ask } from "./api.js";
import { forget } from "./adding.js";
import { makeAll, stopAll } from "./encoding.js";
import { isMade, on, pictures, setCurrent, view } from "./state.js";
import { byId, bytesTold, notice, save, say } from "./words.js";

const rows = new Map();

function rowOf(picture) {
  if (rows.has(picture)) return rows.get(picture);
  const item = document.createElement("li"), open = document.createElement("button"), remove = document.createElement("button");
  const thumb = document.createElement("canvas"), name = document.createElement("span"), told = document.createElement("span");
  Object.assign(thumb, { width: 96, height: 72 });
  thumb.setAttribute("aria-hidden", "true");
  name.className = "name";
  told.className = "told";
  open.type = remove.type = "button";
  open.className = "open";
  open.append(thumb, name, told);
  open.addEventListener("click", () => setCurrent(picture));
  remove.className = "remove";
  remove.textContent = "×";
  remove.setAttribute("aria-label", `Remove ${picture.name}`);
  remove.addEventListener("click", () => forget(picture));
  item.append(open, remove);
  const row = { item, open, thumb, name, told, pictured: false };
  rows.set(picture, row);
  return row;
}

async function picture96(picture, { thumb }) {
  try {
    const image = new Image();
    image.src = picture.url;
    await image.decode();
    const scale = Math.max(thumb.width / image.naturalWidth, thumb.height / image.naturalHeight);
    const width = image.naturalWidth * scale, height = image.naturalHeight * scale;
    thumb.getContext("2d").drawImage(image, (thumb.width - width) / 2, (thumb.height - height) / 2, width, height);
  } catch { /* the row has its name */ }
}

function show(picture) {
  const row = rowOf(picture), made = isMade(picture) ? picture.result : null;
  row.name.textContent = picture.name;
  row.open.disabled = !picture.id;
  row.open.setAttribute("aria-current", picture === view.current);
  const problem = picture.id ? picture.trouble?.said : picture.problem;
  row.told.classList.toggle("problem", Boolean(problem && !made));
  row.told.textContent = made ? `${bytesTold(picture.bytes)} → ${bytesTold(made.bytes)} (${made.copied_source ? "kept, " : ""}−${Math.max(0, 100 - 100 * made.bytes / picture.bytes).toFixed(0)} %)`
    : problem ?? (picture.making ? "making…" : picture.id ? bytesTold(picture.bytes) : picture.reading ? "reading…" : "");
  if (picture.url && !row.pictured) {
    row.pictured = true;
    picture96(picture, row);
  }
}

function showAll() {
  for (const [picture, row] of rows) if (!pictures.includes(picture)) { row.item.remove(); rows.delete(picture); }
  pictures.forEach(show);
  byId("list").append(...pictures.map((each) => rows.get(each).item).filter((item) => !item.isConnected));
  const ready = pictures.some((each) => each.id) && !pictures.some((each) => each.reading);
  byId("empty").hidden = pictures.length > 0;
  byId("work").hidden = pictures.length === 0;
  byId("work").classList.toggle("waiting", !view.current);
  for (const id of ["make-all", "download-all"]) byId(id).disabled = !ready || !byId("progress-line").hidden;
}

function progress(now) {
  byId("progress-line").hidden = !now;
  if (!now) return showAll();
  for (const id of ["make-all", "download-all"]) byId(id).disabled = true;
  Object.assign(byId("progress"), { max: now.of, value: now.done });
  byId("progress-told").textContent = `${now.done + 1} of ${now.of}: ${now.name}`;
}

async function downloadAll() {
  if (!await makeAll()) return;
  const made = pictures.filter(isMade).map((each) => each.result);
  if (!made.length) return;
  const told = JSON.stringify(made.map(({ name, blob }) => [name, blob.size]));
  try {
    const response = await ask("/api/zip", { body: new Blob([told, "\n", ...made.map(({ blob }) => blob)]) });
    save(await response.blob(), "foveate.zip");
    say("The zip file is ready");
  } catch (error) {
    notice(error.message);
  }
}

export function listen() {
  byId("make-all").addEventListener("click", makeAll);
  byId("download-all").addEventListener("click", downloadAll);
  byId("clear").addEventListener("click", () => [...pictures].forEach(forget));
  byId("stop").addEventListener("click", stopAll);
  for (const name of ["pictures", "current", "asked"]) on(name, showAll);
  on("result", show);
  on("progress", progress);
}
