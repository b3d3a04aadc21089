/**
 * What a lab says to the page around it, and does at its word: `ToLab` and `FromLab` in lib/domain/lab.ts. Written as the
 * container of modules that JupyterLab expects of an extension that is already built, so that nothing needs building.
 */
(() => {
  const version = "1.1.0";
  const lookMs = 400;
  const sayMs = 2000;

  // Saved once somebody pauses, or although they type on; after a save there is a rest of some times what it took.
  const quietMs = 700;
  const longestMs = 2000;
  const restsPerSave = 2;
  const longestRestMs = 10_000;
  const restWithoutAnswerMs = 2000;

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
    const keeper = keepSaved(app.serviceManager.contents);

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

  /** Work is on disk a moment after it was typed: a browser that ends takes nothing with it. */
  function keepSaved(contents) {
    const known = new WeakMap();

    function know(context) {
      const state = { changes: 0, changedAt: 0, unsavedSince: 0, begun: null, notBefore: 0, isSaving: false };
      known.set(context, state);
      saveOneAfterTheOther(context);
      // One file system, one clock: whatever is later than our own last save is somebody else's.
      context.lastModifiedCheckMargin = 0;
      context.model.contentChanged.connect(() => {
        state.changes += 1;
        state.changedAt = Date.now();
      });
      context.saveState.connect((_, step) => {
        const now = Date.now();
        if (step === "started") {
          state.begun = { changes: state.changes, at: now };
          return;
        }
        const { changes, at } = state.begun ?? { changes: -1, at: now };
        state.notBefore = now + (step === "failed" ? longestRestMs : Math.min(longestRestMs, restsPerSave * (now - at)));
        state.unsavedSince = 0;
        // JupyterLab takes for saved what was typed while it saved.
        if (step === "failed" || changes !== state.changes) context.model.dirty = true;
      });
      return state;
    }

    async function save(context, state) {
      state.isSaving = true;
      try {
        // Silence, and files that something else changed, are JupyterLab's own slower saving's to speak of: it asks the person.
        const onDisk = await contents.get(context.path, { content: false });
        const isOurs = Date.parse(onDisk.last_modified) <= Date.parse(context.contentsModel.last_modified);
        if (isOurs) await context.save();
        else state.notBefore = Date.now() + restWithoutAnswerMs;
      } catch {
        state.notBefore = Math.max(state.notBefore, Date.now() + restWithoutAnswerMs);
      } finally {
        state.isSaving = false;
      }
    }

    return {
      look(documents, isLeaving = false) {
        const now = Date.now();
        for (const context of new Set(documents.map((widget) => widget.context))) {
          const state = known.get(context) ?? know(context);
          if (!isUnsaved({ context }) || !context.contentsModel?.writable || state.isSaving) continue;
          state.unsavedSince ||= now;
          const isDue = isLeaving || now - state.changedAt >= quietMs || now - state.unsavedSince >= longestMs;
          if (isDue && now >= state.notBefore) void save(context, state);
        }
      },
    };
  }

  /** Two saves on their way at once may arrive in either order, and the older text would stay. */
  function saveOneAfterTheOther(context) {
    const save = context.save.bind(context);
    let running = null;
    let next = null;
    const begin = () => {
      next = null;
      running = save().finally(() => {
        running = null;
      });
      return running;
    };
    context.save = () => {
      if (running === null) return begin();
      next ??= running.then(begin, begin);
      return next;
    };
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
