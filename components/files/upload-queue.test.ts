import { expect, test } from "vitest";
import { besidePath } from "./upload-queue.ts";

test("a name beside another is numbered before its ending, and counts on", () => {
  expect(besidePath("private/data.csv")).toBe("private/data (2).csv");
  expect(besidePath("private/data (2).csv")).toBe("private/data (3).csv");
  expect(besidePath("v1.2/readme")).toBe("v1.2/readme (2)");
  expect(besidePath(".profile")).toBe(".profile (2)");
});
