"use client";
import { AlertDialog } from "radix-ui";
import type { LabView } from "#lib/domain/lab.ts";
import { t } from "#lib/messages/en.ts";

type Props = { title: string; busy: LabView["busy"]; unsaved: number; onStop: () => void; onClose: () => void };

/** Asked before what runs ends: what would be lost is said first. */
export function StopDialog({ title, busy, unsaved, onStop, onClose }: Props) {
  const losses = [busy === "kernel" && t.lab.stopBusyKernel, busy === "terminal" && t.lab.stopBusyTerminal, unsaved > 0 && t.lab.stopUnsaved(unsaved)];
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="font-serif text-xl font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-soft">
            {losses.map(
              (words) =>
                words && (
                  <strong key={words} className="mb-1 block font-medium text-changed">
                    {words}
                  </strong>
                ),
            )}
            {t.lab.stopText}
          </AlertDialog.Description>
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <AlertDialog.Cancel className="button">{t.lab.cancel}</AlertDialog.Cancel>
            <AlertDialog.Action className="button button-primary" onClick={onStop}>
              {t.lab.stop}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
