import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Footer } from "#components/layout/footer.tsx";
import { Header } from "#components/layout/header.tsx";
import { Providers } from "#components/layout/providers.tsx";
import { ThemeScript } from "#components/layout/theme-script.tsx";
import { t } from "#lib/messages/en.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: `${t.site.name}: ${t.site.tagline.toLowerCase()}`, template: `%s · ${t.site.name}` },
  description: t.site.description,
};

export const viewport: Viewport = { colorScheme: "light dark", width: "device-width", initialScale: 1 };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <ThemeScript />
      </head>
      <body>
        <Providers>
          <Header />
          <main id="content" tabIndex={-1} className="grow pb-16 outline-none has-[.lab-page]:pb-0">
            {children}
          </main>
          <Footer />
        </Providers>
      </body>
    </html>
  );
}
