// Strokes and boxes over the picture, by pointer, touch or keys.

import { marksOf, on, setMarks, view } from "./state.js";
import { byId, counted, say } from "./words.js";

const NAMES = { keep: "Keep sharp", drop: "May go", erase: "Erased", box: "Box" };
const surface = byId("surface"), strokes = byId("strokes"), lines = byId("lines");
let drawn = null;  // the stroke or box that is being drawn
let cursor = null, byKeys = false;

/** The brush's radius in pixels of the picture. */
const radius = () => {
  const { width, height } = view.current;
  return Math.max(1, Math.max(width, height) * 0.004 * 40 ** (byId("brush").value / 100));
};
const scale = () => strokes.clientWidth / view.current.width;

function place(event) {
  const box = surface.getBoundingClientRect();
  return [(event.clientX - box.left) / scale(), (event.clientY - box.top) / scale()].map((value) => Math.round(10 * value) / 10);
}

function begin(point) {
  drawn = { kind: view.tool, radius: Math.round(10 * radius()) / 10, points: [point] };
  draw();
}
function goOn(point) {
  if (drawn.kind === "box") drawn.points[1] = point;
  else drawn.points.push(point);
  draw();
}
function end() {
  const done = drawn, picture = view.current;
  drawn = null;
  if (!done || !picture) return;
  if (done.kind === "box") {
    const box = boxOf(done.points, picture);
    if (box) setMarks(picture, { boxes: [...marksOf(picture).boxes, box] });
    else say("A box needs two corners");
  } else {
    setMarks(picture, { strokes: [...marksOf(picture).strokes, done] });
  }
  draw();
}

/** Whole pixels [x, y, width, height] between two corners, inside the picture; null for nothing. */
function boxOf([from, to], { width, height }) {
  if (!to) return null;
  const [left, right] = [from[0], to[0]].map((x) => Math.min(Math.max(Math.round(x), 0), width)).sort((a, b) => a - b);
  const [top, bottom] = [from[1], to[1]].map((y) => Math.min(Math.max(Math.round(y), 0), height)).sort((a, b) => a - b);
  return right - left < 2 || bottom - top < 2 ? null : [left, top, right - left, bottom - top];
}

function sized(canvas) {
  const ratio = devicePixelRatio || 1, width = Math.round(canvas.clientWidth * ratio), height = Math.round(canvas.clientHeight * ratio);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function hatch(context) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 10;
  const paint = tile.getContext("2d");
  paint.fillStyle = "#101828";
  paint.fillRect(0, 0, 10, 10);
  paint.strokeStyle = "#8fa3c7";
  paint.lineWidth = 2;
  paint.beginPath();
  for (const from of [-10, 0, 10]) paint.moveTo(from, 10), paint.lineTo(from + 10, 0);
  paint.stroke();
  return context.createPattern(tile, "repeat");
}

export function draw() {
  const picture = view.current;
  if (!picture?.width || view.mode !== "paint" || !strokes.clientWidth) return;
  const marks = marksOf(picture), size = scale() * (devicePixelRatio || 1);
  const paint = sized(strokes);
  const styles = { keep: "#ffb000", drop: hatch(paint), erase: "#000" };
  paint.lineCap = paint.lineJoin = "round";
  for (const stroke of drawn && drawn.kind !== "box" ? [...marks.strokes, drawn] : marks.strokes) {
    paint.globalCompositeOperation = stroke.kind === "erase" ? "destination-out" : "source-over";
    paint.strokeStyle = styles[stroke.kind];
    paint.lineWidth = 2 * stroke.radius * size;
    paint.beginPath();
    stroke.points.forEach(([x, y]) => paint.lineTo(x * size, y * size));
    if (stroke.points.length === 1) paint.lineTo(stroke.points[0][0] * size + 0.01, stroke.points[0][1] * size);
    paint.stroke();
  }
  const line = sized(lines);
  const frame = ([x, y, width, height], colour, dash = []) => {
    for (const [style, wide] of [["rgb(0 0 0 / 70%)", 4], [colour, 2]]) {
      line.setLineDash(dash.map((each) => each * (devicePixelRatio || 1)));
      line.strokeStyle = style;
      line.lineWidth = wide * (devicePixelRatio || 1);
      line.strokeRect(x * size, y * size, width * size, height * size);
    }
  };
  const window = picture.result?.window;
  if (window) {
    const [x, y, width, height] = window.map((value) => value * size);
    line.fillStyle = "rgb(0 0 0 / 55%)";
    line.beginPath();
    line.rect(0, 0, lines.width, lines.height);
    line.rect(x, y, width, height);
    line.fill("evenodd");
    frame(window, "#fff", [8, 5]);
  }
  const drawing = drawn?.kind === "box" ? boxOf(drawn.points, picture) : null;
  for (const box of drawing ? [...marks.boxes, drawing] : marks.boxes) frame(box, "#7ef29d");
  if (cursor) {
    const [x, y] = cursor.map((value) => value * size), wide = view.tool === "box" ? 8 : radius() * size;
    for (const [style, thick] of [["#000", 3], ["#fff", 1.5]]) {
      line.setLineDash([]);
      line.strokeStyle = style;
      line.lineWidth = thick * (devicePixelRatio || 1);
      line.beginPath();
      line.arc(x, y, wide, 0, 7);
      line.moveTo(x - 6, y);
      line.lineTo(x + 6, y);
      line.moveTo(x, y - 6);
      line.lineTo(x, y + 6);
      line.stroke();
    }
  }
}

function keys(event) {
  const picture = view.current;
  if (!picture) return;
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (steps) {
    const step = Math.max(picture.width, picture.height) * (event.shiftKey ? 0.08 : 0.015);
    cursor ??= [picture.width / 2, picture.height / 2];
    cursor = [
      Math.min(Math.max(cursor[0] + steps[0] * step, 0), picture.width),
      Math.min(Math.max(cursor[1] + steps[1] * step, 0), picture.height),
    ];
    byKeys = true;
    if (drawn) goOn(cursor);
    draw();
  } else if (event.key === " " || event.key === "Enter") {
    cursor ??= [picture.width / 2, picture.height / 2];
    byKeys = true;
    if (drawn) {
      end();
      say(`${NAMES[view.tool]}: done`);
    } else {
      begin(cursor);
      say(`${NAMES[view.tool]}: the brush is down`);
    }
  } else if (event.key === "Escape" && drawn) {
    drawn = null;
    draw();
    say("Let go");
  } else {
    return;
  }
  event.preventDefault();
}

function listMarks() {
  const { strokes: painted, boxes } = marksOf(view.current);
  byId("marks").hidden = !painted.length && !boxes.length;
  byId("marks-told").textContent = `${counted(painted.length, "stroke")}, ${counted(boxes.length, "box", "boxes")}`;
  const row = (text, without) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.textContent = "Remove";
    button.setAttribute("aria-label", `Remove ${text}`);
    button.addEventListener("click", () => setMarks(view.current, without()));
    item.append(`${text} `, button);
    return item;
  };
  byId("marks-list").replaceChildren(
    ...painted.map((each, n) => row(`${NAMES[each.kind]}, stroke ${n + 1}`, () => ({ strokes: painted.filter((other) => other !== each) }))),
    ...boxes.map((each) => row(`Box ${each.join(", ")}`, () => ({ boxes: boxes.filter((other) => other !== each) }))),
  );
}

export function listen() {
  surface.addEventListener("pointerdown", (event) => {
    if (event.button || !view.current) return;
    surface.setPointerCapture(event.pointerId);
    byKeys = false;
    begin(place(event));
  });
  surface.addEventListener("pointermove", (event) => {
    if (!view.current || (byKeys && !event.buttons && !event.movementX && !event.movementY)) return;
    byKeys = false;
    cursor = place(event);
    if (drawn) goOn(cursor);
    else draw();
  });
  surface.addEventListener("pointerup", (event) => { if (drawn && !byKeys) { end(); if (event.pointerType === "touch") cursor = null; draw(); } });
  surface.addEventListener("pointercancel", () => { drawn = null; draw(); });
  surface.addEventListener("pointerleave", () => { if (!drawn) { cursor = null; draw(); } });
  surface.addEventListener("keydown", keys);
  surface.addEventListener("blur", () => { if (byKeys) { if (drawn) end(); cursor = null; draw(); } });
  byId("brushes").addEventListener("change", ({ target }) => { view.tool = target.value; draw(); });
  byId("brush").addEventListener("input", draw);
  for (const name of ["asked", "current"]) on(name, () => { if (name === "current") drawn = cursor = null; listMarks(); draw(); });
  for (const name of ["mode", "result", "pictures"]) on(name, draw);
  new ResizeObserver(draw).observe(byId("sheet"));
}
