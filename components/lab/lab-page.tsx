"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { firstLabPath, workState } from "#lib/lab/lab-plan.ts";
import { t } from "#lib/messages/en.ts";
import { EnvironmentNotice } from "./environment-notice.tsx";
import { LabBar, type LabProject } from "./lab-bar.tsx";
import { LabNotice } from "./lab-notice.tsx";
import { LabStage } from "./lab-stage.tsx";
import { NewerDialog } from "./newer-dialog.tsx";
import { PublishDialog } from "./publish-dialog.tsx";
import { SaveDialog } from "./save-dialog.tsx";
import { StopDialog } from "./stop-dialog.tsx";
import { type Bridge, useBridge } from "./use-bridge.ts";
import { useDark } from "./use-dark.ts";
import { useLab } from "./use-lab.ts";
import { useWorkingCopy } from "./use-working-copy.ts";

type Props = {
  project: LabProject;
  /** What to open, relative to the project. */
  path: string | null;
  /** Notebooks of the newest version. */
  notebooks: readonly string[];
  /** It has an environment that came with a copy, and that the person has not agreed to. */
  asksForEnvironment: boolean;
};

/** A project's lab: one thin bar of ours, and JupyterLab in a frame of its own origin. */
export function LabPage({ project, path, notebooks, asksForEnvironment }: Props) {
  const session = useLab(project.id, firstLabPath(path));
  const frame = useRef<HTMLIFrameElement>(null);
  const bridge = useBridge(frame, session.frameUrl);
  const { lab } = session;
  const wasReady = session.frameUrl !== null;
  const copy = useWorkingCopy(project.id, wasReady).data ?? null;
  const [dialog, setDialog] = useState<"save" | "publish" | "stop" | "newer" | null>(null);
  const close = () => setDialog(null);
  useDocumentOfFrames();
  useLookAfterSaving(project.id, bridge.unsaved.length);
  useWarning(bridge.unsaved.length > 0);
  useFirstWords(bridge, lab?.state === "ready" && session.connection === "there", project.type === "shell" && path === null);
  return (
    <div className="lab-page">
      <LabBar
        project={project}
        lab={lab}
        work={workState(bridge.unsaved, copy)}
        behind={copy?.behind ?? 0}
        parametersOf={bridge.current?.endsWith(".ipynb") ? bridge.current : (notebooks[0] ?? null)}
        onSave={() => setDialog("save")}
        onPublish={() => setDialog("publish")}
        onNewer={() => setDialog("newer")}
        onStop={() => setDialog("stop")}
      />
      {wasReady && <LabNotice session={session} unsaved={bridge.unsaved.length} />}
      {wasReady && asksForEnvironment && <EnvironmentNotice project={project} />}
      <LabStage session={session} frame={frame} title={project.title} isThere={bridge.isThere} />
      {session.passUrl && (
        <iframe key={session.passUrl} src={session.passUrl} title={t.lab.pass} sandbox="allow-same-origin" hidden aria-hidden tabIndex={-1} />
      )}
      {dialog === "save" && <SaveDialog projectId={project.id} copy={copy} bridge={bridge} onClose={close} />}
      {dialog === "publish" && <PublishDialog projectId={project.id} notebooks={notebooks} copy={copy} bridge={bridge} onClose={close} />}
      {dialog === "newer" && <NewerDialog projectId={project.id} behind={copy?.behind ?? 0} bridge={bridge} joined={null} onClose={close} />}
      {dialog === null && session.joined && wasReady && (
        <NewerDialog projectId={project.id} behind={0} bridge={bridge} joined={session.joined} onClose={session.forgetJoined} />
      )}
      {dialog === "stop" && (
        <StopDialog
          title={t.lab.stopTitle}
          busy={bridge.busyKernels > 0 ? "kernel" : (lab?.busy ?? null)}
          unsaved={bridge.unsaved.length}
          onStop={() => void session.stop()}
          onClose={close}
        />
      )}
    </div>
  );
}

/** Only a document that was asked for as this page may frame labs; one that came from another page has that page's policy. */
function useDocumentOfFrames(): void {
  useEffect(() => {
    const [loaded] = performance.getEntriesByType("navigation");
    if (loaded && new URL(loaded.name).pathname !== location.pathname) location.reload();
  }, []);
}

/** A document that was saved has changed the files. */
function useLookAfterSaving(projectId: string, unsaved: number): void {
  const queries = useQueryClient();
  const before = useRef(0);
  useEffect(() => {
    if (unsaved < before.current) void queries.invalidateQueries({ queryKey: ["working-copy", projectId] }, { cancelRefetch: false });
    before.current = unsaved;
  }, [unsaved, projectId, queries]);
}

function useWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [isOn]);
}

/**
 * What the lab is told as soon as it is there: light or dark, and for a shell that it is a terminal that is wanted. After
 * it was away, that its kernels are wanted again.
 */
function useFirstWords({ isThere, send }: Bridge, isReached: boolean, wantsTerminal: boolean): void {
  const dark = useDark();
  const wasAway = useRef(false);
  useEffect(() => {
    if (isThere && isReached) void send({ type: "theme", dark });
  }, [isThere, isReached, send, dark]);
  useEffect(() => {
    if (!isThere) return;
    if (!isReached) {
      wasAway.current = true;
      return;
    }
    const back = wasAway.current ? send({ type: "revive" }) : Promise.resolve(true);
    wasAway.current = false;
    if (wantsTerminal) void back.then(() => send({ type: "terminal" }));
  }, [isThere, isReached, send, wantsTerminal]);
}
