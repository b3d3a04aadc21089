import { lookup } from "node:dns/promises";
import net from "node:net";
import type { Config } from "#server/config.ts";
import { labOrigin } from "#server/lab-address.ts";

export type HostFinding = { readonly state: "good" | "attention" | "bad"; readonly about: string; readonly text: string };

const about = "Labs' addresses";

/** Whether browsers will find labs where they are, and what that protects and what not. */
export async function examineLabHosts(config: Pick<Config, "publicUrl" | "labs" | "listen">): Promise<HostFinding[]> {
  const { hostname, protocol } = new URL(config.publicUrl);
  const isLocal = hostname === "localhost" || hostname.endsWith(".localhost");
  const findings = config.labs.hosts === "port" ? [sharedPort(config), ...(await freePort(config))] : [await ownHosts(config, hostname, isLocal)];
  return protocol === "https:" ? findings : [...findings, withoutTls(isLocal)];
}

async function ownHosts(config: Pick<Config, "publicUrl" | "labs">, hostname: string, isLocal: boolean): Promise<HostFinding> {
  const pattern = labOrigin(config, "*");
  if (net.isIP(hostname.replace(/^\[|\]$/g, "")) !== 0)
    return { state: "bad", about, text: `${hostname} is a number and has no names below it: set SHEAF_URL to a name, or SHEAF_LAB_HOSTS=port` };
  if (hostname === "localhost")
    return { state: "attention", about, text: `${pattern} is another site for browsers than localhost: set SHEAF_URL to http://sheaf.localhost:PORT` };
  // Browsers know by themselves where such names lead; the system's resolver often does not.
  if (isLocal) return { state: "good", about, text: `each lab at an origin of its own, ${pattern} (Safari does not find such names: SHEAF_LAB_HOSTS=port)` };
  const found = await lookup(`doctor-asks.${hostname}`).catch(() => null);
  return found
    ? { state: "good", about, text: `each lab at an origin of its own, ${pattern}` }
    : {
        state: "attention",
        about,
        text: `names below ${hostname} do not resolve here: add a DNS record for *.${hostname} (and the certificate for it), or set SHEAF_LAB_HOSTS=port`,
      };
}

function sharedPort(config: Pick<Config, "publicUrl" | "labs">): HostFinding {
  const text =
    `all labs share ${labOrigin(config, "")}, which protects less: pages of one lab can read another lab that the same person has open, ` +
    "and can set cookies for this host. Passwords, the app's pages and other people's labs stay out of reach. Own hosts are better: SHEAF_LAB_HOSTS=wildcard";
  return { state: "attention", about, text };
}

async function freePort(config: Pick<Config, "labs" | "listen">): Promise<HostFinding[]> {
  const isFree = await new Promise<boolean>((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(false));
    server.listen(config.labs.port, config.listen, () => server.close(() => resolve(true)));
  });
  return isFree
    ? []
    : [{ state: "attention", about, text: `port ${config.labs.port} is taken, perhaps by the running server: SHEAF_LAB_PORT chooses another` }];
}

function withoutTls(isLocal: boolean): HostFinding {
  const text = "without https a lab's page can sign its own person out by setting cookies for this host";
  return isLocal
    ? { state: "good", about: "Labs' cookies", text: `${text}; on one's own machine that harms nobody else` }
    : { state: "attention", about: "Labs' cookies", text: `${text}, and their traffic can be read on its way: serve https` };
}
