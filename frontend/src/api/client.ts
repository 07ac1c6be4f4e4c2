import createClient, { type Middleware } from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import { takeEarly } from "./early";
import type { paths } from "./schema";

const TIMEOUT_MS = 15_000;

/** A server that hangs is a server that is down: no request waits for ever. */
async function fetchInTime(request: Request): Promise<Response> {
  const early = await takeEarly(request);
  if (early) return early;
  return fetch(request, {
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
}

/** An error without a problem document, or with an empty body, must not pass for a response. */
const onlyProblems: Middleware = {
  onResponse({ response }) {
    const type = response.headers.get("Content-Type") ?? "";
    if (response.ok || type.startsWith("application/problem+json")) return undefined;
    const problem = { type: "urn:ppms:unreadable", status: response.status };
    return Response.json(problem, { status: response.status });
  },
};

const client = createClient<paths>({ fetch: fetchInTime });
client.use(onlyProblems);

export const api = createQueryClient(client);
