type Header = { readonly key: string; readonly value: string };

const nowhere: Header[] = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-DNS-Prefetch-Control", value: "off" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=(), browsing-topics=()" },
];

/**
 * Cached pages cannot carry nonces, and Next streams its data in inline scripts: `script-src` therefore allows inline ones.
 * What protects the page is that nothing untrusted is ever written into it unescaped (lib/markdown.ts) and that
 * outputs with scripts live in the frame below. `frame-src 'self'` also keeps such a frame from leaving for another site.
 */
export function pageHeaders(development: boolean): Header[] {
  const policy = {
    "default-src": "'self'",
    "script-src": development ? "'self' 'unsafe-inline' 'unsafe-eval'" : "'self' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": development ? "'self' ws:" : "'self'",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
  };
  return [
    ...nowhere,
    { key: "Content-Security-Policy", value: serialise(policy) },
    { key: "Referrer-Policy", value: "same-origin" },
    { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
  ];
}

/** The page that shows outputs with scripts: an origin of its own (`sandbox` without allow-same-origin), and no way out. */
export const outputFrameHeaders: Header[] = [
  ...nowhere,
  {
    key: "Content-Security-Policy",
    value: serialise({
      sandbox: "allow-scripts",
      "default-src": "'none'",
      "script-src": "'unsafe-inline' 'unsafe-eval' data: blob:",
      "style-src": "'unsafe-inline'",
      "img-src": "data: blob:",
      "font-src": "data:",
      "worker-src": "blob:",
      "connect-src": "'none'",
      "frame-src": "'none'",
      "form-action": "'none'",
      "base-uri": "'none'",
      "frame-ancestors": "'self'",
    }),
  },
  { key: "Referrer-Policy", value: "no-referrer" },
  { key: "Cache-Control", value: "public, max-age=3600" },
];

function serialise(policy: Readonly<Record<string, string>>): string {
  return Object.entries(policy)
    .map(([directive, value]) => `${directive} ${value}`)
    .join("; ");
}
