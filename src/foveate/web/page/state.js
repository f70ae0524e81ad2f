// What is asked (settings and marks, with undo), which pictures there are, and who wants to know.

/** {key, file, name, url, id, width, height, bytes, notes, heat, problem, reading, making, result} */
export const pictures = [];
export const view = { current: null, mode: "paint", tool: "keep" };

const EMPTY = Object.freeze({ strokes: [], boxes: [] });
let now = {
  settings: { goal: "quality", quality: 80, size: 200_000, format: "jpeg", tune: "vision", effort: "default", metadata: "all", aspect: "" },
  marks: {},
};
let past = [], future = [], before = null;
let choices = { formats: {} };

const listeners = {};
/** Calls `heard` whenever `name` happens: "asked", "pictures", "current", "mode", "result". */
export const on = (name, heard) => (listeners[name] ??= []).push(heard);
export const tell = (name, value) => (listeners[name] ?? []).forEach((heard) => heard(value));

export const settings = () => now.settings;
export const marksOf = (picture) => (picture && now.marks[picture.key]) || EMPTY;
export const setChoices = (found) => { choices = found; };
export const getChoices = () => choices;

/** Changes what is asked. With `passing` it is a part of a change that `settle` ends. */
function change(next, passing) {
  if (before === null) before = now;
  now = next;
  if (!passing) settle();
  else tell("asked");
}
export function settle() {
  if (before !== null && before !== now) {
    past.push(before);
    if (past.length > 200) past.shift();
    future = [];
  }
  before = null;
  tell("asked");
}
export const setSettings = (values, { passing = false } = {}) =>
  change({ ...now, settings: { ...now.settings, ...values } }, passing);
export const setMarks = (picture, marks) =>
  change({ ...now, marks: { ...now.marks, [picture.key]: { ...marksOf(picture), ...marks } } }, false);

function step(from, to) {
  if (before !== null) settle();
  if (!from.length) return false;
  to.push(now);
  now = from.pop();
  tell("asked");
  return true;
}
export const undo = () => step(past, future);
export const redo = () => step(future, past);
export const canUndo = () => past.length > 0 || before !== null;
export const canRedo = () => future.length > 0;

/** The values of tune, effort or metadata that go with the format and tune that are chosen. */
export function valuesOf(name) {
  const beside = choices.formats[now.settings.format] ?? {}, { tune } = now.settings;
  if (name !== "effort") return beside[name] ?? [];
  return beside.effort?.[beside.tune.includes(tune) ? tune : choices.defaults.tune] ?? [];
}

/** What the server is asked for a picture. */
export function askedOf(picture) {
  const { goal, quality, size, format, tune, effort, metadata, aspect } = now.settings;
  const asked = { format };
  for (const [name, value] of Object.entries({ tune, effort, metadata })) if (valuesOf(name).includes(value)) asked[name] = value;
  if (goal === "size") asked.size_bytes = Math.max(1, Math.round(size));
  else asked.quality = quality;
  const { strokes, boxes } = marksOf(picture);
  return { settings: asked, strokes, boxes, aspect: aspect || null };
}
export const keyOf = (picture) => JSON.stringify(askedOf(picture));
/** Whether a picture's exact file is the one that is asked for now. */
export const isMade = (picture) => picture.result?.exact && picture.result.key === keyOf(picture);

export function setCurrent(picture) {
  if (view.current === picture) return;
  view.current = picture;
  tell("current");
}
export function setMode(mode) {
  view.mode = mode;
  tell("mode");
}
