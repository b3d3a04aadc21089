/** Called once when the web process starts, before it answers. */
export async function register(): Promise<void> {
  // The build has no database.
  if (process.env.NEXT_RUNTIME !== "nodejs" || process.env.NEXT_PHASE === "phase-production-build") return;
  const { followGallery } = await import("./server/next/gallery-changes.ts");
  void followGallery();
}
