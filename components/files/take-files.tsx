"use client";
import { useEffect, useRef, useState } from "react";
import { type ChosenFile, chosenFrom, droppedFrom } from "#components/project/chosen-files.ts";
import { FileChooser } from "#components/project/file-chooser.tsx";
import { t } from "#lib/messages/en.ts";

type Take = (files: readonly ChosenFile[]) => void;

export function UploadButtons({ onChosen }: { onChosen: Take }) {
  return (
    <>
      <FileChooser words={t.home.upload} name="upload-files" primary onChosen={onChosen} />
      <FileChooser words={t.home.uploadFolder} name="upload-folder" folder onChosen={onChosen} />
    </>
  );
}

/** Files may be dropped anywhere on the page; true while something that can be dropped is over it. */
export function useDrop(onDropped: Take): boolean {
  const [over, setOver] = useState(false);
  const take = useRef(onDropped);
  take.current = onDropped;
  useEffect(() => {
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      // Left for another element of the page is not left.
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!holdsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      const { items, files } = event.dataTransfer;
      // Not every browser and source tells of folders: then there are files alone.
      if ([...items].some((item) => item.webkitGetAsEntry() !== null)) void droppedFrom(items).then((found) => take.current(found));
      else take.current(chosenFrom(files));
    };
    document.addEventListener("dragover", onOver);
    document.addEventListener("dragleave", onLeave);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("dragover", onOver);
      document.removeEventListener("dragleave", onLeave);
      document.removeEventListener("drop", onDrop);
    };
  }, []);
  return over;
}
