import type { Metadata } from "next";
import { MessagePage } from "#components/layout/message-page.tsx";
import { t } from "#lib/messages/en.ts";

export const metadata: Metadata = { title: t.errors.notFoundTitle };

export default function NotFound() {
  return <MessagePage title={t.errors.notFoundTitle} text={t.errors.notFound} />;
}
