import type { Metadata } from "next";
import { WorksheetPage } from "#components/worksheet/worksheet-page.tsx";
import { requestContext } from "#server/next/request-context.ts";
import { worksheetView } from "../../../worksheets/worksheet-view.ts";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug } = await params;
  const { card } = await worksheetView(await requestContext(), slug);
  return { title: card.title, description: card.summary, alternates: { canonical: `/worksheets/${slug}` } };
}

export default async function SignedInWorksheetPage({ params }: Props) {
  return <WorksheetPage view={await worksheetView(await requestContext(), (await params).slug)} />;
}
