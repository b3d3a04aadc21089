import { fail } from "#lib/result.ts";
import { saysFullDisk } from "../full-disk.ts";
import { refuse } from "./import-address.ts";

type Failed = ReturnType<typeof fail>;

/** Git's own words (in the C locale) for the person who asked for the import. */
export function describeFailure(stderr: string, host: string, hadCredentials: boolean): Failed {
  const said = (pattern: RegExp): boolean => pattern.test(stderr);
  if (saysFullDisk(stderr)) return fail("unavailable", "The server's disk is full, so that nothing was imported.");
  if (said(/couldn't find remote ref/)) return refuse("The project at this address is empty: there is nothing to import.");
  if (said(/Authentication failed|could not read (?:Username|Password)|returned error: 40[13]/)) return refuseCredentials(host, hadCredentials);
  if (said(/repository '.*' not found|returned error: 404/))
    return refuse(`${host} has no project at this address, or it is private and needs a name and password (or an access token).`);
  if (said(/returned error: 30\d|redirect/i))
    return refuse("The address leads on to another one. Enter the address that it leads to; often it only lacks .git at its end.");
  if (said(/not valid: is this a git repository|dumb http transport|not a git repository/))
    return refuse("There is no project that can be brought in at this address.");
  if (said(/certificate|SSL|TLS/)) return refuse(`The certificate of ${host} could not be verified.`);
  if (said(/fsck|bad pack|index-pack|unpack-objects|invalid|corrupt|did not send all necessary objects/))
    return fail("invalid", "What is kept at this address is damaged or unsafe, so that nothing was imported.");
  if (said(/Operation too slow/)) return fail("unavailable", `${host} stopped sending. Try again later.`);
  return fail("unavailable", `${host} did not answer as a server that keeps projects does. Try again later.`);
}

function refuseCredentials(host: string, had: boolean): Failed {
  const sentence = had
    ? `${host} refused this name and password. Many servers want an access token in place of the password.`
    : `${host} has no project at this address for everybody: it is private and needs a name and password (or an access token).`;
  return fail("invalid", sentence, { fields: { password: sentence } });
}
