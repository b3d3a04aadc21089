"use client";
import { useId } from "react";
import { projectTemplates } from "#lib/domain/project.ts";
import { t } from "#lib/messages/en.ts";
import { ChoiceList } from "./choice-list.tsx";
import { LineField } from "./words-fields.tsx";

export function TemplateField() {
  return (
    <ChoiceList
      legend={t.projects.make.template}
      name="template"
      choices={projectTemplates.map((value) => ({ value, label: t.projects.make.templates[value], hint: t.projects.make.templateHints[value] }))}
      chosen="worksheet-python"
    />
  );
}

/** Where the project is kept now; a name and password travel in fields of their own, never in the address. */
export function AddressFields({ url, errors }: { url: string; errors: Readonly<Record<string, string>> }) {
  const id = useId();
  return (
    <div className="flex flex-col gap-4">
      <LineField
        id={`${id}-url`}
        name="url"
        type="url"
        label={t.projects.make.url}
        hint={t.projects.make.urlHint}
        error={errors.url}
        defaultValue={url}
        mono
        maxLength={2000}
      />
      <details {...(errors.username || errors.password || errors.credentials ? { open: true } : {})}>
        <summary className="link inline-block cursor-pointer">{t.projects.make.private}</summary>
        <div className="mt-3 grid gap-4 sm:grid-cols-2">
          <LineField id={`${id}-username`} name="username" label={t.projects.make.username} error={errors.username ?? errors.credentials} mono optional />
          <LineField
            id={`${id}-password`}
            name="password"
            type="password"
            label={t.projects.make.password}
            hint={t.projects.make.passwordHint}
            error={errors.password}
            maxLength={1000}
          />
        </div>
      </details>
    </div>
  );
}
