"use strict";
// A client of the JavaScript SDK for the stand-in that scripts/javascript.sh has started, and what the tests share.

const { createReadStream, mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");
const { CozeAPI, RoleType } = require("@coze/api");

/** What the stand-in printed at its start: its address, and the ids of its account. */
const { url, environment } = JSON.parse(process.env.COZE_STANDIN);

const client = new CozeAPI({
  baseURL: url,
  baseWsURL: url.replace(/^http/, "ws"),
  token: environment.COZE_API_TOKEN,
});

/** A message of the user: a text, or parts of several kinds. */
function question(content) {
  const contentType = typeof content === "string" ? "text" : "object_string";
  return { role: RoleType.User, content, content_type: contentType };
}

/** A small file as the SDK takes it in node: a stream that can be read once. */
function file(name, content) {
  const path = join(mkdtempSync(join(tmpdir(), "standin-")), name);
  writeFileSync(path, content);
  return createReadStream(path).on("close", () => rmSync(dirname(path), { recursive: true }));
}

/** Every event of a stream, when it has ended. */
async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** The names of events without repetitions side by side. */
function outline(events) {
  return events.map((each) => each.event).filter((name, at, names) => name !== names[at - 1]);
}

/** Asks again until an answer is as wanted, at most ten seconds. */
async function until(ask, isDone) {
  for (let left = 100; left > 0; left -= 1) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("ten seconds have passed");
}

/** A request to the control plane of the stand-in. */
async function control(path, body) {
  const request = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const response = await fetch(`${url}/_standin/${path}`, request);
  return response.json();
}

module.exports = { client, collect, control, environment, file, outline, question, until, url };
