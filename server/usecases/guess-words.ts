import type { ProjectType } from "#lib/domain/worksheet.ts";
import type { IncomingFile } from "./commit-files.ts";
import { compileFile } from "./compile-file.ts";

/** Larger files are not read for a title. */
const maxBytes = 8 * 1024 * 1024;

/** What files that somebody sends call themselves: by their README, else by their only notebook, else by the name they came under. */
export async function guessWords(files: readonly IncomingFile[], sentName: string): Promise<{ readonly title: string; readonly type: ProjectType }> {
  const notebooks = files.filter((file) => /\.ipynb$/i.test(file.path));
  const [notebook] = notebooks;
  const compiled = notebook && notebooks.length === 1 ? await compiledOf(notebook) : null;
  const type = compiled?.parameters ? "worksheet" : notebook ? "notebook" : "shell";
  const readme = files.find((file) => /^readme\.md$/i.test(file.path));
  const title = (readme && headingOf(await textOf(readme))) ?? compiled?.title ?? titleOf(notebook && files.length === 1 ? notebook.path : sentName);
  return { title: title.slice(0, 200), type };
}

async function compiledOf(notebook: IncomingFile): Promise<{ title: string; parameters: number } | null> {
  if (notebook.bytes > maxBytes) return null;
  const content = await notebook.read();
  const { worksheet } = content.ok ? compileFile(content.value, notebook.path) : { worksheet: null };
  return worksheet && { title: worksheet.title, parameters: worksheet.parameters.length };
}

async function textOf(file: IncomingFile): Promise<string> {
  const content = file.bytes > maxBytes ? null : await file.read();
  return content?.ok ? new TextDecoder().decode(content.value) : "";
}

function headingOf(markdown: string): string | undefined {
  const heading = /^#[ \t]+(.+?)[ \t#]*$/m.exec(markdown)?.[1]?.trim();
  return heading === "" ? undefined : heading;
}

/** "wright-fisher_drift.zip" is "Wright fisher drift"; of a folder its own name. */
function titleOf(name: string): string {
  const first =
    name
      .replaceAll("\\", "/")
      .split("/")
      .find((part) => part !== "" && part !== ".") ?? "";
  const words = first
    .replace(/\.(?:zip|ipynb)$/i, "")
    .replace(/[-_]+/g, " ")
    .replace(/\p{Cc}/gu, "")
    .trim();
  return words === "" ? "Untitled project" : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
