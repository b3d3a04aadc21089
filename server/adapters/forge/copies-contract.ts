import { expect, test } from "vitest";
import type { CommitId, RepositoryId } from "#lib/domain/ids.ts";
import type { Forge } from "#server/ports/forge.ts";
import { failure, repositoryOf, request, text, value } from "./contract-values.ts";

/** What every forge owes whoever copies a project and follows what it was copied from. */
export function copiesContract(given: () => Forge): void {
  /** Copies may be made in the background. */
  const ready = async (id: RepositoryId): Promise<void> => {
    for (;;) {
      const state = value(await given().stateOf(id));
      if (state === "ready") return;
      if (state === "failed") throw new Error("the copy failed");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test("forks into a repository of its own that outlives its source and holds its main line only", async () => {
    const forge = given();
    const { id, commit } = await repositoryOf(forge, { "a.txt": "one" });
    value(await forge.commit(id, { ...request({ "secret.txt": "preview" }), ref: "preview/x" }));
    const copy = value(await forge.fork(id, "copy"));
    await ready(copy);
    expect(value(await forge.resolve(copy, "main"))).toBe(commit);
    expect(await failure(forge.resolve(copy, "preview/x"))).toBe("not_found");
    const mine = value(await forge.commit(copy, request({ "a.txt": "mine" }, commit)));
    expect(value(await forge.resolve(id, "main"))).toBe(commit);
    expect(await failure(forge.readFile(id, mine, "a.txt", 10))).toBe("not_found");
    value(await forge.maintain(copy));
    value(await forge.deleteRepository(id));
    expect(text(value(await forge.readFile(copy, commit, "a.txt", 10)))).toBe("one");
    expect(text(value(await forge.readFile(copy, mine, "a.txt", 10)))).toBe("mine");
    const empty = value(await forge.fork(value(await forge.createRepository("empty")), "copy of nothing"));
    await ready(empty);
    expect(await failure(forge.resolve(empty, "main"))).toBe("not_found");
    expect(await failure(forge.fork(id, "of what is gone"))).toBe("not_found");
    expect(await failure(forge.stateOf(id))).toBe("not_found");
  });

  test("takes over a commit of another repository, also of one that shares nothing", async () => {
    const forge = given();
    const { id, commit } = await repositoryOf(forge, { "a.txt": "one", "b.txt": "two" });
    const copy = value(await forge.fork(id, "copy"));
    await ready(copy);
    const newer = value(await forge.commit(id, request({ "a.txt": "newer" }, commit)));
    for (const taken of await Promise.all([1, 2, 3].map(() => forge.takeOver(copy, id, newer)))) value(taken);
    value(await forge.takeOver(copy, id, newer));
    expect(value(await forge.resolve(copy, "main"))).toBe(commit);
    expect(text(value(await forge.readFile(copy, newer, "a.txt", 10)))).toBe("newer");
    expect(value(await forge.mergeBase(copy, newer, commit))).toBe(commit);
    const stranger = await repositoryOf(forge, { "c.txt": "three" });
    value(await forge.takeOver(copy, stranger.id, stranger.commit));
    value(await forge.deleteRepository(stranger.id));
    value(await forge.maintain(copy));
    expect(text(value(await forge.readFile(copy, stranger.commit, "c.txt", 10)))).toBe("three");
    expect(await failure(forge.takeOver(copy, id, stranger.commit))).toBe("not_found");
    expect(await failure(forge.takeOver(copy, stranger.id, stranger.commit))).toBe("not_found");
    expect(await failure(forge.takeOver(copy, id, "--all" as CommitId))).toBe("not_found");
  });
}
