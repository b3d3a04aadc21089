/** Keeps what is typed on disk. */

const awayStatuses = new Set([401, 502, 503]);

// Saved once somebody pauses, or although they type on; after a save there is a rest of some times what it took.
const quietMs = 700;
const longestMs = 2000;
const restsPerSave = 2;
const longestRestMs = 10_000;
const restWithoutAnswerMs = 2000;

// Files change under open documents, from another window or a form.
const stepMs = 2500;

/** Work is on disk a moment after it was typed: a browser that ends takes nothing with it. */
export function keepSaved(inStep) {
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

/** That nobody answers is said by the page around, and saving is tried again: a dialog for each try would keep people from typing on. */
export function saveWithoutDialogs(contents) {
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

export function isUnsaved({ context }) {
  // A document that is still being read counts as changed, for JupyterLab.
  return context.isReady && context.model.dirty && !context.model.readOnly;
}
