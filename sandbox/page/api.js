/** The page's one way to the workspace: calls, and the stream of events. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** The workspace refused a call or could not be reached; `message` is for people. */
export class CallFailed extends Error {
  constructor(path, reason) {
    super(`${path}: ${reason}`);
    this.name = "CallFailed";
  }
}

async function call(path, init) {
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new CallFailed(path, "the workspace does not answer");
  }
  if (!response.ok) throw new CallFailed(path, (await reasonOf(response)) || `status ${response.status}`);
  return response;
}

async function reasonOf(response) {
  const text = await response.text();
  try {
    return String(JSON.parse(text).error ?? "");
  } catch {
    return text.slice(0, 160);
  }
}

async function post(path, body) {
  const headers = { "content-type": "application/json" };
  const response = await call(path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  return text ? JSON.parse(text) : {};
}

/** Everything the page needs to draw itself. */
export const fetchState = async () => (await call("/page/state")).json();

/** The text of an uploaded file. */
export const fetchFile = async (address) => (await call(address)).text();

export const say = (channel, threadTs, text) => post("/page/say", { channel, text, ...(threadTs && { thread_ts: threadTs }) });

export const command = (channel, name, text) => post("/page/command", { channel, command: name, text });

export const press = (body) => post("/page/press", body);

export const submit = (viewId, values) => post("/page/submit", { view_id: viewId, values });

export const dismissView = (viewId) => post("/page/submit", { view_id: viewId, closed: true });

export const edit = (channel, ts, text) => post("/page/edit", { channel, ts, text });

export const remove = (channel, ts) => post("/page/delete", { channel, ts });

export const react = (channel, ts, name, isOn) => post("/page/react", { channel, ts, name, on: isOn });

export const stop = (channel, ts) => post("/page/stop", { channel, ts });

export const moveClock = (body) => post("/page/clock", body);

export const chooseScenario = (id) => post("/page/scenario", { id });

export const killWorker = () => post("/page/kill", {});

/**
 * Follow the event stream for as long as the page lives; a lost stream is opened again, slower each time.
 *
 * @param {object} handlers
 * @param {() => void} handlers.onOpen each time the stream stands: the moment to fetch the state anew.
 * @param {(event: object) => void} handlers.onEvent
 * @param {(waitMs: number) => void} handlers.onLost
 */
export function follow({ onOpen, onEvent, onLost }) {
  let wait = FIRST_WAIT_MS;
  const open = () => {
    const source = new EventSource("/page/events");
    source.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      onOpen();
    });
    source.addEventListener("message", (event) => onEvent(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      source.close();
      onLost(wait);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  open();
}
