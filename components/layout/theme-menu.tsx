"use client";
import { Check, Monitor, Moon, Sun } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useEffect, useState } from "react";
import { t } from "#lib/messages/en.ts";
import { themeKey } from "./theme-script.tsx";

type Theme = keyof typeof t.header.themes;
const icons = { system: Monitor, light: Sun, dark: Moon } as const;

export function ThemeMenu() {
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => {
    const chosen = document.documentElement.dataset.theme;
    if (chosen === "light" || chosen === "dark") setTheme(chosen);
  }, []);

  function choose(next: Theme) {
    setTheme(next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    try {
      if (next === "system") localStorage.removeItem(themeKey);
      else localStorage.setItem(themeKey, next);
    } catch {
      // Storage may be forbidden; the choice then holds for this page.
    }
  }

  const Current = icons[theme];
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className="icon-button" aria-label={`${t.header.theme}: ${t.header.themes[theme]}`}>
        <Current size={17} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => choose(value as Theme)}>
            {(Object.keys(icons) as Theme[]).map((name) => {
              const Icon = icons[name];
              return (
                <DropdownMenu.RadioItem key={name} value={name} className="menu-item">
                  <Icon size={16} aria-hidden />
                  {t.header.themes[name]}
                  <DropdownMenu.ItemIndicator className="ml-auto">
                    <Check size={15} aria-hidden />
                  </DropdownMenu.ItemIndicator>
                </DropdownMenu.RadioItem>
              );
            })}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
