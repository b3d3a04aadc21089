import { routes } from "#lib/routes.ts";
import { clientFrom, expect, pressRun, serverUrl, test } from "./fixtures.ts";

/** Each would set the canary if a kernel ever read it as code, whatever quoting stands around it. */
const payloads = [
  '"; import builtins; builtins.touched = "RAN"; "',
  "'; import builtins; builtins.touched = 'RAN'; '",
  '"""\nimport builtins\nbuiltins.touched = "RAN"\n"""',
  "\\\"; __import__('builtins').touched = 'RAN' #",
  "{__import__('builtins').__setattr__('touched','RAN')}",
  "%run evil\n!touch evil\n%%bash\ntouch evil",
  "x\u2028import builtins; builtins.touched='RAN'\u2029",
  "\\N{QUOTATION MARK}\\x22\\u0022; builtins.touched='RAN'",
  "\r\nbuiltins.touched = 'RAN'\r\n",
];

type Echo = readonly unknown[];

/** What the worksheet printed, and what it says of its canary. */
function readEcho(cells: unknown): { echo: Echo; canary: string } {
  const text = JSON.stringify(cells);
  const canary = /CANARY (\w+)/.exec(text)?.[1] ?? "none";
  const outputs = (cells as { outputs: { text?: string }[] }[]).flatMap((cell) => cell.outputs.map((output) => output.text ?? ""));
  const line = outputs.find((output) => output.startsWith("ECHO "));
  return { echo: line ? (JSON.parse(line.slice(5)) as Echo) : [], canary };
}

for (const [number, payload] of payloads.entries()) {
  test(`code number ${number + 1} given as text arrives as text and runs nowhere`, async ({ api, worksheetId }) => {
    const id = await worksheetId("test-echo");
    const started = await api.startRun(id, { line: payload.replaceAll(/[\r\n]+/g, " "), prose: payload, one: payload.replaceAll(/[\r\n]+/g, " ") }, true);
    const run = await api.finish(started.id);
    expect(run.state).toBe("done");
    const { echo, canary } = readEcho(run.cells);
    expect(canary).toBe("untouched");
    expect(echo[1]).toBe(payload);
  });
}

test("code given where a number, choice, date, range, file or column is wanted is refused", async ({ api, worksheetId }) => {
  const path = `/api/v1/worksheets/${await worksheetId("test-echo")}/runs`;
  const code = "__import__('builtins').__setattr__('touched','RAN')";
  const bad: Record<string, unknown> = {
    whole: code,
    real: code,
    yes: code,
    some: [code],
    day: `2024-01-01'); ${code}; ('`,
    span: [code, 2],
    table: `../../etc/passwd`,
    which: { toString: code },
    one: { value: code },
  };
  for (const [name, value] of Object.entries(bad)) {
    const answer = await api.send("POST", path, { values: { [name]: value } });
    expect(answer.status, `${name}: ${answer.text}`).toBe(422);
    expect(JSON.parse(answer.text).fields, name).toHaveProperty(name);
  }
});

test("names, fields and indices that were not asked for change nothing", async ({ api, worksheetId }) => {
  const id = await worksheetId("test-echo");
  const path = `/api/v1/worksheets/${id}/runs`;
  const code = "import builtins; builtins.touched = 'RAN'";
  for (const values of [{ [code]: 1 }, { "line = 1; builtins.touched": "RAN" }, { __proto__x: 1 }, { touched: "RAN" }]) {
    expect((await api.send("POST", path, { values })).status).toBe(422);
  }
  for (const extra of [
    { code },
    { cells: [{ index: 0, source: code }] },
    { cell: 2, source: code },
    { notebook: { cells: [] } },
    { kernel: "bash" },
    { commit: "main" },
  ]) {
    const answer = await api.send("POST", path, { values: {}, fresh: true, ...extra });
    if (answer.status >= 400) continue;
    const run = await api.finish((JSON.parse(answer.text) as { id: string }).id);
    expect(readEcho(run.cells).canary).toBe("untouched");
  }
});

test("code in the address of a worksheet fills a field at most", async ({ page }) => {
  const code = "'; import builtins; builtins.touched = 'RAN'; '";
  await page.goto(
    `${routes.worksheet("test-echo")}?line=${encodeURIComponent(code)}&whole=${encodeURIComponent("1;builtins.touched=2")}&code=${encodeURIComponent(code)}`,
  );
  await expect(page.getByLabel("Line", { exact: true })).toHaveValue(code);
  await page.getByLabel("Whole", { exact: true }).fill("4");
  await pressRun(page);
  await expect(page.getByText(/ECHO .*builtins\.touched/)).toBeVisible();
  await expect(page.getByText("CANARY untouched")).toBeVisible();
});

test("no kernel channel answers, whatever the address or method", async ({ address, worksheetId }) => {
  const client = clientFrom(address);
  const id = await worksheetId("test-echo");
  const started = await client.startRun(await worksheetId("test-steps"), { steps: 20, pause: 0.2 });
  const body = { header: { msg_type: "execute_request" }, content: { code: "builtins.touched = 'RAN'", silent: false } };
  for (const path of [
    routes.api.runEvents(started.id),
    routes.api.run(started.id),
    `/api/v1/runs/${started.id}/execute`,
    `/api/v1/runs/${started.id}/cells/0`,
    `/api/v1/worksheets/${id}/cells/0/execute`,
    "/api/kernels",
    "/api/sessions",
    `/api/kernels/${started.id}/channels`,
    "/engine/runs",
    "/internal/execute",
  ])
    for (const method of ["POST", "PUT", "PATCH"] as const)
      expect((await client.send(method, path, body)).status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
  for (const path of ["/", routes.api.runEvents(started.id), `/api/kernels/${started.id}/channels`, `/runs/${started.id}`, "/ws"]) {
    expect(await opensSocket(path), path).toBe(false);
  }
  await client.send("DELETE", routes.api.run(started.id));
});

/** Whether the server takes a WebSocket there, as a page of its own origin would ask for it. */
function opensSocket(path: string): Promise<boolean> {
  const url = serverUrl();
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://localhost:${url.port}${path}`);
    socket.addEventListener("open", () => {
      socket.close();
      resolve(true);
    });
    socket.addEventListener("error", () => resolve(false));
    socket.addEventListener("close", () => resolve(false));
  });
}
