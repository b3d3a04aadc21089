import { randomUUID } from "node:crypto";
import { Agent, fetch, WebSocket } from "undici";
import type { LabAddress } from "#server/ports/kernels.ts";

export type LabClient = ReturnType<typeof labClient>;
export type LabKernel = { readonly id: string; execute(code: string, patienceMs?: number): Promise<string>; send(code: string): void; close(): void };
export type LabTerminal = { readonly name: string; type(text: string): void; close(): void };

type Said = { header: { msg_type: string }; parent_header: { msg_id?: string }; content: Record<string, unknown> };

/** Speaks to a lab over its socket, as the gateway does for a person. */
export function labClient(lab: { readonly address: LabAddress; readonly secret: string; readonly basePath?: string }) {
  const { address, secret, basePath = "/" } = lab;
  const dispatcher = new Agent({ connect: address.kind === "socket" ? { socketPath: address.path } : {} });
  const host = address.kind === "socket" ? "lab.localhost" : `${address.host}:${address.port}`;
  const headers = { authorization: `token ${secret}`, origin: `http://${host}` };

  const request = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown; text: string; headers: Headers }> => {
    const answer = await fetch(`http://${host}${basePath}${path}`, {
      method,
      dispatcher,
      headers: { ...headers, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json");
    return { status: answer.status, text, body: isJson && text !== "" ? JSON.parse(text) : null, headers: answer.headers as unknown as Headers };
  };
  const open = async (path: string): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://${host}${basePath}${path}`, { dispatcher, headers });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`the socket ${path} did not open`)));
    await promise;
    return socket;
  };

  return {
    request,

    async kernel(name = "python3"): Promise<LabKernel> {
      const { id } = (await request("POST", "api/kernels", { name })).body as { id: string };
      const session = randomUUID();
      const socket = await open(`api/kernels/${id}/channels?session_id=${session}`);
      const send = (code: string): string => {
        const messageId = randomUUID();
        const header = { msg_id: messageId, username: "", session, msg_type: "execute_request", version: "5.3", date: new Date().toISOString() };
        const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true };
        socket.send(JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell", buffers: [] }));
        return messageId;
      };
      return {
        id,
        send,
        execute(code, patienceMs = 60_000) {
          const { promise, resolve, reject } = Promise.withResolvers<string>();
          let text = "";
          const timer = setTimeout(() => reject(new Error(`no answer to ${code.slice(0, 100)}; so far: ${text}`)), patienceMs);
          const hear = (event: { data: unknown }): void => {
            const said = JSON.parse(String(event.data)) as Said;
            // A kernel that died is started again by its server.
            const died = said.header.msg_type === "status" && said.content.execution_state === "restarting";
            if (said.parent_header.msg_id !== messageId && !died) return;
            if (said.header.msg_type === "stream") text += String(said.content.text);
            if (said.header.msg_type === "execute_result") text += String((said.content.data as Record<string, string>)["text/plain"]);
            if (said.header.msg_type === "error") text += `${said.content.ename}: ${said.content.evalue}`;
            if (!died && !(said.header.msg_type === "status" && said.content.execution_state === "idle")) return;
            clearTimeout(timer);
            socket.removeEventListener("message", hear);
            resolve(died ? `${text}[died]` : text);
          };
          socket.addEventListener("message", hear);
          const messageId = send(code);
          return promise;
        },
        close: () => socket.close(),
      };
    },

    async terminal(): Promise<LabTerminal> {
      const { name } = (await request("POST", "api/terminals")).body as { name: string };
      const socket = await open(`terminals/websocket/${name}`);
      return { name, type: (text) => socket.send(JSON.stringify(["stdin", text])), close: () => socket.close() };
    },

    close: () => dispatcher.destroy(),
  };
}
