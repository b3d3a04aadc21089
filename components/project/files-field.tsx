"use client";
import { useState } from "react";
import { formatBytes } from "#lib/format.ts";
import { t } from "#lib/messages/en.ts";
import { type ChosenFile, droppedFrom, isHidden, withoutCommonFolder } from "./chosen-files.ts";
import { FileChooser } from "./file-chooser.tsx";

export type { ChosenFile } from "./chosen-files.ts";

type Props = { files: readonly ChosenFile[]; onChange: (files: readonly ChosenFile[]) => void; limitBytes: number; error?: string | undefined };

const namesShown = 5;

/** Files by choosing or dropping. What is chosen is looked at here, and sent with the form. */
export function FilesField({ files, onChange, limitBytes, error }: Props) {
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [leftOut, setLeftOut] = useState(0);

  function take(chosen: readonly ChosenFile[]) {
    const shown = chosen.filter((one) => !isHidden(one.path));
    const size = sizeOf(shown);
    setLeftOut(chosen.length - shown.length);
    setProblem(size > limitBytes ? t.projects.make.tooLarge(formatBytes(limitBytes)) : null);
    onChange(size > limitBytes ? [] : withoutCommonFolder(shown));
  }

  const words = problem ?? error;
  return (
    <fieldset aria-describedby={words ? "files-error" : undefined}>
      <legend className="label mb-1.5">{t.projects.make.files}</legend>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the buttons inside are the first. */}
      <div
        className="drop"
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void droppedFrom(event.dataTransfer.items).then(take);
        }}
      >
        {files.length === 0 ? <p className="font-serif text-base text-soft">{t.projects.make.drop}</p> : <Chosen files={files} />}
        <div className="flex flex-wrap justify-center gap-2">
          <FileChooser words={t.projects.make.chooseFiles} name="files" onChosen={take} />
          <FileChooser words={t.projects.make.chooseFolder} name="folder" folder onChosen={take} />
        </div>
        {leftOut > 0 && <p className="hint">{t.projects.make.leftOut(leftOut)}</p>}
      </div>
      {words && (
        <p id="files-error" className="field-error" role="alert">
          {words}
        </p>
      )}
    </fieldset>
  );
}

function Chosen({ files }: { files: readonly ChosenFile[] }) {
  return (
    <div role="status" className="min-w-0 max-w-full">
      <p className="label">{t.projects.make.chosen(files.length, formatBytes(sizeOf(files)))}</p>
      <ul className="mt-1 text-soft">
        {files.slice(0, namesShown).map((one) => (
          <li key={one.path} className="truncate">
            {one.path}
          </li>
        ))}
        {files.length > namesShown && <li>{t.projects.page.andMore(files.length - namesShown)}</li>}
      </ul>
    </div>
  );
}

function sizeOf(files: readonly ChosenFile[]): number {
  return files.reduce((sum, one) => sum + one.file.size, 0);
}
