// Two lenses that show the same place of the picture before and after.

import { on, view } from "./state.js";
import { shownPart } from "./stage.js";
import { byId } from "./words.js";

const before = byId("before"), after = byId("after"), sheet = byId("sheet");
let place = null;  // x and y in pixels of the part that is shown

function magnified(canvas, image, x, y, zoom, scale) {
  const ratio = devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  if (!image.complete || !image.naturalWidth) return;
  const across = width / (zoom * ratio), down = height / (zoom * ratio);
  context.imageSmoothingEnabled = scale < 1 && zoom < 2;
  context.drawImage(image, (x - across / 2) * scale, (y - down / 2) * scale, across * scale, down * scale, 0, 0, width, height);
}

export function draw() {
  const zoom = Number(byId("zoom").value), part = shownPart(), made = view.current?.result;
  const seen = view.mode === "compare" && zoom > 0 && part && made;
  byId("lens").hidden = !seen;
  if (!seen) return;
  const [x, y] = place ?? [part.width / 2, part.height / 2];
  magnified(byId("lens-before"), before, part.x + x, part.y + y, zoom, before.naturalWidth / view.current.width);
  magnified(byId("lens-after"), after, x, y, zoom, after.naturalWidth / part.width);
  byId("lens-after-name").textContent = made.exact ? "after" : "preview, reduced";
}

function to(x, y) {
  const part = shownPart();
  if (!part) return;
  place = [Math.min(Math.max(x, 0), part.width), Math.min(Math.max(y, 0), part.height)];
  draw();
}

export function listen() {
  sheet.addEventListener("pointermove", (event) => {
    if (view.mode !== "compare" || !view.current) return;
    const box = sheet.getBoundingClientRect(), part = shownPart();
    to((event.clientX - box.left) / box.width * part.width, (event.clientY - box.top) / box.height * part.height);
  });
  byId("split").addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!event.shiftKey || !steps) return;
    const part = shownPart(), step = Math.max(part.width, part.height) / 40;
    const [x, y] = place ?? [part.width / 2, part.height / 2];
    to(x + steps[0] * step, y + steps[1] * step);
  });
  byId("zoom").addEventListener("change", draw);
  for (const image of [before, after]) image.addEventListener("load", draw);
  on("mode", draw);
  on("result", draw);
  on("current", () => { place = null; draw(); });
  new ResizeObserver(draw).observe(byId("lens"));
}
