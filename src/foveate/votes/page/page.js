{
  const byId = (id) => document.getElementById(id);
  const trial = JSON.parse(byId("trial").textContent);
  const key = `foveate-votes-${trial.sha256}`;
  const stage = byId("stage");
  const CROSS_SECONDS = 1;

  // Where the browser refuses to store, what is kept with the tab's history outlives a reload.
  let kept = true;
  const load = () => {
    try {
      const text = localStorage.getItem(key);
      if (text !== null) return text;
    } catch { /* looked for below */ }
    return typeof history.state === "string" ? history.state : "";
  };
  const save = () => {
    const text = JSON.stringify(state);
    kept = false;
    try {
      localStorage.setItem(key, text);
      kept = true;
    } catch { /* kept below */ }
    try {
      history.replaceState(text, "");
      kept = true;
    } catch { /* told on the page */ }
    byId("unkept").hidden = kept;
  };

  const fresh = () => {
    const [seed, voter, more] = crypto.getRandomValues(new Uint32Array(3));
    return {
      page: trial.sha256,
      seed: trial.seed === null ? seed : trial.seed,
      voter: [voter, more].map((n) => n.toString(16).padStart(8, "0")).join(""),
      name: "",
      started: null,
      view: matchMedia("(max-width: 40rem)").matches ? "flicker" : "side",
      votes: [],
      finished: false,
      downloaded: 0,
    };
  };
  let state = restored(trial, load()) || fresh();
  let order = orderOf(trial, state.seed);
  let shownAt = null, turn = 0, timers = [], originalSeen = false;

  const uri = (number) => {
    const block = byId(`image-${number}`);
    return `data:${block.type};base64,${block.textContent}`;
  };
  const pressed = (id, on) => byId(id).setAttribute("aria-pressed", String(on));
  const setView = (view) => {
    state.view = view;
    stage.dataset.view = view;
    pressed("view", view === "flicker");
    byId("other").disabled = view !== "flicker";
    save();
  };
  const showSide = (side) => {
    stage.dataset.shown = side;
    byId("other").textContent = side === "left" ? "Show the right one" : "Show the left one";
  };
  const showOriginal = (on) => {
    if (on && stage.dataset.state !== "shown") return;
    if (on) {
      stage.dataset.original = "";
      originalSeen = true;
    } else {
      delete stage.dataset.original;
    }
    pressed("original", on);
  };
  const screen = (name) => {
    for (const id of ["start", "vote", "done", "end"]) byId(id).hidden = id !== name;
  };
  const after = (seconds, what) => timers.push(setTimeout(what, 1000 * seconds));

  const showPair = async () => {
    turn += 1;
    const mine = turn;
    timers.forEach(clearTimeout);
    timers = [];
    shownAt = null;
    originalSeen = false;
    showOriginal(false);
    showSide("left");
    stage.dataset.state = "loading";
    const pair = order[state.votes.length];
    byId("progress").value = state.votes.length;
    byId("position").textContent = `Pair ${state.votes.length + 1} of ${order.length}`;
    for (const undo of document.querySelectorAll(".undo")) undo.disabled = !state.votes.length;
    const images = { left: pair.left.image, right: pair.right.image };
    const decoding = [];
    for (const [side, number] of Object.entries(images)) {
      for (const [id, of] of [[side, number], [`${side}-original`, pair.picture.original]]) {
        const image = byId(id);
        image.width = pair.picture.width;
        image.height = pair.picture.height;
        image.src = uri(of);
        decoding.push(image.decode().catch(() => {}));
      }
    }
    await Promise.all(decoding);
    if (mine !== turn) return;
    const show = () => {
      stage.dataset.state = "shown";
      shownAt = performance.now();
      if (trial.seconds !== null) after(trial.seconds, () => { showOriginal(false); stage.dataset.state = "gone"; });
    };
    if (trial.seconds === null) {
      show();
    } else {
      stage.dataset.state = "cross";
      after(CROSS_SECONDS, show);
    }
  };

  const showResult = () => {
    byId("position").textContent = `${state.votes.length} pairs, all done`;
    byId("text").value = JSON.stringify(resultOf(trial, state), null, 1);
    const rows = state.votes.map((vote, index) => {
      const pair = order[index], row = document.createElement("tr");
      const mark = differ(pair, trial.unequal) ? "*" : "";
      const cells = [
        pair.picture.name, vote.choice === "same" ? "no difference" : vote.choice,
        pair.left.name, pair.left.bytes.toLocaleString("en") + mark,
        pair.right.name, pair.right.bytes.toLocaleString("en") + mark,
      ];
      for (const text of cells) row.append(Object.assign(document.createElement("td"), { textContent: text }));
      return row;
    });
    byId("told").tBodies[0].replaceChildren(...rows);
  };
  const go = () => {
    if (state.started === null) {
      screen("start");
      byId("position").textContent = `${order.length} pairs`;
      byId("name").value = "";
      byId("first-view").value = state.view;
    } else if (state.finished) {
      screen("end");
      showResult();
    } else if (state.votes.length === order.length) {
      screen("done");
      turn += 1;
      byId("position").textContent = `${order.length} of ${order.length} pairs`;
      for (const undo of document.querySelectorAll(".undo")) undo.disabled = false;
    } else {
      screen("vote");
      setView(state.view);
      showPair();
      stage.focus({ preventScroll: true });
    }
  };

  const vote = (choice) => {
    if (byId("vote").hidden || shownAt === null) return;
    const image = byId("left");
    state.votes.push({
      choice,
      seconds: Math.round(performance.now() - shownAt) / 1000,
      view: state.view,
      original_seen: originalSeen,
      scale: Math.round(1000 * image.clientWidth * devicePixelRatio / image.naturalWidth) / 1000,
    });
    shownAt = null;
    save();
    go();
  };
  const undo = () => {
    if (state.started === null || state.finished || !state.votes.length) return;
    state.votes.pop();
    save();
    go();
  };
  const download = () => {
    const text = JSON.stringify(resultOf(trial, state), null, 1) + "\n";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = `votes-${trial.sha256.slice(0, 8)}-${state.voter}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    state.downloaded = state.votes.length;
    save();
  };
  const unsaved = () => state.downloaded < state.votes.length;
  const other = () => {
    if (state.view === "flicker") showSide(stage.dataset.shown === "left" ? "right" : "left");
  };
  const toggleOriginal = () => showOriginal(!("original" in stage.dataset));
  const toggleView = () => setView(state.view === "side" ? "flicker" : "side");

  const actions = {
    "begin": () => {
      state.name = byId("name").value.trim();
      state.view = byId("first-view").value;
      state.started = new Date().toISOString();
      save();
      go();
    },
    "choose-left": () => vote("left"),
    "choose-same": () => vote("same"),
    "choose-right": () => vote("right"),
    "other": other,
    "original": toggleOriginal,
    "view": toggleView,
    "finish": () => { state.finished = true; save(); go(); },
    "again": () => {
      if (unsaved() && !confirm("The result file was not downloaded. Drop these votes?")) return;
      state = fresh();
      order = orderOf(trial, state.seed);
      save();
      go();
    },
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener("click", action);
  for (const button of document.querySelectorAll(".undo")) button.addEventListener("click", undo);
  for (const button of document.querySelectorAll(".download")) button.addEventListener("click", download);
  // After a click with a pointer the space bar shows the other picture, and presses no button.
  byId("vote").addEventListener("click", (event) => {
    if (event.detail) stage.focus({ preventScroll: true });
  });
  stage.addEventListener("click", other);

  const keys = {
    ArrowLeft: () => vote("left"), ArrowRight: () => vote("right"), ArrowDown: () => vote("same"),
    " ": other, o: toggleOriginal, v: toggleView, Backspace: undo,
  };
  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest("input, select, textarea, details, .scroll");
    if (inField || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.key === " " && event.target.closest("button")) return;
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action || (byId("vote").hidden && event.key !== "Backspace")) return;
    event.preventDefault();
    action();
  });
  addEventListener("beforeunload", (event) => {
    if (!kept && unsaved()) event.preventDefault();
  });
  save();
  go();
}
