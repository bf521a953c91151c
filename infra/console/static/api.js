/** The server's JSON API. Every failure is an ApiError whose message can be shown to a person. */

export class ApiError extends Error {}

const NOT_LET_IN = "This page is not let in. Open the address that `parley serve` printed when it began.";

export const get = (path) => call(path, {}, {});

export const post = (path, body) =>
  call(path, { "Content-Type": "application/json" }, { method: "POST", body: JSON.stringify(body) });

/** Keeps the token that came behind the #, for this address and port, and takes it out of the address bar. */
function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return;
  localStorage.setItem("token", given);
  history.replaceState(null, "", location.pathname + location.search);
}
takeToken();
addEventListener("hashchange", takeToken); // the address of a new start, opened in the same tab

/** The server's counts. Whoever is not let in is told only that it lives. */
export async function health() {
  const counts = await get("/healthz");
  if (!("messages" in counts)) throw new ApiError(NOT_LET_IN);
  return counts;
}

async function call(path, headers, options) {
  const token = localStorage.getItem("token");
  const allowed = token ? { Authorization: `Bearer ${token}` } : {};
  const response = await fetch(path, { ...options, headers: { ...headers, ...allowed } }).catch(() => {
    throw new ApiError("The server does not answer. Is `parley serve` still running? This page goes on when it is back.");
  });
  const body = await response.json().catch(() => {
    throw new ApiError(`The server answered ${path} with ${response.status} and no JSON. Its log says more.`);
  });
  if (response.status === 401) throw new ApiError(NOT_LET_IN);
  if (!response.ok) throw new ApiError(body.error);
  return body;
}

/** Runs `action`; what the API refuses is shown in `place`, which is emptied first. Returns undefined when refused. */
export async function showingProblems(place, action) {
  try {
    const result = await action();
    place.hidden = true;
    return result;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    place.textContent = error.message;
    place.hidden = false;
    return undefined;
  }
}
