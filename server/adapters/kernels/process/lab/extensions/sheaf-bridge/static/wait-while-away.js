/** A lab may be away for a while: stopped, its person signed out, or the server starting again. */

// Signed out; not running, or behind a server that is not there. The page around says which.
const awayStatuses = new Set([401, 503]);
const firstRestMs = 500;
const longestRestMs = 8000;

/**
 * Reading waits until there is an answer again: whatever JupyterLab reads for, it would tell a failure by a dialog, and
 * people type on meanwhile. What is sent fails at once, for it may be old by then. Who is signed out may come back: a
 * kernel is not dead for that. Answers `lookAgain`, for when the lab is said to be back.
 */
export function waitWhileAway(settings) {
  const { fetch } = settings;
  const waiting = new Set();

  function rest(ms) {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      waiting.add(wake);
    });
  }

  settings.fetch = async (request, ...more) => {
    const isReading = request.method === "GET" || request.method === "HEAD";
    for (let restMs = firstRestMs; ; restMs = Math.min(longestRestMs, restMs * 2)) {
      try {
        const answer = await fetch(request, ...more);
        if (!awayStatuses.has(answer.status)) return answer;
        if (!isReading) return answer.status === 401 ? new Response(null, { status: 503, statusText: "Signed out" }) : answer;
      } catch (error) {
        // No network, or nobody at the other end of it.
        if (!isReading || !(error instanceof TypeError)) throw error;
      }
      await rest(restMs);
    }
  };
  return () => {
    for (const wake of [...waiting]) wake();
  };
}
