// The picture: before and after behind a line, or the heat map under what is painted.

import { on, setMode, view } from "./state.js";
import { byId, bytesTold } from "./words.js";

const before = byId("before"), after = byId("after"), heat = byId("heat"), sheet = byId("sheet"), split = byId("split");

/** The part of the whole picture that is shown, {x, y, width, height} in its pixels. */
export function shownPart() {
  const picture = view.current, made = picture?.result;
  if (!picture) return null;
  const [x, y, width, height] = view.mode === "compare" && made?.window ? made.window : [0, 0, picture.width, picture.height];
  return { x, y, width, height };
}

function move() {
  sheet.style.setProperty("--split", `${split.value}%`);
  split.setAttribute("aria-valuetext", `${Math.round(split.value)} % before, the rest after`);
}

function lay() {
  const picture = view.current;
  if (!picture) return;
  const part = shownPart(), compare = view.mode === "compare";
  sheet.style.setProperty("--width", part.width);
  sheet.style.setProperty("--height", part.height);
  for (const [image, name] of [[before, "width"], [before, "height"]]) image.style[name] = `${100 * picture[name] / part[name]}%`;
  before.style.left = `${-100 * part.x / part.width}%`;
  before.style.top = `${-100 * part.y / part.height}%`;
  sheet.dataset.mode = view.mode;
  sheet.classList.toggle("warm", !compare && byId("heat-shown").checked);
  heat.hidden = compare || !byId("heat-shown").checked || !picture.heat;
  after.hidden = !compare || !picture.result;
  byId("split").hidden = byId("split-line").hidden = after.hidden;
  for (const tag of sheet.querySelectorAll(".tag")) tag.hidden = after.hidden;
  for (const id of ["strokes", "lines", "surface"]) byId(id).hidden = compare;
}

function fill() {
  const picture = view.current;
  if (!picture) return;
  if (before.src !== picture.url) before.src = picture.url;
  before.alt = `${picture.name}, as it came in`;
  if (heat.src !== picture.heat) heat.src = picture.heat;
  const made = picture.result;
  if (made && after.src !== made.url) after.src = made.url;
  if (!made) after.removeAttribute("src");
  if (made) {
    after.alt = `${picture.name}, ${made.exact ? "the exact file" : "a preview"}`;
    byId("after-tag").textContent = made.exact ? `after, ${bytesTold(made.bytes)}` : `preview, ≈ ${bytesTold(made.bytes)}`;
  }
  lay();
}

function showMode() {
  const compare = view.mode === "compare";
  document.querySelector(`input[name=view][value=${view.mode}]`).checked = true;
  document.querySelector(".paint-tools").hidden = compare;
  document.querySelector(".compare-tools").hidden = !compare;
  byId("paint-hint").hidden = compare;
  byId("compare-hint").hidden = !compare;
  lay();
}

export function listen() {
  // Safari on phones moves a range only when its thumb is dragged, and here the thumb is a hair.
  const follow = (event) => {
    if (!(event.buttons & 1)) return;
    const box = split.getBoundingClientRect();
    split.value = 100 * (event.clientX - box.left) / box.width;
    move();
  };
  split.addEventListener("pointerdown", follow);
  split.addEventListener("pointermove", follow);
  split.addEventListener("input", move);
  split.addEventListener("keydown", (event) => { if (event.shiftKey && event.key.startsWith("Arrow")) event.preventDefault(); });
  byId("views").addEventListener("change", ({ target }) => setMode(target.value));
  byId("heat-shown").addEventListener("change", lay);
  on("mode", showMode);
  on("current", fill);
  on("pictures", fill);
  on("result", (picture) => { if (picture === view.current) fill(); });
  move();
  showMode();
}
