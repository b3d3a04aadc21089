/** The container of modules that JupyterLab expects of an extension that is already built, written so that nothing needs building. */
(() => {
  const here = document.currentScript.src;

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
      const { activate } = await import(new URL("bridge.js", here));
      const bridge = { id: "sheaf-bridge:plugin", description: "Speaks with the page around the lab.", autoStart: true, activate };
      const plugins = [bridge, ...(await quietOf(shared))];
      return () => ({ __esModule: true, default: plugins });
    },
  };
})();
