import { Landing } from "#components/gallery/landing.tsx";
import { requestContext } from "#server/next/request-context.ts";
import { landingView } from "../../gallery/landing-view.ts";

export const dynamic = "force-dynamic";
export const metadata = { alternates: { canonical: "/" } };

export default async function SignedInGalleryPage() {
  return <Landing view={await landingView(await requestContext())} />;
}
