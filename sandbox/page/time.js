/** Slack's `ts` strings and the clock's words. Every time the page shows is UTC. */

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

/** Seconds since 1970 of a `ts`, for drawing only: a `ts` is an id and stays a string. */
export const seconds = (ts) => Number.parseFloat(ts);

/** A `ts` for a moment; Slack's form has six decimals. */
export const tsOf = (moment) => moment.toFixed(6);

/** Order of two `ts` strings; both have ten digits before the dot. */
export const compareTs = (left, right) => (left < right ? -1 : left > right ? 1 : 0);

/** "22:26" */
export const hhmm = (ts) => new Date(seconds(ts) * 1000).toISOString().slice(11, 16);

/** "22:26:08" */
export const hhmmss = (ts) => new Date(seconds(ts) * 1000).toISOString().slice(11, 19);

/** "21 Mar 2025" */
export const day = (ts) => DAY.format(new Date(seconds(ts) * 1000));

/** "10 min", "2 h 5 min": how long between two `ts`, never negative. */
export function span(from, to) {
  const minutes = Math.round(Math.abs(seconds(to) - seconds(from)) / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest ? `${Math.floor(minutes / 60)} h ${rest} min` : `${minutes / 60} h`;
}

/** "8 ms", "1.3 s" */
export function duration(ms) {
  if (ms === null || ms === undefined) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0)} s`;
}

/** Make one message's `ts` from the `p…` form of a permalink. */
export const tsOfPermalink = (digits) => `${digits.slice(0, -6)}.${digits.slice(-6)}`;
