"use strict";
// The order of pairs, and what a result file holds. Nothing here touches the page.

// Xorshift (Marsaglia, Journal of Statistical Software 8(14), 2003), as numbers in [0, 1).
const randomOf = (seed) => {
  let x = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  const next = () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
  for (let turn = 0; turn < 16; turn += 1) next();
  return next;
};

// Every pair of files of every picture, once, shuffled (Fisher and Yates); sides are drawn too.
const orderOf = (trial, seed) => {
  const random = randomOf(seed);
  const pairs = [];
  for (const picture of trial.pictures) {
    picture.files.forEach((first, index) => {
      for (const second of picture.files.slice(index + 1)) {
        const [left, right] = random() < 0.5 ? [first, second] : [second, first];
        pairs.push({ picture, left, right });
      }
    });
  }
  for (let last = pairs.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [pairs[last], pairs[other]] = [pairs[other], pairs[last]];
  }
  return pairs;
};

const differ = (pair, share) => {
  const sizes = [pair.left.bytes, pair.right.bytes];
  return Math.max(...sizes) > (1 + share) * Math.min(...sizes);
};

const resultOf = (trial, state) => {
  const pairs = orderOf(trial, state.seed);
  return {
    format: "foveate votes",
    version: 1,
    page: { sha256: trial.sha256, foveate: trial.version },
    voter: state.voter,
    name: state.name,
    seed: state.seed,
    started: state.started,
    seconds_shown: trial.seconds,
    pairs: pairs.length,
    votes: state.votes.map((vote, index) => ({
      picture: pairs[index].picture.name,
      left: pairs[index].left.name,
      right: pairs[index].right.name,
      left_bytes: pairs[index].left.bytes,
      right_bytes: pairs[index].right.bytes,
      ...vote,
    })),
  };
};

// A state that was kept earlier; null where it is none of this page's.
const restored = (trial, text) => {
  try {
    const state = JSON.parse(text);
    const known = Number.isInteger(state.seed) && typeof state.voter === "string";
    const count = orderOf(trial, state.seed).length;
    const votes = Array.isArray(state.votes) && state.votes.length <= count;
    const chosen = votes && state.votes.every((v) => ["left", "right", "same"].includes(v.choice));
    return known && chosen && state.page === trial.sha256 ? state : null;
  } catch {
    return null;
  }
};
