import { Search } from "lucide-react";
import Link from "next/link";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { AccountMenu } from "./account-menu.tsx";
import { SiteNav } from "./site-nav.tsx";
import { ThemeMenu } from "./theme-menu.tsx";

export function Header() {
  return (
    <header className="site-header border-b border-line bg-ground print:hidden">
      <a href="#content" className="skip-link button">
        {t.site.skip}
      </a>
      <div className="page flex h-14 items-center gap-1 sm:gap-2">
        <Link href={routes.gallery()} className="mr-1 flex items-center gap-2.5 font-serif text-lg font-semibold tracking-tight sm:mr-5">
          <Mark />
          {t.site.name}
        </Link>
        <SiteNav />
        <div className="ml-auto flex items-center gap-1">
          <Link href={routes.search("")} className="icon-button" aria-label={t.header.search}>
            <Search size={17} aria-hidden />
          </Link>
          <ThemeMenu />
          <AccountMenu />
        </div>
      </div>
    </header>
  );
}

/** A tied sheaf of sheets, drawn with the text's colour. */
function Mark() {
  return (
    <svg width="20" height="22" viewBox="0 0 20 22" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" aria-hidden="true">
      <path d="M3 2c1 5 4 7 5.4 9.2M10 1.4v9.4M17 2c-1 5-4 7-5.4 9.2M8.2 13c-.6 3-2.6 5-4 7M10 13v7.6M11.8 13c.6 3 2.6 5 4 7" />
      <path d="M6.4 12h7.2" stroke="var(--accent)" strokeWidth="2.4" />
    </svg>
  );
}
