import Link from "next/link";
import { t } from "#lib/messages/en.ts";

export function Footer() {
  return (
    <footer className="mt-auto border-t border-line print:hidden">
      <div className="page flex flex-wrap items-baseline gap-x-6 gap-y-2 py-6 text-soft">
        <p className="mr-auto font-serif">{t.footer.line}</p>
        <Link className="hover:text-ink" href="/about">
          {t.header.about}
        </Link>
        <Link className="hover:text-ink" href="/about#cite">
          {t.footer.cite}
        </Link>
        <Link className="hover:text-ink" href="/about#api">
          {t.footer.api}
        </Link>
      </div>
    </footer>
  );
}
