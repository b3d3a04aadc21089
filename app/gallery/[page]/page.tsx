import { notFound } from "next/navigation";
import { Landing } from "#components/gallery/landing.tsx";
import { publicContext } from "#server/next/request-context.ts";
import { landingView } from "../landing-view.ts";

/** What `/` shows to everybody who is not signed in: made once, kept, made anew when the gallery changes. */
export const revalidate = 60;
export const metadata = { alternates: { canonical: "/" } };

export function generateStaticParams() {
  return [];
}

export default async function GalleryPage({ params }: { params: Promise<{ page: string }> }) {
  if ((await params).page !== "first") notFound();
  return <Landing view={await landingView(await publicContext())} />;
}
