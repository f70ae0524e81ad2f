// Previews while something changes, the exact file after a pause, and exact files for all.

import { ask, factsOf } from "./api.js";
import { heldBy, showable } from "./adding.js";
import { askedOf, isMade, keyOf, on, pictures, tell, view } from "./state.js";
import { bytesTold, byId, counted, exactTold, say } from "./words.js";

const PAUSE_MS = 700;
let previewing = false, timer = 0, making = null, all = null;

/** Keeps a picture's newest file, and lets go of the one before. */
function keep(picture, result) {
  const old = picture.result?.url;
  picture.result = result;
  picture.trouble = null;
  tell("result", picture);
  if (old && old !== result.url) setTimeout(() => URL.revokeObjectURL(old), 1000);
}

async function preview() {
  if (previewing) return;
  previewing = true;
  for (;;) {
    const picture = view.current;
    if (!picture?.id || isMade(picture)) break;
    const key = keyOf(picture);
    if (picture.result?.key === key) break;
    const side = Math.round(Math.max(byId("sheet").clientWidth, byId("sheet").clientHeight) * Math.min(devicePixelRatio, 2));
    try {
      const response = await heldBy(picture, (id) => ask(`/api/pictures/${id}/preview`, { json: { ...askedOf(picture), side } }));
      const facts = factsOf(response);
      if (!(isMade(picture) && keyOf(picture) === key)) {
        const blob = new Blob([await response.blob()], { type: "image/jpeg" });
        keep(picture, { key, exact: false, url: URL.createObjectURL(blob), ...facts });
      }
    } catch (error) {
      picture.unseen = { key, said: error.message };  // the exact file may yet be made
      tell("result", picture);
    }
    if (view.current === picture && keyOf(picture) === key) break;
  }
  previewing = false;
}

/** Makes the exact file of a picture, unless it is there already. Throws as `ask` does. */
export async function make(picture, signal) {
  if (isMade(picture)) return picture.result;
  const key = keyOf(picture), asked = askedOf(picture), began = performance.now();
  picture.making = began;
  tell("result", picture);
  try {
    const response = await heldBy(picture, (id) => ask(`/api/pictures/${id}/file`, { json: asked, signal }));
    const facts = factsOf(response);
    const blob = new Blob([await response.blob()], { type: `image/${facts.format}` });
    const url = await showable(blob);
    keep(picture, { key, exact: true, url, blob, ...facts });
    return picture.result;
  } catch (error) {
    if (error.name !== "AbortError") picture.trouble = { key, said: error.message };
    throw error;
  } finally {
    if (picture.making === began) picture.making = 0;
    tell("result", picture);
  }
}

async function exact() {
  const picture = view.current;
  if (!picture?.id || isMade(picture) || all) return;
  making = new AbortController();
  try {
    const made = await make(picture, making.signal);
    if (view.current === picture) say(`The exact file takes ${exactTold(made.bytes)}`);
  } catch { /* the line stands beside the picture */ }
}

/** What is asked has changed, or another picture is shown. */
export function again() {
  clearTimeout(timer);
  making?.abort();
  if (!view.current?.id) return;
  if (isMade(view.current)) return tell("result", view.current);
  preview();
  timer = setTimeout(exact, PAUSE_MS);
}

/** Makes every picture's file, with progress; false where it was stopped. */
export async function makeAll() {
  if (all) return false;
  making?.abort();
  all = new AbortController();
  const { signal } = all;
  const wanted = pictures.filter((each) => each.id);
  let failed = 0;
  for (const [done, picture] of wanted.entries()) {
    tell("progress", { done, of: wanted.length, name: picture.name });
    if (!pictures.includes(picture)) continue;
    try {
      await make(picture, signal);
    } catch {
      failed += 1;
    }
    if (signal.aborted) break;
  }
  all = null;
  tell("progress", null);
  const made = wanted.filter((each) => pictures.includes(each) && isMade(each));
  const bytes = made.reduce((sum, each) => sum + each.result.bytes, 0);
  say(`${counted(made.length, "file is", "files are")} made, ${bytesTold(bytes)}${failed ? `; ${failed} failed` : ""}`);
  if (signal.aborted) again();
  return !signal.aborted;
}
export const stopAll = () => all?.abort();

export function listen() {
  on("asked", again);
  on("current", again);
}
