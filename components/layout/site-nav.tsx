"use client";
import { Menu } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { DropdownMenu } from "radix-ui";
import type { MeView } from "#lib/domain/me.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { useMe } from "./use-me.ts";

type Place = { readonly words: string; readonly href: string; readonly count?: number };

/** Where one can go. What is the same for everybody stands first, so that what joins later moves nothing. */
export function SiteNav() {
  const me = useMe();
  const path = usePathname();
  const places = placesFor(me.isPending ? undefined : me.data);
  return (
    <>
      <nav aria-label={t.site.name} className="hidden items-center gap-1 md:flex">
        {places.map((place) => (
          <Link
            key={place.href}
            href={place.href}
            prefetch={false}
            className="button button-quiet"
            aria-current={isHere(path, place.href) ? "page" : undefined}
          >
            <Words place={place} />
          </Link>
        ))}
      </nav>
      <PhoneMenu places={places} />
    </>
  );
}

function PhoneMenu({ places }: { places: readonly Place[] }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button md:hidden" aria-label={t.header.menu}>
        <Menu size={18} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={6}>
          {places.map((place) => (
            <DropdownMenu.Item key={place.href} asChild>
              <Link href={place.href} prefetch={false} className="menu-item min-h-11">
                <Words place={place} />
              </Link>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Words({ place }: { place: Place }) {
  return (
    <>
      {place.words}
      {place.count !== undefined && place.count > 0 && <span className="count">{place.count.toLocaleString("en")}</span>}
    </>
  );
}

/** Undefined while nobody knows who reads; null where that could not be found out. */
function placesFor(me: MeView | null | undefined): readonly Place[] {
  const common: Place[] = [
    { words: t.header.library, href: routes.search("") },
    { words: t.header.projects, href: routes.projects() },
  ];
  if (me === undefined) return common;
  if (!me?.person) return [...common, { words: t.header.about, href: "/about" }];
  return [
    ...common,
    { words: t.header.files, href: routes.files() },
    { words: t.header.runningList, href: routes.running(), count: me.running },
    ...(me.person.level === "admin" ? [{ words: t.projects.requests.header, href: routes.officialRequests() }] : []),
  ];
}

function isHere(path: string, href: string): boolean {
  const place = href.split("?")[0] ?? href;
  return path === place || path.startsWith(`${place}/`);
}
