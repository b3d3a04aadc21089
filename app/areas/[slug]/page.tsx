import type { Metadata } from "next";
import { publicContext } from "#server/next/request-context.ts";
import { AreaPage, findArea } from "../area-page.tsx";

export const revalidate = 60;
type Props = { params: Promise<{ slug: string }> };

export function generateStaticParams() {
  return [];
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const area = await findArea(await publicContext(), (await params).slug);
  return { title: area.title, description: area.description };
}

export default async function SharedAreaPage({ params }: Props) {
  return <AreaPage ctx={await publicContext()} slug={(await params).slug} />;
}
