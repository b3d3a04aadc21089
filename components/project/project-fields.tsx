"use client";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import type { ProjectAttempt } from "#lib/domain/project.ts";
import { type ProjectType, projectTypes, type Visibility, visibilities } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import { ChoiceList } from "./choice-list.tsx";
import { SelectField, TextArea } from "./words-fields.tsx";

export type ProjectFieldsGiven = { readonly areas: readonly { readonly slug: string; readonly title: string }[] };
type Begin = Pick<ProjectAttempt, "description" | "type" | "visibility" | "areaSlug">;
type Props = ProjectFieldsGiven & { begin: Begin | null; errors: Readonly<Record<string, string>>; withType: boolean };

/** What has a good answer already: folded, with the answers in its title. */
export function ProjectFields({ areas, begin, errors, withType }: Props) {
  const id = useId();
  const [type, setType] = useState<ProjectType>(begin?.type ?? "worksheet");
  const [visibility, setVisibility] = useState<Visibility>(begin?.visibility ?? "private");
  const wrong = ["description", "areaSlug", "type", "visibility"].some((name) => errors[name] !== undefined);
  return (
    <details className="group border-y border-line" {...(wrong ? { open: true } : {})}>
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-2">
        <ChevronRight size={15} aria-hidden className="text-soft transition-transform group-open:rotate-90" />
        <span className="label">{t.projects.form.more}</span>
        <span className="text-soft">{[...(withType ? [t.projects.types[type]] : []), t.projects.visibilities[visibility]].join(", ")}</span>
      </summary>
      <div className="flex flex-col gap-5 pt-1 pb-5">
        <TextArea
          id={`${id}-description`}
          name="description"
          label={t.projects.form.description}
          hint={t.projects.form.descriptionHint}
          error={errors.description}
          defaultValue={begin?.description ?? ""}
          rows={2}
          optional
        />
        {withType && (
          <ChoiceList
            legend={t.projects.form.type}
            name="type"
            choices={projectTypes.map((value) => ({ value, label: t.projects.types[value], hint: t.projects.form.typeHints[value] }))}
            chosen={type}
            onChange={setType}
            error={errors.type}
          />
        )}
        <ChoiceList
          legend={t.projects.form.visibility}
          name="visibility"
          choices={visibilities.map((value) => ({ value, label: t.projects.visibilities[value], hint: t.projects.form.visibilityHints[value] }))}
          chosen={visibility}
          onChange={setVisibility}
          error={errors.visibility}
        />
        <SelectField
          id={`${id}-area`}
          name="areaSlug"
          label={t.projects.form.area}
          error={errors.areaSlug}
          defaultValue={begin?.areaSlug ?? ""}
          options={[{ value: "", label: t.projects.form.noArea }, ...areas.map(({ slug, title }) => ({ value: slug, label: title }))]}
        />
      </div>
    </details>
  );
}
