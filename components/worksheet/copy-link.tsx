"use client";
import Link from "next/link";
import { useState } from "react";
import type { Parameter } from "#lib/domain/parameter.ts";
import { runKey } from "#lib/form/draft.ts";
import { t } from "#lib/messages/en.ts";
import { routes } from "#lib/routes.ts";

type Props = { slug: string; path: string; parameters: readonly Parameter[] };

/** Leads to a copy of one's own. The values that stand in the address come along, as they are when the link is used. */
export function CopyLink({ slug, path, parameters }: Props) {
  const [values, setValues] = useState("");
  const look = () => {
    const query = new URLSearchParams(window.location.search);
    query.delete(runKey(parameters));
    setValues(query.toString());
  };
  const query = new URLSearchParams({ path, ...(values === "" ? {} : { values }) });
  return (
    <Link
      href={`${routes.projectCopy(slug)}?${query}`}
      prefetch={false}
      className="hover:text-ink print:hidden"
      onPointerEnter={look}
      onPointerDown={look}
      onFocus={look}
    >
      {t.projects.page.copy}
    </Link>
  );
}
