import { describe, expect, test } from "vitest";
import { readBytes } from "./read-body.ts";

describe("reading a body", () => {
  const endless = () => {
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1000;
        controller.enqueue(new Uint8Array(1000));
      },
    });
    return { stream, sent: () => sent };
  };

  test("stops at the limit, whatever the headers claim", async () => {
    const { stream, sent } = endless();
    const request = new Request("http://x.test", { method: "POST", body: stream, duplex: "half", headers: { "content-length": "5" } } as RequestInit);
    expect(await readBytes(request, 10_000)).toMatchObject({ ok: false, failure: { code: "too_large" } });
    expect(sent()).toBeLessThan(20_000);
  });

  test("does not begin where the headers say that it is too large", async () => {
    const request = new Request("http://x.test", { method: "POST", body: "12345", headers: { "content-length": "50000" } });
    expect(await readBytes(request, 10_000)).toMatchObject({ ok: false, failure: { code: "too_large" } });
    expect(request.bodyUsed).toBe(false);
  });

  test("gives the bytes as they were", async () => {
    const result = await readBytes(new Request("http://x.test", { method: "POST", body: "grüße" }), 100);
    expect(result.ok && new TextDecoder().decode(result.value)).toBe("grüße");
  });
});
