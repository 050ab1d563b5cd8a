// Speaks HTTP with the sandbox; every failure is an Error with words that a person may read.

async function read(answer) {
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const body = await answer.json().catch(() => ({}));
  throw new Error(body.error || body.message || `The sandbox answered ${answer.status}`);
}

async function ask(path, options) {
  try {
    return await read(await fetch(path, options));
  } catch (error) {
    if (error instanceof TypeError) throw new Error("Teller does not answer. Is it still running?");
    throw error;
  }
}

export const get = (path) => ask(path);
export const post = (path, body) => send("POST", path, body);
export const put = (path, body) => send("PUT", path, body);
export const patch = (path, body) => send("PATCH", path, body);
export const remove = (path) => ask(path, { method: "DELETE" });
export const upload = (path, form) => ask(path, { method: "POST", body: form });

function send(method, path, body) {
  return ask(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// Follows a stream of events and, after every break, says `again` so that what was missed is read anew.
export function follow(path, names, hear, again) {
  let broken = false;
  const source = new EventSource(path);
  const heard = (name) => (event) => hear(name, JSON.parse(event.data));
  for (const name of names) source.addEventListener(name, heard(name));
  source.onopen = () => {
    if (broken) again();
    broken = false;
  };
  source.onerror = () => {
    broken = true;
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
  };
  return source;
}
