"use client";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { forgetUpload, recallUpload, rememberUpload } from "./remembered-uploads.ts";

export type SendTask = {
  readonly file: File;
  readonly path: string;
  /** Somebody said that what is there may go into the trash. */
  readonly replace: boolean;
  readonly signal: AbortSignal;
  readonly onSent: (bytes: number) => void;
  /** The line is cut; in so many seconds it is tried again. */
  readonly onRest: (seconds: number) => void;
  readonly onFinishing: () => void;
};
export type Sent = "done" | "exists" | { readonly problem: string };

/** Smaller files go in one request, which costs least where there are many. */
const smallBytes = 4 * 1024 * 1024;
const pieceBytes = 16 * 1024 * 1024;
const longestRestSeconds = 30;

type Upload = { readonly id: string; readonly receivedBytes: number };
type Reply = { readonly status: number; readonly content: Record<string, unknown> };

/** Sends one file. Comes back only when it is there, refused, or stopped: cuts of any length in between are waited for. */
export async function sendUpload(task: SendTask): Promise<Sent> {
  if (!task.replace && task.file.size <= smallBytes) {
    const reply = await persist(task, () => request("PUT", routes.api.homeFile(task.path), task, task.file, { "If-None-Match": "*" }));
    if (reply.status === 409) return "exists";
    return reply.status < 300 ? "done" : refused(reply);
  }
  const known = await findKnown(task);
  if (!known && !task.replace) {
    const there = await persist(task, () => request("HEAD", routes.api.homeFile(task.path), task));
    if (there.status < 300) return "exists";
  }
  return sendPieces(task, known);
}

async function sendPieces(task: SendTask, known: Upload | null): Promise<Sent> {
  let upload = known;
  for (;;) {
    if (!upload) {
      const begun = await persist(task, () => request("POST", routes.api.homeUploads(), task, { path: task.path, totalBytes: task.file.size }));
      if (begun.status >= 300) return refused(begun);
      upload = uploadOf(begun);
      rememberUpload(task.file, task.path, upload.id);
    }
    const { id, receivedBytes: offset }: Upload = upload;
    task.onSent(offset);
    if (offset >= task.file.size) {
      task.onFinishing();
      const finished = await persist(task, () => request("POST", routes.api.homeUpload(id), task));
      if (finished.status < 300 || finished.status === 404) forgetUpload(task.file, task.path);
      return finished.status < 300 ? "done" : refused(finished);
    }
    const piece = task.file.slice(offset, offset + pieceBytes);
    const reply = await persist(
      task,
      () => request("PUT", `${routes.api.homeUpload(id)}?offset=${offset}`, task, piece, {}, offset),
      () => findKnown(task, id),
    );
    if (reply.status === 404) {
      // Swept, or abandoned in another tab: from the beginning.
      forgetUpload(task.file, task.path);
      upload = null;
    } else if (reply.status === 409) upload = await findKnown(task, id);
    else if (reply.status >= 300) return refused(reply);
    else upload = uploadOf(reply);
  }
}

/** What the server has of an upload that this browser began, also before it was closed. */
async function findKnown(task: SendTask, id = recallUpload(task.file, task.path)): Promise<Upload | null> {
  if (id === null) return null;
  const reply = await persist(task, () => request("GET", routes.api.homeUpload(id), task));
  return reply.status < 300 ? uploadOf(reply) : null;
}

function uploadOf({ content }: Reply): Upload {
  return { id: String(content.id), receivedBytes: Number(content.receivedBytes) };
}

function refused({ status, content }: Reply): Sent {
  if (status === 401) return { problem: t.home.uploads.signedOut };
  return { problem: String(content.detail ?? t.worksheet.noAnswer) };
}

/**
 * Asks until there is an answer: a cut line and a server that starts anew are waited for. After a cut in a piece, more may
 * have arrived than was told: `ask` then says where to go on.
 */
async function persist(task: SendTask, send: () => Promise<Reply>, ask?: () => Promise<Upload | null>): Promise<Reply> {
  for (let tries = 0; ; tries++) {
    const reply = await send();
    task.signal.throwIfAborted();
    const waits = reply.status === 0 || reply.status === 429 || reply.status >= 500;
    if (!waits) return reply;
    // A full disk does not mend itself by waiting: that is told, and tried again when the person says so.
    if (reply.status === 503 && String(reply.content.detail).includes("disk")) return reply;
    if (!(await isReadable(task.file))) return { status: 422, content: { detail: t.home.uploads.unreadable } };
    await rest(task, Math.min(longestRestSeconds, 2 ** tries));
    const now = ask && (await ask());
    if (now) return { status: 200, content: { ...now } };
  }
}

async function rest(task: SendTask, seconds: number): Promise<void> {
  task.onRest(seconds);
  await new Promise<void>((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      task.signal.removeEventListener("abort", go);
      resolve();
    };
    const timer = setTimeout(go, seconds * 1000);
    window.addEventListener("online", go);
    task.signal.addEventListener("abort", go);
  });
  task.signal.throwIfAborted();
}

async function isReadable(file: File): Promise<boolean> {
  return file
    .slice(0, 1)
    .arrayBuffer()
    .then(
      () => true,
      () => false,
    );
}

/** Only this older way of asking tells how much has left the browser. Status 0: there was no answer. */
function request(
  method: "GET" | "HEAD" | "POST" | "PUT",
  address: string,
  task: SendTask,
  body: Blob | object | null = null,
  headers: Readonly<Record<string, string>> = {},
  offset = 0,
): Promise<Reply> {
  return new Promise((resolve) => {
    const asked = new XMLHttpRequest();
    const abort = () => asked.abort();
    asked.open(method, address);
    asked.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    if (body instanceof Blob) {
      asked.setRequestHeader("Content-Type", "application/octet-stream");
      asked.upload.onprogress = ({ loaded }) => task.onSent(offset + Math.min(loaded, body.size));
    } else if (body !== null) asked.setRequestHeader("Content-Type", "application/json");
    asked.onloadend = () => {
      task.signal.removeEventListener("abort", abort);
      resolve({ status: asked.status, content: parsed(asked.responseText) });
    };
    task.signal.addEventListener("abort", abort);
    asked.send(body instanceof Blob || body === null ? body : JSON.stringify(body));
  });
}

function parsed(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
