"use client";
import { FileUp, FolderUp } from "lucide-react";
import { useEffect, useRef } from "react";
import { type ChosenFile, chosenFrom } from "./chosen-files.ts";

type Props = { words: string; name: string; folder?: boolean; primary?: boolean; onChosen: (files: readonly ChosenFile[]) => void };

/** A button that lets files, or a whole folder, be chosen; the same ones may be chosen again. */
export function FileChooser({ words, name, folder = false, primary = false, onChosen }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const Icon = folder ? FolderUp : FileUp;
  // React knows no property for choosing folders.
  useEffect(() => {
    input.current?.toggleAttribute("webkitdirectory", folder);
  }, [folder]);
  return (
    <>
      <input
        ref={input}
        type="file"
        name={name}
        multiple
        hidden
        onChange={(event) => {
          onChosen(chosenFrom(event.target.files));
          event.target.value = "";
        }}
      />
      <button type="button" className={primary ? "button button-primary" : "button"} onClick={() => input.current?.click()}>
        <Icon size={15} aria-hidden />
        {words}
      </button>
    </>
  );
}
