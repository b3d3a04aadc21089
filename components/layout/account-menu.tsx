"use client";
import { CircleUserRound, History, LogOut } from "lucide-react";
import Link from "next/link";
import { DropdownMenu } from "radix-ui";
import { signOut } from "#components/account/session.ts";
import type { MeView } from "#lib/domain/me.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";
import { useMe } from "./use-me.ts";

/** The personal corner of the header. Its room is kept while nobody knows yet who reads. */
export function AccountMenu() {
  const me = useMe();
  const person = me.data?.person;
  return (
    <div className="flex min-w-24 items-center justify-end gap-1">
      {/* Who is signed in has a place for it among the others. */}
      {!person && <Running count={me.data?.running ?? 0} />}
      {me.isPending ? null : person ? <Menu person={person} /> : <Invitation open={me.data?.registration !== "closed"} />}
    </div>
  );
}

function Running({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <Link href={routes.me()} className="button button-quiet button-small tabular-nums">
      <span className="size-1.5 rounded-full bg-accent" aria-hidden />
      {t.header.running(count)}
    </Link>
  );
}

function Invitation({ open }: { open: boolean }) {
  return (
    <>
      <Link href={routes.me()} className="icon-button" aria-label={t.me.visitorTitle}>
        <History size={17} aria-hidden />
      </Link>
      <Link href={routes.signIn()} className="button button-quiet">
        {t.header.signIn}
      </Link>
      {open && (
        <Link href={routes.signUp()} className="button hidden sm:inline-flex">
          {t.header.signUp}
        </Link>
      )}
    </>
  );
}

function Menu({ person }: { person: NonNullable<MeView["person"]> }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="button button-quiet max-w-44" aria-label={t.header.account(person.displayName)}>
        <CircleUserRound size={17} aria-hidden className="shrink-0" />
        <span className="hidden truncate sm:inline">{person.displayName}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.Label className="hint px-2.5 py-1.5">{person.username}</DropdownMenu.Label>
          <DropdownMenu.Item asChild>
            <Link href={routes.me()} className="menu-item">
              <History size={16} aria-hidden />
              {t.header.mine}
            </Link>
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item" onSelect={() => void signOut()}>
            <LogOut size={16} aria-hidden />
            {t.header.signOut}
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
