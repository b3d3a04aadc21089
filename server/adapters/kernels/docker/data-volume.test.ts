import { expect, test } from "vitest";
import { placeMount } from "./data-volume.ts";

const nfs = { type: "nfs", options: "addr=nfs.example.org,rw,nfsvers=4.2", device: ":/export/sheaf" };
const home = { source: "/srv/sheaf/homes/ada", target: "/home/ada", access: "write" } as const;

test("a folder of the data folder becomes a volume of its own, of no more than that folder", () => {
  const mount = placeMount(home, "/srv/sheaf", nfs);
  expect(mount).toMatchObject({ target: "/home/ada", access: "write", volume: { type: "nfs", o: nfs.options, device: ":/export/sheaf/homes/ada" } });
  expect(placeMount(home, "/srv/sheaf", nfs)).toEqual(mount);
  expect(placeMount({ ...home, source: "/srv/sheaf/homes/bob" }, "/srv/sheaf", nfs).source).not.toBe(mount.source);
  expect(placeMount(home, "/srv/sheaf", { ...nfs, options: "addr=other,rw" }).source).not.toBe(mount.source);
});

test("what is this machine's own stays a folder, and so does everything where no volume is set", () => {
  expect(placeMount(home, "/srv/sheaf", null)).toEqual(home);
  for (const source of ["/var/lib/sheaf/x", "/srv/sheaf-2/homes/ada", "/srv/sheaf"])
    expect(placeMount({ ...home, source }, "/srv/sheaf", nfs).source).toBe(source);
});
