import { describe, expect, it } from "vitest";
import type { Work } from "./prepare-work.ts";
import { workInThread } from "./work-thread.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const fine: Work = { kind: "notebook", bytes: bytes('{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []}') };

describe("the thread for large notebooks", () => {
  it("is started again after it broke down, and says so to whoever asked for that", async () => {
    const broken = { kind: "nothing that it knows" } as unknown as Work;
    expect(await workInThread(broken)).toMatchObject({ ok: false, failure: { code: "invalid" } });
    expect(await workInThread(fine)).toMatchObject({ ok: true, value: { kind: "notebook" } });
  });

  it("answers each of several questions at once, and turns away what would wait too long", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => workInThread(fine)));
    expect(answers.filter((answer) => answer.ok).length).toBe(8);
    for (const answer of answers.slice(8)) expect(answer).toMatchObject({ ok: false, failure: { code: "unavailable", retryAfterSeconds: 5 } });
  });
});
