import type { Metadata } from "next";
import { requestContext } from "#server/next/request-context.ts";
import { AreaPage, findArea } from "../../../areas/area-page.tsx";

export const dynamic = "force-dynamic";
type Props = { params: Promise<{ slug: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { slug } = await params;
  return { title: (await findArea(await requestContext(), slug)).title, alternates: { canonical: `/areas/${slug}` } };
}

export default async function SignedInAreaPage({ params }: Props) {
  return <AreaPage ctx={await requestContext()} slug={(await params).slug} />;
}
