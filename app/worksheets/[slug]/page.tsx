import type { Metadata } from "next";
import { WorksheetPage } from "#components/worksheet/worksheet-page.tsx";
import { publicContext } from "#server/next/request-context.ts";
import { worksheetView } from "../worksheet-view.ts";

export const revalidate = 60;
type Props = { params: Promise<{ slug: string }> };

export function generateStaticParams() {
  return [];
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { card } = await worksheetView(await publicContext(), (await params).slug);
  return { title: card.title, description: card.summary };
}

export default async function SharedWorksheetPage({ params }: Props) {
  return <WorksheetPage view={await worksheetView(await publicContext(), (await params).slug)} />;
}
