import type { Config } from "./config.ts";

type Addresses = Pick<Config, "publicUrl"> & { readonly labs: Pick<Config["labs"], "hosts" | "port"> };

/** Where a lab believes to stand: the root of its own host, or a folder of the port that all share. Ends with "/". */
export function labBasePath(config: Addresses, label: string): string {
  return config.labs.hosts === "wildcard" ? "/" : `/labs/${label}/`;
}

/** The origin of a lab's pages, without a trailing slash. */
export function labOrigin(config: Addresses, label: string): string {
  const { protocol, hostname, host } = new URL(config.publicUrl);
  return config.labs.hosts === "wildcard" ? `${protocol}//${label}.${host}` : `${protocol}//${hostname}:${config.labs.port}`;
}

/** The address of something in a lab; `path` is relative to the lab's root ("lab/tree/a.ipynb"). */
export function labUrl(config: Addresses, label: string, path = ""): string {
  return `${labOrigin(config, label)}${labBasePath(config, label)}${path.replace(/^\/+/, "")}`;
}

/** The origin of the page that holds a lab in a frame, and the only one that may. */
export function pageOrigin(config: Pick<Config, "publicUrl">): string {
  return new URL(config.publicUrl).origin;
}

/** What the page's policy must name so that it may hold any lab. */
export function labFrameSource(config: Addresses): string {
  return config.labs.hosts === "wildcard" ? labOrigin(config, "*") : labOrigin(config, "");
}
