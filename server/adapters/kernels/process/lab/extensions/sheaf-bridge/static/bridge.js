/** What a lab says to the page around it, and does at its word: `ToLab` and `FromLab` in lib/domain/lab.ts. */
import { keepInStep } from "./keep-in-step.js";
import { isUnsaved, keepSaved, saveWithoutDialogs } from "./keep-saved.js";
import { busyKernelsOf, leaveCleanAtKernelStart, revive, showTerminal } from "./kernels.js";
import { waitWhileAway } from "./wait-while-away.js";

const version = "1.2.0";
const lookMs = 400;
const sayMs = 2000;
const joinMs = 20_000;
// Beside the files a phone would show a strip of the notebook.
const narrowPx = 640;

export function activate(app) {
  const origin = pageOrigin();
  if (!origin || window.parent === window) return;
  const say = (message) => window.parent.postMessage({ sheaf: 1, ...message }, origin);
  const widgets = () => [...app.shell.widgets("main")];
  const documents = () => widgets().filter((widget) => widget.context?.model);
  const lookAgain = waitWhileAway(app.serviceManager.serverSettings);
  const answers = new Map();
  let asked = 0;
  const { contents } = app.serviceManager;
  const keeper = keepSaved(keepInStep(contents, askToJoin));

  /** Null where the page cannot join the two, or says nothing. */
  function askToJoin(texts) {
    const id = ++asked;
    return new Promise((resolve) => {
      answers.set(id, resolve);
      setTimeout(resolve, joinMs, null);
      say({ type: "join", id, ...texts });
    }).finally(() => answers.delete(id));
  }

  let said = "";
  let saidAt = 0;
  function sayDocuments() {
    const state = JSON.stringify({
      unsaved: unsavedOf(documents()),
      current: app.shell.currentWidget?.context?.path ?? null,
      busyKernels: busyKernelsOf(widgets()),
    });
    if (state === said && Date.now() - saidAt < sayMs) return;
    said = state;
    saidAt = Date.now();
    say({ type: "documents", ...JSON.parse(state) });
  }

  const doing = {
    "save-all": () =>
      Promise.all(
        documents()
          .filter(isUnsaved)
          .map((widget) => widget.context.save()),
      ),
    reload: ({ paths }) => reload(app, keeper, documents(), paths),
    open: ({ path }) => app.commands.execute("docmanager:open", { path }),
    terminal: () => showTerminal(app, widgets()),
    theme: ({ dark }) => app.commands.execute("apputils:change-theme", { theme: dark ? "JupyterLab Dark" : "JupyterLab Light" }),
    revive: () => {
      lookAgain();
      return revive(app.serviceManager, widgets);
    },
  };
  saveWithoutDialogs(app.serviceManager.contents);
  app.docRegistry.addWidgetExtension("Notebook", { createNew: (_, { model }) => leaveCleanAtKernelStart(model) });

  window.addEventListener("message", async ({ source, origin: from, data }) => {
    if (source !== window.parent || from !== origin || data?.sheaf !== 1) return;
    if (data.type === "joined") answers.get(data.id)?.(data.text);
    if (!Object.hasOwn(doing, data.type)) return;
    let ok = true;
    try {
      await app.restored;
      await doing[data.type](data);
    } catch {
      ok = false;
    }
    sayDocuments();
    say({ type: "done", id: data.id, ok });
  });

  app.restored.then(() => {
    if (window.innerWidth < narrowPx) app.shell.collapseLeft();
    say({ type: "hello", version });
    const look = () => {
      keeper.look(documents());
      sayDocuments();
    };
    look();
    setInterval(look, lookMs);
    // Whoever looks elsewhere may close the window next.
    const leave = () => keeper.look(documents(), true);
    window.addEventListener("blur", leave);
    document.addEventListener("visibilitychange", leave);
  });
}

function unsavedOf(documents) {
  return [...new Set(documents.filter(isUnsaved).map((widget) => widget.context.path))].sort();
}

async function reload(app, keeper, documents, paths) {
  const contexts = new Set(documents.filter((widget) => paths.includes(widget.context.path)).map((widget) => widget.context));
  // A file that is no more leaves its document as it is: saved, it is there again.
  for (const context of contexts) await keeper.step(context).catch(() => {});
  if (app.commands.hasCommand("filebrowser:refresh")) await app.commands.execute("filebrowser:refresh");
}

function pageOrigin() {
  const config = document.getElementById("jupyter-config-data");
  return config ? JSON.parse(config.textContent).sheafPageOrigin : undefined;
}
