"use strict";
{
  const byId = (id) => document.getElementById(id);
  const viewer = byId("viewer"), frame = byId("frame"), stage = byId("stage"), split = byId("split");
  const left = byId("left"), right = byId("right"), size = byId("size");
  const layers = new Map();
  for (const layer of stage.querySelectorAll(".layer")) layers.set(layer.dataset.key, layer);

  // The map and the errors are images of the page already: a layer borrows the image's address.
  for (const image of document.querySelectorAll("img[data-name]")) {
    for (const choice of [left, right]) choice.add(new Option(image.dataset.name, image.id));
  }
  const layerOf = (key) => {
    if (!layers.has(key)) {
      const layer = new Image();
      layer.className = "layer";
      layer.alt = byId(key).alt;
      layer.src = byId(key).src;
      stage.prepend(layer);
      layers.set(key, layer);
    }
    return layers.get(key);
  };

  const move = () => {
    stage.style.setProperty("--split", split.value + "%");
    split.setAttribute("aria-valuetext", `${Math.round(split.value)} % left, the rest right`);
  };
  const choose = () => {
    const chosen = [layerOf(left.value), layerOf(right.value)];
    for (const layer of layers.values()) {
      layer.hidden = !chosen.includes(layer);
      layer.classList.remove("right");
    }
    if (chosen[0] !== chosen[1]) chosen[1].classList.add("right");
    byId("left-tag").textContent = left.selectedOptions[0].text;
    byId("right-tag").textContent = right.selectedOptions[0].text;
  };
  const resize = () => {
    if (size.value === "fit") {
      delete viewer.dataset.size;
    } else {
      viewer.dataset.size = size.value;
      stage.style.setProperty("--size", size.value);
      frame.scrollLeft = stage.offsetWidth * split.value / 100 - frame.clientWidth / 2;
      frame.scrollTop = (stage.offsetHeight - frame.clientHeight) / 2;
    }
  };
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
  left.addEventListener("change", choose);
  right.addEventListener("change", choose);
  size.addEventListener("change", resize);
  // Browsers restore what was chosen when a page is loaded again.
  move();
  choose();
  resize();
}
