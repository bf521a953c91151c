/** The server's JSON API. Every failure is an ApiError whose message can be shown to a person. */

export class ApiError extends Error {}

export const get = (path) => call(path, {});

export const post = (path, body) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

async function call(path, options) {
  const response = await fetch(path, options).catch(() => {
    throw new ApiError("The server does not answer. Is `parley serve` still running? This page goes on when it is back.");
  });
  const body = await response.json().catch(() => {
    throw new ApiError(`The server answered ${path} with ${response.status} and no JSON. Its log says more.`);
  });
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
