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
  return new ApiError(code, body?.error?.message ?? response.statusText, retry > 0 ? retry : null);
}

async function request(method: string, path: string, body?: unknown): Promise<unknown> {
  const headers: Record<string, string> = {};
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
  return response.status === 204 ? null : response.json();
}

export function get<T>(path: string): Promise<T> {
  return request("GET", `/api/v1/${path}`) as Promise<T>;
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return request("POST", `/api/v1/${path}`, body) as Promise<T>;
}

export function remove<T>(path: string, body: unknown): Promise<T> {
  return request("DELETE", `/api/v1/${path}`, body) as Promise<T>;
}
