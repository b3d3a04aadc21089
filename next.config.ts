import type { NextConfig } from "next";
import { outputFrameHeaders, pageHeaders } from "./app/security-headers.ts";

/** The names next-auth gives its session cookie; whoever carries one may have rights of their own, so no shared page is served. */
const sessionCookies = ["next-auth.session-token", "__Secure-next-auth.session-token", "__Host-next-auth.session-token"];

/** No project's address is "new". */
const projectPage = "/projects/:slug((?!new$)[^/]+)";

const twins = [
  { source: "/", destination: "/signed-in/gallery" },
  { source: "/areas/:slug", destination: "/signed-in/areas/:slug" },
  { source: projectPage, destination: "/signed-in/projects/:slug" },
  { source: "/worksheets/:slug", destination: "/signed-in/worksheets/:slug" },
];

const config: NextConfig = {
  output: "standalone",
  // Thumbnails are made by the engine; Next would bring this along for its own images, which we have none of.
  outputFileTracingExcludes: { "*": ["./node_modules/sharp/**", "./node_modules/@img/**", "./node_modules/semver/**"] },
  poweredByHeader: false,
  reactStrictMode: true,
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ["@node-rs/argon2", "postgres", "pino"],
  // A build is shared by data folders: what one of them made into a page stays in its own process's memory.
  experimental: { isrFlushToDisk: false },
  cacheMaxMemorySize: 128 * 1024 * 1024,
  // For every browser the title comes with its page. Streamed after it, a page that refreshes has none until it arrives.
  htmlLimitedBots: /./,
  rewrites: async () => ({
    beforeFiles: [
      ...sessionCookies.flatMap((key) => twins.map((twin) => ({ ...twin, has: [{ type: "cookie" as const, key }] }))),
      // The further pages of a large project are made for whoever asks.
      { source: projectPage, has: [{ type: "query", key: "cursor" }], destination: "/signed-in/projects/:slug" },
      // The landing page has no parameter and would be made at build time, when there is no database.
      { source: "/", destination: "/gallery/first" },
    ],
    afterFiles: [],
    fallback: [],
  }),
  headers: async () => [
    {
      source: "/((?!frames/|api/|thumbnails/|runs/[^/]+/outputs/|projects/[^/]+/(?:raw|outputs)/).*)",
      headers: pageHeaders(process.env.NODE_ENV === "development"),
    },
    { source: "/frames/:path*", headers: outputFrameHeaders },
  ],
};

export default config;
