"use client";
import { AlertDialog } from "radix-ui";
import { t } from "#lib/messages/en.ts";

type Props = { title: string; unsaved: number; onStop: () => void; onClose: () => void };

/** Asked before running cells and terminals end. */
export function StopDialog({ title, unsaved, onStop, onClose }: Props) {
  return (
    <AlertDialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="font-serif text-xl font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-2 text-soft">
            {t.lab.stopText} {unsaved > 0 && t.lab.stopUnsaved(unsaved)}
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
