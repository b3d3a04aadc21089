import { unknownAddress } from "#server/next/unknown-address.ts";

export { unknownAddress as DELETE, unknownAddress as GET, unknownAddress as HEAD, unknownAddress as PATCH, unknownAddress as POST, unknownAddress as PUT };
