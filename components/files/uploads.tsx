"use client";
import { useRouter } from "next/navigation";
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from "react";
import { createUploadQueue, type UploadItem, type UploadQueue } from "./upload-queue.ts";

const none: readonly UploadItem[] = [];
const UploadsContext = createContext<UploadQueue | null>(null);
const refreshMs = 700;

/** Holds uploads while one goes from folder to folder, and warns before the page that sends them is closed. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const router = useRouter();
  const [queue] = useState(() => createUploadQueue(() => window.dispatchEvent(new Event("sheaf-file-stored"))));

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    // Many small files become one look at the folder.
    const refresh = () => {
      timer ??= setTimeout(() => {
        timer = null;
        router.refresh();
      }, refreshMs);
    };
    const warn = (event: BeforeUnloadEvent) => {
      if (queue.isBusy()) event.preventDefault();
    };
    window.addEventListener("sheaf-file-stored", refresh);
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("sheaf-file-stored", refresh);
      window.removeEventListener("beforeunload", warn);
      if (timer) clearTimeout(timer);
    };
  }, [queue, router]);

  return <UploadsContext value={queue}>{children}</UploadsContext>;
}

export function useUploads(): { queue: UploadQueue; items: readonly UploadItem[] } {
  const queue = use(UploadsContext);
  if (!queue) throw new Error("uploads need their provider");
  const items = useSyncExternalStore(queue.subscribe, queue.items, () => none);
  return { queue, items };
}
