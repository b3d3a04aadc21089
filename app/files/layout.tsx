import type { ReactNode } from "react";
import { UploadsProvider } from "#components/files/uploads.tsx";

/** Uploads go on while one goes from folder to folder. */
export default function FilesLayout({ children }: { children: ReactNode }) {
  return <UploadsProvider>{children}</UploadsProvider>;
}
