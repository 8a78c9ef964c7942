// One door to the server. Every failure becomes an ApiError with a message in both languages; an ended session is told
// to whoever listens (session/), so that the place and what was typed stay.
import type { ApiErrorBody } from './types';

export class ApiError extends Error {
  readonly status: number;
  readonly category: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly retryAfterSeconds: number | null;
  // The whole answer: a conflict brings the other version along.
  readonly answer: unknown;

  constructor(status: number, body: ApiErrorBody, retryAfterSeconds: number | null = null, answer: unknown = null) {
    super(body.en);
    this.name = 'ApiError';
    this.status = status;
    this.category = body.category;
    this.code = body.code;
    this.zh = body.zh;
    this.en = body.en;
    this.retryAfterSeconds = retryAfterSeconds;
    this.answer = answer;
  }

  get isNetwork(): boolean {
    return this.status === 0;
  }

  // Too much at once, or too much of this account or address: the same may be asked again after retryAfterSeconds.
  get isBusy(): boolean {
    return this.status === 503 || this.status === 429;
  }
}

type Listener = () => void;
const expiredListeners = new Set<Listener>();
const connectionListeners = new Set<Listener>();
let reachable = true;

export function onSessionExpired(listener: Listener): () => void {
  expiredListeners.add(listener);
  return () => expiredListeners.delete(listener);
}

export function onConnectionChange(listener: Listener): () => void {
  connectionListeners.add(listener);
  return () => connectionListeners.delete(listener);
}

export function isServerReachable(): boolean {
  return reachable;
}

export function reportReachable(now: boolean): void {
  if (reachable === now) return;
  reachable = now;
  connectionListeners.forEach((listener) => listener());
}

// Waits until the server answers again; at once if it does now.
export function whenReachable(): Promise<void> {
  return new Promise((resolve) => {
    if (reachable) {
      resolve();
      return;
    }
    const stop = onConnectionChange(() => {
      if (!reachable) return;
      stop();
      resolve();
    });
  });
}

export const networkError = (): ApiError =>
  new ApiError(0, {
    category: 'unavailable',
    code: 'network',
    zh: '连不上服务器。请检查网络后重试，已输入的内容不会丢失。',
    en: 'The server cannot be reached. Check the network and try again; nothing typed is lost.',
  });

function isErrorBody(value: unknown): value is { error: ApiErrorBody } {
  return typeof value === 'object' && value !== null && 'error' in value && typeof (value as { error: unknown }).error === 'object';
}

export function errorFromAnswer(status: number, text: string, retryAfter: string | null): ApiError {
  const seconds = retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
  try {
    const parsed: unknown = JSON.parse(text);
    if (isErrorBody(parsed)) {
      const { error } = parsed;
      return new ApiError(status, isErrorBody(error) ? error.error : error, seconds, parsed);
    }
  } catch {
    // Not JSON: a proxy or a crash answered; say what is known.
  }
  return new ApiError(
    status,
    {
      category: 'fault',
      code: `http-${status}`,
      zh: `服务器没有给出可用的回答（${status}）。`,
      en: `The server gave no usable answer (${status}).`,
    },
    seconds,
  );
}

interface CallOptions {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal;
  // Sign-in itself answers 401 for a wrong password: that is no ended session.
  expectUnauthenticated?: boolean;
  // On a bad line an answer may never come: after so long it counts as no network.
  timeoutSeconds?: number;
}

export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const method = options.method ?? 'GET';
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Qianxian'] = '1';
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  let answer: Response;
  let text = '';
  const watch = options.timeoutSeconds === undefined ? null : new AbortController();
  const timer = watch && setTimeout(() => watch.abort(), (options.timeoutSeconds ?? 0) * 1000);
  try {
    answer = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: watch?.signal ?? options.signal,
    });
    if (answer.status !== 204) text = await answer.text();
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === 'AbortError' && !watch?.signal.aborted) throw problem;
    reportReachable(false);
    throw networkError();
  } finally {
    if (timer) clearTimeout(timer);
  }
  reportReachable(true);
  if (answer.status === 204) return undefined as T;
  if (!answer.ok) {
    const error = errorFromAnswer(answer.status, text, answer.headers.get('Retry-After'));
    if (answer.status === 401 && !options.expectUnauthenticated) expiredListeners.forEach((listener) => listener());
    throw error;
  }
  return JSON.parse(text) as T;
}

// A query string of the parameters that hold something.
export function query(parameters: Record<string, string | number | boolean | null | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

export interface Upload {
  finished: Promise<unknown>;
  abort: () => void;
}

// A file goes up as the raw body. XMLHttpRequest, because fetch tells nothing about how far the upload is.
export function upload(path: string, file: Blob, onProgress: (fraction: number) => void, contentType = 'application/octet-stream'): Upload {
  const request = new XMLHttpRequest();
  const finished = new Promise<unknown>((resolve, reject) => {
    request.open('POST', path);
    request.setRequestHeader('X-Qianxian', '1');
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('Content-Type', contentType);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      reportReachable(true);
      if (request.status >= 200 && request.status < 300) {
        resolve(JSON.parse(request.responseText));
        return;
      }
      if (request.status === 401) expiredListeners.forEach((listener) => listener());
      reject(errorFromAnswer(request.status, request.responseText, request.getResponseHeader('Retry-After')));
    };
    request.onerror = () => {
      reportReachable(false);
      reject(networkError());
    };
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    request.send(file);
  });
  return { finished, abort: () => request.abort() };
}
