import Link from "next/link";
import { t } from "#lib/messages/en.ts";

/** Says that this is not how the project is now. */
export function OlderNotice({ number, href }: { number: number | null; href: string }) {
  return (
    <p className="notice notice-changed mb-4">
      <span>{number === null ? t.projectFiles.olderUnknown : t.projectFiles.older(number)}</span>
      <Link className="link" href={href} prefetch={false}>
        {t.projectFiles.toNewest}
      </Link>
    </p>
  );
}
