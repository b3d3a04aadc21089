"use client";
import type { ReactNode } from "react";
import type { ProjectView } from "#lib/domain/project.ts";
import { projectTypes, visibilities } from "#lib/domain/worksheet.ts";
import { t } from "#lib/messages/en.ts";
import type { ActionOutcome } from "./action-outcome.ts";
import { ChoiceList } from "./choice-list.tsx";
import { SettingsForm } from "./settings-form.tsx";
import { LineField, SelectField, TextArea } from "./words-fields.tsx";

export type SettledProject = Pick<ProjectView, "id" | "slug" | "title" | "description" | "type" | "visibility" | "area" | "keepOutputs" | "official">;
type Change = (given: unknown) => Promise<ActionOutcome>;
type Props = { project: SettledProject; change: Change };

/** A titled part of the settings: what it is about on the left, its form on the right. */
export function Setting({ id, title, hint, children }: { id: string; title: string; hint?: string; children: ReactNode }) {
  return (
    <section className="setting" aria-labelledby={id}>
      <div>
        <h2 id={id} className="text-lg">
          {title}
        </h2>
        {hint && <p className="mt-1 text-soft">{hint}</p>}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}

export function AboutForm({ project, change, areas, host }: Props & { areas: readonly { slug: string; title: string }[]; host: string }) {
  const known = areas.some((area) => area.slug === project.area.slug) ? areas : [project.area, ...areas];
  return (
    <SettingsForm
      projectId={project.id}
      change={change}
      read={(form) => {
        const given = Object.fromEntries(["title", "slug", "description", "areaSlug", "type"].map((name) => [name, String(form.get(name) ?? "").trim()]));
        const before: Record<string, string> = {
          title: project.title,
          slug: project.slug,
          description: project.description,
          areaSlug: project.area.slug,
          type: project.type,
        };
        return Object.fromEntries(Object.entries(given).filter(([name, value]) => value !== before[name]));
      }}
      fields={(problems) => (
        <>
          <LineField id="title" name="title" label={t.projects.form.title} error={problems.title} defaultValue={project.title} />
          <TextArea
            id="description"
            name="description"
            label={t.projects.form.description}
            hint={t.projects.form.descriptionHint}
            error={problems.description}
            defaultValue={project.description}
            rows={2}
            optional
          />
          <LineField
            id="slug"
            name="slug"
            label={t.projects.form.address}
            hint={`${host}/projects/… ${t.projects.form.addressHint}`}
            error={problems.slug}
            defaultValue={project.slug}
            mono
            maxLength={100}
          />
          <SelectField
            id="areaSlug"
            name="areaSlug"
            label={t.projects.form.area}
            error={problems.areaSlug}
            defaultValue={project.area.slug}
            options={known.map(({ slug, title }) => ({ value: slug, label: title }))}
          />
          <ChoiceList
            legend={t.projects.form.type}
            name="type"
            choices={projectTypes.map((value) => ({ value, label: t.projects.types[value], hint: t.projects.form.typeHints[value] }))}
            chosen={project.type}
            error={problems.type}
          />
        </>
      )}
    />
  );
}

export function AccessForm({ project, change }: Props) {
  return (
    <SettingsForm
      projectId={project.id}
      change={change}
      read={(form) => ({ visibility: form.get("visibility") })}
      fields={(problems) => (
        <ChoiceList
          legend={t.projects.form.visibility}
          name="visibility"
          choices={visibilities.map((value) => ({ value, label: t.projects.visibilities[value], hint: t.projects.form.visibilityHints[value] }))}
          chosen={project.visibility}
          error={problems.visibility}
          quiet
        />
      )}
    />
  );
}

export function OutputsForm({ project, change }: Props) {
  return (
    <SettingsForm
      projectId={project.id}
      change={change}
      read={(form) => ({ keepOutputs: form.get("outputs") === "keep" })}
      fields={() => (
        <ChoiceList
          legend={t.projects.settings.outputs}
          name="outputs"
          choices={[
            { value: "keep", label: t.projects.settings.keep, hint: t.projects.settings.keepHint },
            { value: "strip", label: t.projects.settings.strip, hint: t.projects.settings.stripHint },
          ]}
          chosen={project.keepOutputs ? "keep" : "strip"}
          quiet
        />
      )}
    />
  );
}
