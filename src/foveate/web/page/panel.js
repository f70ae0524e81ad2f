// The settings, the bytes that they take, and the command that does the same.

import { ask, factsOf } from "./api.js";
import { heldBy } from "./adding.js";
import { make } from "./encoding.js";
import { askedOf, getChoices, isMade, keyOf, on, setSettings, settings, settle, valuesOf, view } from "./state.js";
import { byId, bytesTold, exactTold, save, say, shareTold } from "./words.js";

const NAMES = {
  format: { jpeg: "JPEG", avif: "AVIF", webp: "WebP", jxl: "JPEG XL", auto: "the smallest" },
  effort: { fast: "fast", default: "default", best: "best" },
  metadata: { all: "keep all", rights: "keep rights", none: "keep none" },
};
const TUNES = {
  vision: "vision counts what models of the eye see.",
  fidelity: "fidelity counts squared error, and is faster.",
  eyes: "eyes counts error as far as contrast shows it.",
};
const LEAST = 2000;
let timer = 0, painted = null;

/** The largest size that the slider offers for the picture that is shown. */
const most = () => Math.max(view.current?.bytes ?? 5e6, 10 * LEAST);
const sizeAt = (place) => LEAST * (most() / LEAST) ** (place / 1000);
const placeOf = (size) => 1000 * Math.log(size / LEAST) / Math.log(most() / LEAST);
/** Three figures, which is what a slider can be moved to. */
const rounded = (size) => { const unit = 10 ** Math.max(0, Math.floor(Math.log10(size)) - 2); return Math.round(size / unit) * unit; };

function options(select, values, chosen) {
  const names = NAMES[select.id] ?? {};
  const wanted = values.map((value) => names[value] ?? value).join();
  if (select.dataset.values !== wanted) {
    select.replaceChildren(...values.map((value) => new Option(names[value] ?? value, value)));
    select.dataset.values = wanted;
  }
  select.value = values.includes(chosen) ? chosen : getChoices().defaults[select.id];
  select.disabled = values.length < 2;
}

function showSettings() {
  const now = settings(), { formats } = getChoices();
  document.querySelector(`input[name=goal][value=${now.goal}]`).checked = true;
  byId("by-quality").hidden = now.goal !== "quality";
  byId("by-size").hidden = now.goal !== "size";
  byId("quality").value = byId("quality-told").value = now.quality;
  byId("size").value = placeOf(now.size);
  byId("size").setAttribute("aria-valuetext", bytesTold(now.size));
  if (document.activeElement !== byId("size-typed")) byId("size-typed").value = now.size / 1000;
  options(byId("format"), Object.keys(formats), now.format);
  for (const name of ["tune", "effort", "metadata"]) options(byId(name), valuesOf(name), now[name]);
  byId("tune-hint").textContent = byId("tune").disabled ? "" : TUNES[byId("tune").value] ?? "";
  const listed = [...byId("aspect").options].some((each) => each.value === now.aspect);
  const other = !listed || byId("aspect").value === "other" && document.activeElement === byId("aspect-typed");
  byId("aspect").value = other ? "other" : now.aspect;
  showOther(other);
  if (other && document.activeElement !== byId("aspect-typed")) byId("aspect-typed").value = now.aspect;
}
function showOther(other) {
  byId("aspect-typed").hidden = byId("aspect-label").hidden = !other;
}

function showResult() {
  const picture = view.current, made = picture?.result, current = picture && keyOf(picture);
  const trouble = picture?.trouble?.key === current ? picture.trouble.said : "";
  byId("problem").hidden = !trouble;
  byId("problem").textContent = trouble;
  const fresh = made?.key === current;
  byId("bytes").classList.toggle("stale", !fresh);
  byId("bytes").textContent = !made ? "–" : made.exact ? exactTold(made.bytes) : `≈ ${bytesTold(made.bytes)}`;
  byId("share").textContent = made ? shareTold(made.bytes, picture.bytes) : "";
  const drawnAs = ["jpeg", "jxl"].includes(settings().format) ? "" : ", drawn as JPEG";
  const unseen = picture?.unseen?.key === current && !fresh ? picture.unseen.said : "";
  byId("exactness").textContent = unseen && !trouble ? unseen : !made || trouble ? "" : fresh && made.exact ? "This is the exact file."
    : picture.making ? `A preview${drawnAs}; the exact file is being made…` : `A preview${drawnAs}; the exact file follows.`;
  const gain = fresh && made.exact ? made.comparison?.salient_gain_ssimulacra2 : null;
  byId("gain").hidden = gain === null || gain === undefined;
  if (gain != null) byId("gain").textContent = `Where people look, SSIMULACRA 2 is ${Math.abs(gain).toFixed(1)} ${gain < 0 ? "below" : "above"} plain JPEG of as many bytes.`;
  const notes = [...picture?.notes ?? [], ...(made?.exact && made.notes) || []].filter((note, n, list) => list.indexOf(note) === n);
  byId("notes").replaceChildren(...notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })));
}

async function showCommand() {
  const picture = view.current;
  if (!picture?.id || !byId("command-details").open) return;
  try {
    const response = await heldBy(picture, (id) => ask(`/api/pictures/${id}/command`, { json: askedOf(picture) }));
    const { command, map } = await response.json();
    painted = map;
    byId("command").textContent = command;
    byId("command-hint").textContent = map ? `The command reads what you painted from ${map}: download it to the folder of the picture.` : "";
  } catch (error) {
    painted = null;
    byId("command").textContent = "";
    byId("command-hint").textContent = error.message;
  }
  byId("map-download").hidden = !painted;
  byId("copy").disabled = !byId("command").textContent;
}

async function copyCommand() {
  try {
    await navigator.clipboard.writeText(byId("command").textContent);
    say("Copied");
    byId("copy").textContent = "Copied";
    setTimeout(() => { byId("copy").textContent = "Copy"; }, 2000);
  } catch {  // not allowed, or not on this address
    getSelection().selectAllChildren(byId("command"));
    say("Selected; copy it by the keyboard");
  }
}

async function download() {
  const picture = view.current;
  if (!picture?.id) return;
  byId("download").disabled = true;
  try {
    const made = await make(picture);
    if (isMade(picture)) save(made.blob, made.name);
  } catch { /* the line stands beside the picture */ }
  byId("download").disabled = false;
}

async function downloadMap() {
  const picture = view.current;
  try {
    const response = await heldBy(picture, (id) => ask(`/api/pictures/${id}/map`, { json: askedOf(picture) }));
    save(await response.blob(), factsOf(response).name);
  } catch (error) {
    byId("command-hint").textContent = error.message;
  }
}

export function listen() {
  const passing = { passing: true };
  byId("goals").addEventListener("change", ({ target }) => {
    const made = view.current?.result?.bytes;  // the size begins where the quality was
    setSettings(target.value === "size" && made ? { goal: "size", size: rounded(made) } : { goal: target.value });
  });
  byId("quality").addEventListener("input", ({ target }) => setSettings({ quality: Number(target.value) }, passing));
  byId("size").addEventListener("input", ({ target }) => setSettings({ size: rounded(sizeAt(Number(target.value))) }, passing));
  for (const id of ["quality", "size"]) byId(id).addEventListener("change", settle);
  byId("size-typed").addEventListener("change", ({ target }) => { if (target.value > 0) setSettings({ size: Math.max(1, Math.round(1000 * target.value)) }); });
  for (const id of ["format", "tune", "effort", "metadata"]) byId(id).addEventListener("change", ({ target }) => setSettings({ [id]: target.value }));
  byId("aspect").addEventListener("change", ({ target }) => {
    showOther(target.value === "other");
    if (target.value === "other") byId("aspect-typed").focus();
    else setSettings({ aspect: target.value });
  });
  byId("aspect-typed").addEventListener("change", ({ target }) => setSettings({ aspect: target.value.trim() }));
  byId("download").addEventListener("click", download);
  byId("copy").addEventListener("click", copyCommand);
  byId("map-download").addEventListener("click", downloadMap);
  byId("command-details").addEventListener("toggle", showCommand);
  const later = () => { clearTimeout(timer); timer = setTimeout(showCommand, 400); };
  for (const name of ["asked", "current"]) on(name, () => { showSettings(); showResult(); later(); });
  on("result", (picture) => { if (picture === view.current) showResult(); });
}
