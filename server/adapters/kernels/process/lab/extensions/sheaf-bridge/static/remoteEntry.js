/**
 * What a lab says to the page around it, and does at its word: `ToLab` and `FromLab` in lib/domain/lab.ts. Written as the
 * container of modules that JupyterLab expects of an extension that is already built, so that nothing needs building.
 */
(() => {
  const version = "1.1.0";
  const lookMs = 400;
  const sayMs = 2000;
  // Beside the files a phone would show a strip of the notebook.
  const narrowPx = 640;
  const awayStatuses = new Set([401, 502, 503]);
  const reviveTries = 25;
  const reviveRestMs = 1000;

  // Saved once somebody pauses, or although they type on; after a save there is a rest of some times what it took.
  const quietMs = 700;
  const longestMs = 2000;
  const restsPerSave = 2;
  const longestRestMs = 10_000;
  const restWithoutAnswerMs = 2000;

  // Files change under open documents, from another window or a form.
  const stepMs = 2500;
  const joinMs = 20_000;
  const here = document.currentScript.src;

  function pageOrigin() {
    const config = document.getElementById("jupyter-config-data");
    return config ? JSON.parse(config.textContent).sheafPageOrigin : undefined;
  }

  async function activate(app) {
    const origin = pageOrigin();
    if (!origin || window.parent === window) return;
    const say = (message) => window.parent.postMessage({ sheaf: 1, ...message }, origin);
    const widgets = () => [...app.shell.widgets("main")];
    const documents = () => widgets().filter((widget) => widget.context?.model);
    takeSignedOutForAway(app.serviceManager.serverSettings);
    const answers = new Map();
    let asked = 0;
    const { contents } = app.serviceManager;
    const { keepInStep } = await import(new URL("keep-in-step.js", here));
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
      revive: () => revive(app.serviceManager, widgets),
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

  /** Who is signed out may come back, as the page around says: a kernel is not dead for that, and nobody is to be asked about it. */
  function takeSignedOutForAway(settings) {
    const { fetch } = settings;
    settings.fetch = async (...request) => {
      const answer = await fetch(...request);
      return answer.status === 401 ? new Response(null, { status: 503, statusText: "Signed out" }) : answer;
    };
  }

  /** Work is on disk a moment after it was typed: a browser that ends takes nothing with it. */
  function keepSaved(inStep) {
    const known = new WeakMap();

    function know(context) {
      const state = { changes: 0, changedAt: 0, unsavedSince: 0, begun: null, notBefore: 0, isSaving: false, steppedAt: 0 };
      known.set(context, state);
      inStep.follow(context);
      Object.assign(
        state,
        saveOneAfterTheOther(context, () => inStep.step(context)),
      );
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
        await context.save();
      } catch {
        state.notBefore = Math.max(state.notBefore, Date.now() + restWithoutAnswerMs);
      } finally {
        state.isSaving = false;
      }
    }

    return {
      step: (context) => (known.get(context) ?? know(context)).step(),
      look(documents, isLeaving = false) {
        const now = Date.now();
        for (const context of new Set(documents.map((widget) => widget.context))) {
          const state = known.get(context) ?? know(context);
          if (document.visibilityState === "visible" && now - state.steppedAt >= stepMs) {
            state.steppedAt = now;
            void state.step().catch(() => {});
          }
          if (!isUnsaved({ context }) || !context.contentsModel?.writable || state.isSaving) continue;
          state.unsavedSince ||= now;
          const isDue = isLeaving || now - state.changedAt >= quietMs || now - state.unsavedSince >= longestMs;
          if (isDue && now >= state.notBefore) void save(context, state);
        }
      },
    };
  }

  /**
   * Two saves on their way at once may arrive in either order, and the older text would stay. Each save brings document
   * and file together first, so that nothing is written over; what cannot be asked then is told by the save itself.
   */
  function saveOneAfterTheOther(context, bringTogether) {
    const save = context.save.bind(context);
    let running = null;
    let next = null;
    const run = (act) => {
      running = act().finally(() => {
        running = null;
      });
      return running;
    };
    const begin = () => {
      next = null;
      return run(() =>
        bringTogether()
          .catch(() => {})
          .then(save),
      );
    };
    context.save = () => {
      if (running === null) return begin();
      next ??= running.then(begin, begin);
      return next;
    };
    return { step: () => running ?? run(bringTogether) };
  }

  function isUnsaved({ context }) {
    // A document that is still being read counts as changed, for JupyterLab.
    return context.isReady && context.model.dirty && !context.model.readOnly;
  }

  function unsavedOf(documents) {
    return [...new Set(documents.filter(isUnsaved).map((widget) => widget.context.path))].sort();
  }

  function sessionOf(widget) {
    return widget.context?.sessionContext ?? widget.sessionContext;
  }

  /** That nobody answers is said by the page around, and saving is tried again: a dialog for each try would keep people from typing on. */
  function saveWithoutDialogs(contents) {
    const quietly = async (act) => {
      try {
        return await act();
      } catch (error) {
        const status = error?.response?.status;
        if (status === undefined ? !(error instanceof TypeError) : !awayStatuses.has(status)) throw error;
        // JupyterLab takes this name for a save that the person called off.
        throw Object.assign(new Error(error.message), { name: "ModalCancelError" });
      }
    };
    const { get, save } = contents;
    contents.save = (...given) => quietly(() => save.apply(contents, given));
    // Each save looks at its file first.
    contents.get = (path, options) => (options?.content === false ? quietly(() => get.call(contents, path, options)) : get.call(contents, path, options));
  }

  /** After the lab was away: what it still has is connected again, and where it was started anew, so are the kernels of what is open. */
  async function revive({ sessions, kernels, terminals }, widgets) {
    await askUntilThere(() => Promise.all([kernels.refreshRunning(), sessions.refreshRunning(), terminals.refreshRunning()]));
    const open = [...new Set(widgets().map(sessionOf))].filter((session) => session?.isReady);
    await Promise.allSettled(open.map(reviveKernel));
  }

  function reviveKernel(session) {
    const kernel = session.session?.kernel;
    if (!kernel) return session.prevKernelName === "" ? undefined : session.changeKernel({ name: session.prevKernelName });
    return kernel.connectionStatus === "connected" ? undefined : kernel.reconnect();
  }

  async function askUntilThere(ask) {
    for (let left = reviveTries; ; left--) {
      try {
        return await ask();
      } catch (error) {
        if (left === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, reviveRestMs));
      }
    }
  }

  /** A kernel that starts notes its own version in the notebook: by itself that is no change of anybody's. */
  function leaveCleanAtKernelStart(model) {
    model.metadataChanged?.connect((_, { key, oldValue, newValue }) => {
      const isNote = key === "language_info" || key === "kernelspec";
      if (!isNote || model.dirty || (oldValue && oldValue.name !== newValue?.name)) return;
      queueMicrotask(() => {
        model.dirty = false;
      });
    });
  }

  function busyKernelsOf(widgets) {
    const kernels = widgets.map((widget) => sessionOf(widget)?.session?.kernel);
    return new Set(kernels.filter((kernel) => kernel?.status === "busy").map((kernel) => kernel.id)).size;
  }

  async function reload(app, keeper, documents, paths) {
    const contexts = new Set(documents.filter((widget) => paths.includes(widget.context.path)).map((widget) => widget.context));
    // A file that is no more leaves its document as it is: saved, it is there again.
    for (const context of contexts) await keeper.step(context).catch(() => {});
    if (app.commands.hasCommand("filebrowser:refresh")) await app.commands.execute("filebrowser:refresh");
  }

  function showTerminal(app, widgets) {
    const open = widgets.find((widget) => widget.content?.hasClass?.("jp-Terminal"));
    return open ? app.shell.activateById(open.id) : app.commands.execute("terminal:create-new");
  }

  const bridge = { id: "sheaf-bridge:plugin", description: "Speaks with the page around the lab.", autoStart: true, activate };

  /** The page around the lab says when it is away and brings it back: JupyterLab's own dialog would stand in the way of that. */
  async function quietOf(shared) {
    const [application] = Object.values(shared["@jupyterlab/application"] ?? {});
    const token = application && (await application.get())().IConnectionLost;
    if (!token || window.parent === window) return [];
    return [{ id: "sheaf-bridge:connection-lost", autoStart: true, provides: token, activate: () => async () => {} }];
  }

  let shared = {};
  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB["sheaf-bridge"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const plugins = [bridge, ...(await quietOf(shared))];
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
