import { hostileOutputs, notebookText, type TestWorksheet } from "./notebook.ts";

const single = (slug: string, title: string, summary: string, cells: Parameters<typeof notebookText>[1], more: readonly (readonly [string, string])[] = []) =>
  ({ slug, title, summary, files: new Map([[`${slug}.ipynb`, notebookText(title, cells)], ...more]) }) satisfies TestWorksheet;

const sum = single("test-sum", "Test sum", "Adds two numbers, for the journeys.", [
  {
    tags: ["parameters"],
    parameters: {
      first: { label: "First number", type: "integer", min: 0, max: 1000 },
      second: { label: "Second number", type: "number", min: -10, max: 10 },
      word: { label: "Word", type: "string", maxLength: 20 },
      note: { label: "Note", type: "text", advanced: true },
    },
    source: 'first = 2\nsecond = 3.5\nword = "barley"\nnote = ""',
  },
  { source: 'print(f"{word}: {first + second:.2f}")' },
  {
    source:
      'from IPython.display import SVG\nSVG(f\'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><rect width="{first}" height="20" fill="teal"/></svg>\')',
  },
]);

const steps = single("test-steps", "Test steps", "Counts slowly, for the journeys.", [
  {
    tags: ["parameters"],
    parameters: {
      steps: { label: "Steps", type: "integer", min: 1, max: 600 },
      pause: { label: "Pause", unit: "seconds", type: "number", min: 0, max: 5 },
    },
    source: "steps = 2\npause = 0.05",
  },
  { source: 'import time\nfor step in range(1, steps + 1):\n    print(f"step {step} of {steps}", flush=True)\n    time.sleep(pause)' },
  { source: 'print("all steps done")' },
]);

const trouble = single("test-trouble", "Test trouble", "Breaks in the way that is asked for.", [
  {
    tags: ["parameters"],
    parameters: { how: { label: "What breaks", type: "choice", choices: ["nothing", "kill", "memory", "error"] } },
    source: 'how = "nothing"',
  },
  { source: 'print("before the trouble")' },
  {
    source: [
      "import os, signal",
      'if how == "kill":',
      "    os.kill(os.getpid(), signal.SIGKILL)",
      'if how == "memory":',
      "    hoard = []",
      "    while True:",
      '        hoard.append(b"x" * (64 * 1024 * 1024))',
      'if how == "error":',
      '    raise ValueError("this was asked for")',
    ].join("\n"),
  },
  { source: 'print("nothing broke")' },
]);

/** Says exactly what reached the kernel, and whether anything of it ran: `touched` is what every payload tries to set. */
const echo = single(
  "test-echo",
  "Test echo",
  "Prints every value as the kernel received it.",
  [
    { source: 'import builtins, json\nbuiltins.touched = "untouched"' },
    {
      tags: ["parameters"],
      parameters: {
        line: { label: "Line", type: "string" },
        prose: { label: "Prose", type: "text" },
        whole: { label: "Whole", type: "integer" },
        real: { label: "Real", type: "number" },
        yes: { label: "Yes", type: "boolean" },
        one: { label: "One", type: "choice", choices: ["a", "b"], allowOther: true },
        some: { label: "Some", type: "choices", choices: ["a", "b", "c"] },
        day: { label: "Day", type: "date" },
        span: { label: "Span", type: "range", min: 0, max: 10 },
        table: { label: "Table", type: "file", accept: [".csv"] },
        which: { label: "Which", type: "column", of: "table" },
      },
      source:
        'line = "x"\nprose = "y"\nwhole = 1\nreal = 1.5\nyes = True\none = "a"\nsome = ["a"]\nday = "2024-02-29"\nspan = (1, 2)\ntable = "table.csv"\nwhich = "height"',
    },
    { source: 'print("ECHO " + json.dumps([line, prose, whole, real, yes, one, list(some), str(day), list(span), which]))' },
    { source: 'print("CANARY " + builtins.touched)' },
  ],
  [["table.csv", "height,width\n1,2\n3,4\n"]],
);

/** Replays outputs that try to break out of their frame, one cell each. */
function hostile(): TestWorksheet {
  const outputs = hostileOutputs();
  const load = "import json, pathlib\nfrom IPython.display import display\nfrom IPython import get_ipython";
  const replay = [
    "def replay(name):",
    '    read = json.loads(pathlib.Path(f"outputs/{name}.json").read_text())',
    '    for output in read["outputs"]:',
    '        kind = output["output_type"]',
    '        if kind == "stream":',
    '            text = output["text"]',
    '            print(text if isinstance(text, str) else "".join(text))',
    '        elif kind == "error":',
    '            get_ipython().kernel.send_response(get_ipython().kernel.iopub_socket, "error", {k: output[k] for k in ("ename", "evalue", "traceback")})',
    "        else:",
    '            display(output["data"], metadata=output.get("metadata", {}), raw=True)',
  ].join("\n");
  return single(
    "test-hostile",
    "Test hostile",
    "Outputs that try to leave their frame.",
    [{ source: load }, { source: replay }, ...outputs.map(({ name }) => ({ source: `replay(${JSON.stringify(name)})` }))],
    outputs.map(({ name, text }) => [`outputs/${name}.json`, text] as const),
  );
}

export const testWorksheets = (): readonly TestWorksheet[] => [sum, steps, trouble, echo, hostile()];
