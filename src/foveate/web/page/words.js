// Texts that several parts of the page say: numbers for people, and what screen readers hear.

export const byId = (id) => document.getElementById(id);

/** 408113 as "408 kB". */
export function bytesTold(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
}
export const exactTold = (bytes) => `${bytes.toLocaleString("en")} bytes`;
export const shareTold = (bytes, of) => `${(100 * bytes / of).toFixed(100 * bytes / of < 10 ? 1 : 0)} % of ${bytesTold(of)}`;
export const counted = (number, noun, plural) => `${number} ${number === 1 ? noun : plural ?? noun + "s"}`;

/** Said to screen readers. */
export const say = (text) => { byId("status").textContent = text; };
/** Shown above the picture until it is replaced. */
export function notice(text) {
  byId("notice").textContent = text;
  byId("notice").hidden = !text;
}
/** Saves a file under a name. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
