// Pictures come in: dropped, pasted or chosen, single or in folders. They are read one by one.

import { ask, Refused } from "./api.js";
import { getChoices, pictures, setCurrent, tell, view } from "./state.js";
import { byId, counted, notice, say } from "./words.js";

let keys = 0, reading = false, left = 0;
const waiting = [];

/** Adds files; `chosen` ones were named one by one, so that each gets an answer. */
export function addFiles(found, { chosen = true } = {}) {
  const suffixes = getChoices().suffixes ?? [];
  const isPicture = (file) => file.type.startsWith("image/") || suffixes.some((end) => file.name.toLowerCase().endsWith(end));
  const kept = chosen ? found : found.filter((file) => isPicture(file) && !file.name.startsWith("."));
  left += found.length - kept.length;
  for (const file of kept) {
    const picture = { key: ++keys, file, name: file.webkitRelativePath || file.inFolder || file.name, reading: true };
    pictures.push(picture);
    waiting.push(picture);
  }
  tell("pictures");
  if (!reading) readAll();
}

async function readAll() {
  reading = true;
  while (waiting.length) {
    const picture = waiting.shift();
    if (pictures.includes(picture)) await read(picture);
  }
  reading = false;
  const bad = pictures.filter((each) => each.problem && !each.id).length;
  say(`${counted(pictures.length - bad, "picture is", "pictures are")} ready${bad ? `; ${bad} cannot be read` : ""}`);
  if (left) notice(`${counted(left, "file is no picture and was", "files are no pictures and were")} left out`);
  left = 0;
}

/** Sends a picture's file and learns where people look; also again, where the server let it go. */
export async function read(picture) {
  picture.reading = true;
  try {
    const name = encodeURIComponent(picture.name);
    const response = await ask(`/api/pictures?name=${name}`, { body: picture.file });
    Object.assign(picture, await response.json());
    const heat = await ask(`/api/pictures/${picture.id}/heat`);
    picture.heat = URL.createObjectURL(await heat.blob());
    picture.url ??= await showable(picture.file);
    if (picture.gone.length) notice(`To save memory these were let go, and are read again when they are needed: ${picture.gone.join(", ")}`);
  } catch (error) {
    picture.problem = error instanceof Refused ? error.message : "this file cannot be read any more; add it again";
  }
  picture.reading = false;
  if (!pictures.includes(picture)) return forget(picture);
  tell("pictures");
  if (picture.id && !view.current) setCurrent(picture);
}

/** Does something for a picture that the server holds, after reading it again where it must be. */
export async function heldBy(picture, work) {
  try {
    return await work(picture.id);
  } catch (error) {
    if (error.status !== 410) throw error;
    await read(picture);
    if (picture.problem) throw new Refused(picture.problem, 422);
    notice(`${picture.name} was read again: it had been let go to save memory`);
    return await work(picture.id);
  }
}

/** An address at which the browser shows a file, or a copy of it where it cannot. */
export async function showable(file) {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    return url;
  } catch {
    URL.revokeObjectURL(url);
    return URL.createObjectURL(await (await ask("/api/shown", { body: file })).blob());
  }
}

/** Lets go of a picture here and on the server. */
export function forget(picture) {
  const at = pictures.indexOf(picture);
  if (at >= 0) pictures.splice(at, 1);
  for (const url of [picture.url, picture.heat, picture.result?.url]) if (url) URL.revokeObjectURL(url);
  if (picture.id) ask(`/api/pictures/${picture.id}`, { method: "DELETE" }).catch(() => {});
  if (view.current === picture) setCurrent(pictures.slice(at).find((each) => each.id) ?? pictures.findLast((each) => each.id) ?? null);
  tell("pictures");
}

async function filesIn(entry, folder = "") {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    if (folder) file.inFolder = folder + file.name;
    return [file];
  }
  const reader = entry.createReader(), found = [];
  for (;;) {  // a call gives a hundred entries at most
    const entries = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!entries.length) break;
    for (const each of entries) found.push(...await filesIn(each, `${folder}${entry.name}/`));
  }
  return found;
}

async function dropped(items) {
  const entries = [...items].filter((item) => item.kind === "file").map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  for (const [entry, file] of entries) {
    if (!entry || entry.isFile) addFiles([file]);
    else addFiles(await filesIn(entry).catch(() => []), { chosen: false });
  }
}

export function listen() {
  for (const [id, chosen] of [["choose-files", true], ["choose-folder", false]]) {
    byId(id).addEventListener("change", ({ target }) => {
      addFiles([...target.files], { chosen });
      target.value = "";
    });
  }
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  let inside = 0;
  const shown = (depth) => { inside = depth; byId("drop").hidden = depth <= 0; };
  addEventListener("dragenter", (event) => { if (hasFiles(event)) { event.preventDefault(); shown(inside + 1); } });
  addEventListener("dragleave", (event) => { if (hasFiles(event)) shown(inside - 1); });
  addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    shown(0);
    dropped(event.dataTransfer.items);
  });
  addEventListener("paste", (event) => {
    const files = [...event.clipboardData?.files ?? []];
    if (!files.length) return;
    event.preventDefault();
    addFiles(files);
  });
}
