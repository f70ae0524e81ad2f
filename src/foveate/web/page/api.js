// Requests to the server that brought this page, with the token of this run.

const KEPT = "foveate-token";
const given = location.hash.slice(1);
if (given) {
  sessionStorage.setItem(KEPT, given);
  history.replaceState(null, "", location.pathname);
}
const token = given || sessionStorage.getItem(KEPT) || "";

/** An error whose message is a line for people; `status` is HTTP's. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The response of a request. Throws Refused with the server's line, or AbortError. */
export async function ask(path, { body, json, method, signal } = {}) {
  const headers = { "foveate-token": token };
  if (json !== undefined) {
    body = JSON.stringify(json);
    headers["content-type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, { method: method ?? (body === undefined ? "GET" : "POST"), headers, body, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("Foveate does not answer: start “foveate serve” again and open its new address", 0);
  }
  if (response.ok) return response;
  const text = await response.text();
  let said = text.trim();
  try {
    said = JSON.parse(text).error ?? said;
  } catch { /* not every refusal is JSON */ }
  throw new Refused(said || `the server answered ${response.status}`, response.status);
}

/** The facts that come with a file. */
export const factsOf = (response) => JSON.parse(response.headers.get("foveate-report"));
