/**
 * What a lab says to the page around it, and does at its word: `ToLab` and `FromLab` in lib/domain/lab.ts. Written as the
 * container of modules that JupyterLab expects of an extension that is already built, so that nothing needs building.
 */
(() => {
  const version = "1.0.0";
  const lookMs = 400;
  const sayMs = 2000;

  function pageOrigin() {
    const config = document.getElementById("jupyter-config-data");
    return config ? JSON.parse(config.textContent).sheafPageOrigin : undefined;
  }

  function activate(app) {
    const origin = pageOrigin();
    if (!origin || window.parent === window) return;
    const say = (message) => window.parent.postMessage({ sheaf: 1, ...message }, origin);
    const widgets = () => [...app.shell.widgets("main")];
    const documents = () => widgets().filter((widget) => widget.context?.model);

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
      reload: ({ paths }) => reload(app, documents(), paths),
      open: ({ path }) => app.commands.execute("docmanager:open", { path }),
      terminal: () => showTerminal(app, widgets()),
      theme: ({ dark }) => app.commands.execute("apputils:change-theme", { theme: dark ? "JupyterLab Dark" : "JupyterLab Light" }),
    };

    window.addEventListener("message", async ({ source, origin: from, data }) => {
      if (source !== window.parent || from !== origin || data?.sheaf !== 1 || !Object.hasOwn(doing, data.type)) return;
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
      say({ type: "hello", version });
      sayDocuments();
      setInterval(sayDocuments, lookMs);
    });
  }

  function isUnsaved({ context }) {
    return context.model.dirty && !context.model.readOnly;
  }

  function unsavedOf(documents) {
    return [...new Set(documents.filter(isUnsaved).map((widget) => widget.context.path))].sort();
  }

  function busyKernelsOf(widgets) {
    const kernels = widgets.map((widget) => (widget.context?.sessionContext ?? widget.sessionContext)?.session?.kernel);
    return new Set(kernels.filter((kernel) => kernel?.status === "busy").map((kernel) => kernel.id)).size;
  }

  /** What is unsaved is left alone: whoever saves it is asked which of the two to keep. */
  async function reload(app, documents, paths) {
    const contexts = new Set(documents.filter((widget) => !isUnsaved(widget) && paths.includes(widget.context.path)).map((widget) => widget.context));
    for (const context of contexts) {
      const isThere = await app.serviceManager.contents.get(context.path, { content: false }).then(
        () => true,
        () => false,
      );
      if (isThere) await context.revert();
    }
    if (app.commands.hasCommand("filebrowser:refresh")) await app.commands.execute("filebrowser:refresh");
  }

  function showTerminal(app, widgets) {
    const open = widgets.find((widget) => widget.content?.hasClass?.("jp-Terminal"));
    return open ? app.shell.activateById(open.id) : app.commands.execute("terminal:create-new");
  }

  const plugin = { id: "sheaf-bridge:plugin", description: "Speaks with the page around the lab.", autoStart: true, activate };
  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB["sheaf-bridge"] = {
    init: () => undefined,
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
