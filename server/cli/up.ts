import net from "node:net";
import type { Config } from "#server/config.ts";
import { ensureRuntime, openImages } from "#server/machine.ts";
import { scriptsOf, supervise } from "#server/main.ts";
import { createTerminal, type Terminal } from "#server/supervisor/console.ts";
import { buildPages, findPages } from "./build-pages.ts";
import { findMissingPackages, installPackages } from "./host-packages.ts";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `./sheaf up` and `./sheaf dev`: brings this machine to where Sheaf can be served, and serves it. */
export async function up(asked: Config): Promise<number> {
  const config = asked.port === 0 ? await withFreePort(asked) : asked;
  const terminal = createTerminal();
  const stopped = new AbortController();
  const stop = () => {
    stopped.abort();
    process.exit(130);
  };
  for (const signal of stopSignals) process.once(signal, stop);
  await installWhatIsMissing(config, terminal);
  const [pages] = await Promise.all([config.development ? null : makePages(terminal), makeRuntime(config, terminal, stopped.signal)]);
  for (const signal of stopSignals) process.off(signal, stop);
  return supervise(config, scriptsOf(pages), terminal);
}

async function installWhatIsMissing(config: Config, terminal: Terminal): Promise<void> {
  const missing = await findMissingPackages(config);
  if (missing.names.length === 0) return;
  if (missing.may === "no") terminal.warn(`Some of what running worksheets needs is not installed, and this user may not install it. Type:\n  ${missing.line}`);
  else await terminal.phase(`Installing host packages (${missing.names.join(", ")})`, () => installPackages(missing));
}

async function makePages(terminal: Terminal): Promise<string> {
  return (await findPages()) ?? terminal.phase("Building the pages", buildPages);
}

/** Without kernels people can still read: that is worth serving, and said. */
async function makeRuntime(config: Config, terminal: Terminal, signal: AbortSignal): Promise<void> {
  let began: number | null = null;
  const onPhase = (text: string) => {
    began ??= performance.now();
    terminal.say(text);
  };
  const ensure = config.kernels.adapter !== "process" ? (await openImages()).ensureImages : ensureRuntime;
  const runtime = await ensure(config, { onPhase, signal });
  if (!runtime.ok) terminal.warn(`Worksheets cannot be run here yet. ${runtime.failure.message}`);
  else if (began !== null) terminal.say(`The environment for kernels is made … ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

async function withFreePort(config: Config): Promise<Config> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, config.listen, resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const publicUrl = config.publicUrl.endsWith(".localhost:0") ? config.publicUrl.replace(/:0$/, `:${port}`) : config.publicUrl;
  return { ...config, port, publicUrl };
}
