/** Kernels and terminals of a lab that is away at times, and comes back. */

const reviveTries = 25;
const reviveRestMs = 1000;

export function sessionOf(widget) {
  return widget.context?.sessionContext ?? widget.sessionContext;
}

export function busyKernelsOf(widgets) {
  const kernels = widgets.map((widget) => sessionOf(widget)?.session?.kernel);
  return new Set(kernels.filter((kernel) => kernel?.status === "busy").map((kernel) => kernel.id)).size;
}

/** A kernel that starts notes its own version in the notebook: by itself that is no change of anybody's. */
export function leaveCleanAtKernelStart(model) {
  model.metadataChanged?.connect((_, { key, oldValue, newValue }) => {
    const isNote = key === "language_info" || key === "kernelspec";
    if (!isNote || model.dirty || (oldValue && oldValue.name !== newValue?.name)) return;
    queueMicrotask(() => {
      model.dirty = false;
    });
  });
}

/** After the lab was away: what it still has is connected again, and where it was started anew, so are the kernels of what is open. */
export async function revive({ sessions, kernels, terminals }, widgets) {
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

export function showTerminal(app, widgets) {
  const open = widgets.find((widget) => widget.content?.hasClass?.("jp-Terminal"));
  return open ? app.shell.activateById(open.id) : app.commands.execute("terminal:create-new");
}
