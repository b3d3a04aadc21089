"use client";
import { t } from "#lib/messages/en.ts";
import { MessagePage } from "./message-page.tsx";

type Props = { error: Error & { digest?: string }; reset: () => void };

export function ErrorPage({ error, reset }: Props) {
  return (
    <MessagePage title={t.errors.errorTitle} text={t.errors.error}>
      <button type="button" className="button button-primary" onClick={reset}>
        {t.site.retry}
      </button>
      {error.digest && <span className="hint">{t.errors.reference(error.digest)}</span>}
    </MessagePage>
  );
}

/** When even the layout failed: nothing of it is used. */
export function GlobalErrorPage({ error, reset }: Props) {
  return (
    <html lang="en">
      <body style={{ fontFamily: "Georgia, serif", margin: "4rem auto", maxWidth: "36rem", padding: "0 1rem", lineHeight: 1.6 }}>
        <h1>{t.errors.errorTitle}</h1>
        <p>{t.errors.error}</p>
        {error.digest && <p>{t.errors.reference(error.digest)}</p>}
        <button type="button" onClick={reset}>
          {t.site.retry}
        </button>
      </body>
    </html>
  );
}
