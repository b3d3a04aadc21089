/** A thread that prepares large notebooks, so that nobody else waits meanwhile. One question at a time. */
import { parentPort } from "node:worker_threads";
import { doWork, type Work } from "./prepare-work.ts";

parentPort?.on("message", (work: Work) => {
  const result = doWork(work);
  const contents =
    result.ok && result.value.kind === "notebook" ? result.value.apart : result.ok && result.value.kind === "output" ? [result.value.content] : [];
  parentPort?.postMessage(
    result,
    contents.map(({ bytes }) => bytes.buffer),
  );
});
