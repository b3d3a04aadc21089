import type Docker from "dockerode";

const lastBytes = 2000;

/** What a container wrote last, for whoever looks for the reason of its end. */
export async function readLog(api: Docker.Container): Promise<string> {
  const said: Buffer | null = await api.logs({ stdout: true, stderr: true, tail: 50, follow: false }).catch(() => null);
  return said === null ? "" : withoutFrames(said).slice(-lastBytes);
}

/** Each piece has eight bytes before it: which stream, and how long. */
function withoutFrames(said: Buffer): string {
  let text = "";
  for (let at = 0; at + 8 <= said.length; ) {
    const length = said.readUInt32BE(at + 4);
    text += said.subarray(at + 8, at + 8 + length).toString();
    at += 8 + length;
  }
  return text;
}
