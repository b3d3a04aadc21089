import { readFile } from "node:fs/promises";
import path from "node:path";
import { hiddenFromLab } from "#lib/gateway/lab-headers.ts";

export type NginxPlace = {
  /** The address that people type, an origin. */
  readonly publicUrl: string;
  /** `host:port` of the gateway, and where it answers questions (`host:port` or `unix:/path`). */
  readonly gateway: string;
  readonly decisions: string;
  /** For its own files; must be there. */
  readonly runFolder: string;
  /** "443", or "127.0.0.1:8080". */
  readonly listen: string;
  /** Certificate and key, where TLS ends here. */
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  readonly accessLog: string;
  /** Directives before all others. */
  readonly main?: string;
};

const template = path.resolve(import.meta.dirname, "../../deploy/nginx/sheaf.conf");

/** The whole configuration of an nginx in front. */
export async function nginxConfig(place: NginxPlace): Promise<string> {
  const { protocol, hostname, origin } = new URL(place.publicUrl);
  const values: Readonly<Record<string, string>> = {
    RUN: place.runFolder,
    MAIN: place.main ?? "",
    ACCESS_LOG: place.accessLog,
    GATEWAY: place.gateway,
    DECISIONS: place.decisions,
    HOST: hostname,
    HOST_PATTERN: hostname.replaceAll(".", "\\."),
    ORIGIN: origin,
    PROTOCOL: protocol.slice(0, -1),
    LISTEN: listening(place, ""),
    LISTEN_DEFAULT: listening(place, " default_server"),
    PLAIN: place.tls === null ? "" : plainServer(hostname),
    HIDDEN: hiddenFromLab.map((name) => `      proxy_hide_header ${name};`).join("\n"),
  };
  const text = await readFile(template, "utf8");
  return text.replace(/@([A-Z_]+)@/g, (word, name: string) => values[name] ?? word);
}

/** Whoever types the name alone is led to where TLS is. */
function plainServer(hostname: string): string {
  const pattern = hostname.replaceAll(".", "\\.");
  return `  server {
    listen 80;
    server_name "~^(?:[a-z0-9-]+\\.)?${pattern}$";
    return 301 https://$host$request_uri;
  }
`;
}

function listening({ listen, tls }: NginxPlace, more: string): string {
  if (tls === null) return `listen ${listen}${more};`;
  const secured = [
    `listen ${listen} ssl http2${more};`,
    `ssl_certificate ${tls.certificate};`,
    `ssl_certificate_key ${tls.key};`,
    "ssl_protocols TLSv1.2 TLSv1.3;",
  ];
  return secured.join("\n    ");
}
