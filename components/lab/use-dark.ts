"use client";
import { useEffect, useState } from "react";

/** Whether this page is dark right now, by choice or as the system is. */
export function useDark(): boolean {
  const [isDark, setDark] = useState(false);
  useEffect(() => {
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const look = () => {
      const chosen = document.documentElement.dataset.theme;
      setDark(chosen === undefined ? system.matches : chosen === "dark");
    };
    look();
    system.addEventListener("change", look);
    const watcher = new MutationObserver(look);
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      system.removeEventListener("change", look);
      watcher.disconnect();
    };
  }, []);
  return isDark;
}
