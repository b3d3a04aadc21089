import { accountWords } from "./en/account.ts";
import { environment } from "./en/environment.ts";
import { home } from "./en/home.ts";
import { lab } from "./en/lab.ts";
import { libraryWords } from "./en/library.ts";
import { notebook } from "./en/notebook.ts";
import { parameters } from "./en/parameters.ts";
import { projectFiles } from "./en/project-files.ts";
import { projects } from "./en/projects.ts";
import { runWords } from "./en/run.ts";
import { siteWords } from "./en/site.ts";
import { worksheetWords } from "./en/worksheet.ts";

/** Every word of the interface, in the one language for now. A translation is a file of this shape. */
export const t = {
  ...siteWords,
  ...libraryWords,
  ...worksheetWords,
  ...runWords,
  ...accountWords,
  environment,
  projects,
  projectFiles,
  lab,
  home,
  notebook,
  parameters,
} as const;
