/** From the copilot's log to the stations of a pipeline. Every figure is as it was logged. */
import { isLookUp, isUnderWay, kindOf } from "./store.js";

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** How many things a field counts: a number, a list, or an object of numbers. */
function countOf(value) {
  if (Array.isArray(value)) return value.length;
  if (value && typeof value === "object") return Object.values(value).reduce((sum, part) => sum + Number(part), 0);
  return Number(value ?? 0);
}

const STATIONS = [
  { id: "signed", event: "request.signed", words: () => "signed" },
  { id: "durable", event: "request.accepted", words: () => "durable", note: (_, run) => duplicatesIn(run) },
  { id: "acked", event: "request.acked", words: () => "acked" },
  { id: "read", event: "incident.read", words: (e) => `${countOf(e.messages)} read`, note: (e) => (countOf(e.deleted) ? `${countOf(e.deleted)} deleted` : "") },
  { id: "redacted", event: "incident.redacted", words: () => "redacted", note: (e) => plural(countOf(e.found), "secret") },
  { id: "routed", event: "question.routed", words: (e) => `routed: ${e.tier}`, note: (e) => (e.domain === "other" ? "" : (e.domain ?? "")) },
  { id: "facts", event: "facts.shown", words: () => "facts shown" },
  { id: "verified", event: "answer.verified", words: (e) => `${countOf(e.kept)} verified`, note: (e) => `${countOf(e.dropped)} dropped` },
  { id: "posted", event: "answer.posted", words: () => "posted once" },
];

const TO_THE_DOOR = new Set(["signed", "durable", "acked"]);
const NOT_IN_A_DRAFT = new Set(["facts", "verified"]);

/** Whether a run of its kind passes a station; one that it never reaches would look stuck. */
function passes(run, { id }) {
  if (isLookUp(run)) return TO_THE_DOOR.has(id);
  return kindOf(run) !== "postmortem" || !NOT_IN_A_DRAFT.has(id);
}

/**
 * The stations that a run of its kind passes.
 *
 * @param {{events: object[]}} run
 * @returns {{id: string, words: string, note: string, ms: number|null, state: "done"|"next"|"waiting"|"bad"}[]}
 */
export function stationsOf(run) {
  const stations = STATIONS.filter((station) => passes(run, station)).map((station) => stationOf(station, run));
  const next = stations.findIndex((station) => station.state === "waiting");
  const last = stations.findLastIndex((station) => station.state !== "waiting");
  if (isUnderWay(run) && next >= 0) stations[Math.max(next, last + 1) % stations.length].state = "next";
  return stations;
}

function stationOf({ id, event, words, note = () => "" }, run) {
  const isOnce = event.startsWith("request.");
  const found = isOnce ? run.events.find((item) => item.event === event) : run.events.findLast((item) => item.event === event);
  const seen = found ?? (id === "verified" ? verifiedSoFar(run) : null);
  if (!seen) return { id, words: id, note: "", ms: null, state: "waiting" };
  const station = { id, words: words(seen), note: note(seen, run), ms: msOf(seen, run), state: "done" };
  return id === "posted" ? posted(station, run) : station;
}

/** Slack sends a mention twice, and again when an ack is late: what came again was recognised. */
function duplicatesIn(run) {
  const count = run.events.filter((item) => item.event === "request.accepted" && item.duplicate).length;
  return count ? plural(count, "duplicate") : "";
}

/** Milliseconds since the request was received: as logged, else by the time stamps of the log. */
export function msOf(event, run) {
  if (event.ms !== undefined) return event.ms;
  const known = run.events.find((item) => item.ms !== undefined && item.timestamp);
  if (!known || !event.timestamp) return null;
  return Math.max(0, Date.parse(event.timestamp) - Date.parse(known.timestamp) + known.ms);
}

/** Before the whole answer is verified, its hypotheses are counted as they come. */
function verifiedSoFar(run) {
  const kept = run.events.filter((item) => item.event === "hypothesis.verified");
  const dropped = run.events.filter((item) => item.event === "hypothesis.dropped");
  const last = [...kept, ...dropped].at(-1);
  return last && { ...last, kept: kept.length, dropped: dropped.length };
}

function posted(station, run) {
  const places = new Set(run.events.filter((item) => item.event === "answer.posted").map((item) => item.ts));
  if (places.size > 1) return { ...station, words: `posted ${places.size} times`, state: "bad" };
  const { edits } = run.events.findLast((item) => item.event === "answer.posted");
  return { ...station, note: edits ? plural(edits, "edit") : "" };
}

/** Whether a run works on the incident; look-ups such as the evidence behind an answer read nothing. */
export const isReading = (run) => run.events.some((event) => event.event === "incident.read");

const ENDING = new Set(["answer.completed", "request.completed"]);

/** One sentence on how a run ended, or "" while it goes on. */
export function endOf(run) {
  const end = Object.assign({}, ...run.events.filter((item) => ENDING.has(item.event)));
  if (!end.event) return "";
  const cost = end.cost_usd === undefined || end.cost_usd === null ? null : `$${Number(end.cost_usd)}`;
  const seconds = end.seconds === undefined ? null : `${Number(end.seconds).toFixed(1)} s`;
  return [end.analyst && `by ${end.analyst}`, seconds, cost].filter(Boolean).join(" · ");
}

/** The words that decided the route, as `{words, source}`; empty before it was chosen. */
export const matchedIn = (run) => routeOf(run)?.matched ?? [];

/** The run's route event, or undefined. */
export const routeOf = (run) => run?.events.findLast((item) => item.event === "question.routed");

/** An event's own fields as words, for the plain list. */
export function fieldsOf(event) {
  const skip = new Set(["type", "event", "request", "ms", "level", "logger", "timestamp"]);
  return Object.entries(event)
    .filter(([name]) => !skip.has(name))
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(" · ");
}
