import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";

const blockBytes = 512;
const wholeBytes = 1024 * 1024;

type Entry = {
  readonly name: string;
  readonly kind: "file" | "folder" | "link" | "long name" | "long target";
  readonly mode: number;
  readonly bytes: number;
  readonly target: string;
};

const letters = { file: "0", folder: "5", link: "2", "long name": "L", "long target": "K" } as const;

/** A folder's content as a tar archive, made here: starting a program for it takes longer than reading the files. */
export async function* packFolder(folder: string): AsyncGenerator<Uint8Array> {
  yield* packLevel(folder, "");
  yield Buffer.alloc(2 * blockBytes);
}

async function* packLevel(folder: string, prefix: string): AsyncGenerator<Uint8Array> {
  for (const found of (await readdir(path.join(folder, prefix))).sort()) {
    const name = prefix + found;
    const at = path.join(folder, name);
    const stat = await lstat(at);
    const mode = stat.mode & 0o777;
    if (stat.isDirectory()) {
      yield* headers({ name: `${name}/`, kind: "folder", mode, bytes: 0, target: "" });
      yield* packLevel(folder, `${name}/`);
    } else if (stat.isSymbolicLink()) {
      yield* headers({ name, kind: "link", mode, bytes: 0, target: await readlink(at) });
    } else if (stat.isFile()) {
      yield* headers({ name, kind: "file", mode, bytes: stat.size, target: "" });
      if (stat.size <= wholeBytes) yield await readFile(at);
      else yield* createReadStream(at) as AsyncIterable<Uint8Array>;
      yield padding(stat.size);
    }
  }
}

/** Names longer than the field for them come before, as content of an entry of their own. */
function* headers(entry: Entry): Generator<Uint8Array> {
  const long: [string, Entry["kind"]][] = [
    [entry.name, "long name"],
    [entry.target, "long target"],
  ];
  for (const [text, kind] of long) {
    const bytes = Buffer.from(`${text}\0`);
    if (bytes.length <= 100) continue;
    yield header({ name: "././@LongLink", kind, mode: 0, bytes: bytes.length, target: "" });
    yield bytes;
    yield padding(bytes.length);
  }
  yield header(entry);
}

function header({ name, kind, mode, bytes, target }: Entry): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number): void => void block.write(value.toString(8).padStart(digits, "0"), at);
  Buffer.from(name).copy(block, 0, 0, 100);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(bytes, 124, 11);
  octal(0, 136, 11);
  block.write(" ".repeat(8), 148);
  block.write(letters[kind], 156);
  Buffer.from(target).copy(block, 157, 0, 100);
  block.write("ustar  \0", 257, "latin1");
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    6,
  );
  block.writeUInt8(0, 154);
  return block;
}

function padding(bytes: number): Uint8Array {
  return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}
