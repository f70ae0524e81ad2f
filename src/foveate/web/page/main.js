// Starts the page: its parts, what can be chosen on this machine, and the keys for all of it.

import { ask } from "./api.js";
import * as adding from "./adding.js";
import * as brush from "./brush.js";
import * as encoding from "./encoding.js";
import * as lens from "./lens.js";
import * as list from "./list.js";
import * as panel from "./panel.js";
import * as stage from "./stage.js";
import { canRedo, canUndo, on, redo, setChoices, setSettings, settings, tell, undo } from "./state.js";
import { byId, notice, say } from "./words.js";

for (const part of [stage, brush, lens, panel, list, encoding, adding]) part.listen();

const step = (done, name) => say(done() ? name : `Nothing to ${name.toLowerCase()}`);
byId("undo").addEventListener("click", () => step(undo, "Undo"));
byId("redo").addEventListener("click", () => step(redo, "Redo"));
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("input[type=text], input[type=number]")) return;
  const key = event.key.toLowerCase();
  if (key === "z" || key === "y") {
    event.preventDefault();
    step(key === "y" || event.shiftKey ? redo : undo, key === "y" || event.shiftKey ? "Redo" : "Undo");
  }
});
on("asked", () => {
  byId("undo").disabled = !canUndo();
  byId("redo").disabled = !canRedo();
});

try {
  const found = await (await ask("/api/choices")).json();
  setChoices(found);
  byId("version").textContent = `Foveate ${found.version}`;
  if (!found.formats[settings().format]) setSettings({ format: Object.keys(found.formats)[0] });
  tell("asked");
  document.body.dataset.ready = "true";
} catch (error) {
  notice(error.message);
}
