/** What the page asks its own server. */

export interface User {
  name: string;
  role: "viewer" | "operator" | "admin";
  language: "ja" | "en";
  time_zone: string;
}

export interface Session {
  setup_needed: boolean;
  user: User | null;
  csrf: string | null;
  version: string;
}

/** What went wrong: a code that text/codes.ts has words for. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly sentence: string,
    readonly retryAfter: number | null,
    /** What else the reply says. */
    readonly body: unknown = null,
  ) {
    super(sentence);
  }
}

let csrf: string | null = null;
let sessionEnded: () => void = () => undefined;

export function useCsrf(token: string | null): void {
  csrf = token;
}

/** Called whenever the server says that nobody is logged in any more. */
export function onSessionEnded(handler: () => void): void {
  sessionEnded = handler;
}

async function errorFrom(response: Response): Promise<ApiError> {
  const retry = Number(response.headers.get("Retry-After"));
  const body = (await response.json().catch(() => null)) as { error?: { code?: string; message?: string } } | null;
  const code = body?.error?.code ?? (response.status === 404 ? "not_found" : "unreachable");
  return new ApiError(code, body?.error?.message ?? response.statusText, retry > 0 ? retry : null, body);
}

async function request(method: string, path: string, body?: unknown, automatic = false): Promise<unknown> {
  const headers: Record<string, string> = automatic ? { "X-Automatic": "1" } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf !== null) headers["X-CSRF-Token"] = csrf;
  const init: RequestInit = { method, headers, cache: "no-store", credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(path, init).catch(() => {
    throw new ApiError("unreachable", "", null);
  });
  if (!response.ok) {
    const error = await errorFrom(response);
    if (error.code === "not_logged_in") sessionEnded();
    throw error;
  }
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

/** `automatic`: nobody asked for it, so it keeps no session alive. */
export function get<T>(path: string, automatic = false): Promise<T> {
  return request("GET", `/api/v1/${path}`, undefined, automatic) as Promise<T>;
}

const STIR_MS = 60_000;
let stirredAt = -Infinity;

// Who reads, scrolls and tabs without asking for anything is there all the same.
function stir(): void {
  if (csrf === null || performance.now() - stirredAt < STIR_MS) return;
  stirredAt = performance.now();
  get("session").catch(() => undefined);
}

export function watchForPeople(): void {
  for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, stir, { passive: true });
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return request("POST", `/api/v1/${path}`, body) as Promise<T>;
}

export function remove<T>(path: string, body: unknown): Promise<T> {
  return request("DELETE", `/api/v1/${path}`, body) as Promise<T>;
}
