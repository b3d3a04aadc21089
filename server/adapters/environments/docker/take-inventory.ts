import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { type Inventory, normaliseName } from "#lib/environment/trim-plan.ts";

const listAll = `
dpkg-query --show --showformat='debian \${Package} \${Version}\\n'
python3 -c '
from importlib.metadata import distributions
for one in distributions():
    print("python", one.metadata["Name"], one.version)'
Rscript --vanilla -e 'cat(sprintf("r %s\\n", rownames(installed.packages())), sep = "")'
`;
const answerMs = 120_000;

/** What an image has installed, by its own word: of the site's own image alone, which nobody else writes to. */
export async function takeInventory(engine: Docker, imageId: string): Promise<Inventory> {
  const out = new PassThrough();
  const said: Buffer[] = [];
  out.on("data", (chunk: Buffer) => said.push(chunk));
  const container = await engine.createContainer({
    Image: imageId,
    Entrypoint: ["/bin/sh", "-c"],
    Cmd: [listAll],
    User: "65534:65534",
    Labels: { "sheaf.kind": "build" },
    HostConfig: {
      Tmpfs: { "/tmp": "mode=1777" },
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      PidsLimit: 64,
    },
  });
  const timer = setTimeout(() => void container.kill().catch(() => undefined), answerMs);
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    engine.modem.demuxStream(stream, out, new PassThrough().resume());
    await container.start();
    await container.wait();
    return readInventory(Buffer.concat(said).toString());
  } finally {
    clearTimeout(timer);
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

function readInventory(text: string): Inventory {
  const debian: Record<string, string> = {};
  const python: Record<string, string> = {};
  const r: string[] = [];
  for (const line of text.split("\n")) {
    const [kind, name = "", version = ""] = line.split(" ");
    if (kind === "debian" && name !== "") debian[name] = version;
    if (kind === "r" && name !== "") r.push(name);
    if (kind === "python" && name !== "") python[normaliseName(name)] = version;
  }
  return { debian, python, r };
}
