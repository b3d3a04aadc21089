import { expect, test } from "vitest";
import type { CommitId } from "#lib/domain/ids.ts";
import { parseCommit } from "./commit-object.ts";

const id = "1".repeat(40) as CommitId;
const tree = `tree ${"2".repeat(40)}`;
const parsed = (text: string, encoding: BufferEncoding = "utf8") => parseCommit(id, Buffer.from(text, encoding));

test("reads parents, author, time and message, and passes over signatures", () => {
  const signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n parent nothing\n -----END PGP SIGNATURE-----";
  const parents = `parent ${"3".repeat(40)}\nparent ${"4".repeat(40)}`;
  const who = "author Ünï Cödé <u@x> 1700000000 +0100\ncommitter Grace <g@x> 1700000100 -0500";
  expect(parsed(`${tree}\n${parents}\n${who}\n${signature}\n\nA title\n\nparent of all\n\n`)).toEqual({
    commit: id,
    parents: ["3".repeat(40), "4".repeat(40)],
    message: "A title\n\nparent of all",
    author: "Ünï Cödé",
    at: new Date(1_700_000_100_000),
  });
});

test("reads commits of old programs: another encoding, no name, no message", () => {
  const old = parsed(`${tree}\nauthor Zo\u00eb <z@x> 1 +0000\ncommitter Zo\u00eb <z@x> 1 +0000\nencoding ISO-8859-1\n\ncaf\u00e9\n`, "latin1");
  expect([old.author, old.message, old.at.getTime()]).toEqual(["Zoë", "café", 1000]);
  expect(parsed(`${tree}\nauthor <z@x> 1 +0000\ncommitter <z@x> 1 +0000\nencoding nonsense\n\n`)).toMatchObject({ author: "", message: "", parents: [] });
  expect(parsed(tree)).toMatchObject({ author: "", message: "", at: new Date(0) });
});
