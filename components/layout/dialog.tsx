"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { t } from "#lib/messages/en.ts";

type Props = { title: string; text: string; children: ReactNode; onClose: () => void };

/** A dialog of the lab's page; it is open for as long as it is there. */
export function Dialog({ title, text, children, onClose }: Props) {
  return (
    <Radix.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content className="dialog">
          <div className="flex items-start justify-between gap-4">
            <Radix.Title className="font-serif text-xl font-semibold">{title}</Radix.Title>
            <Radix.Close className="icon-button -mt-1 -mr-2" aria-label={t.lab.close}>
              <X size={17} aria-hidden />
            </Radix.Close>
          </div>
          <Radix.Description className="mt-1 mb-4 text-soft">{text}</Radix.Description>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
