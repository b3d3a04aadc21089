/** The same door as the API's: a link on a page carries the browser's cookies. */
export { GET } from "#app/api/v1/runs/[id]/files/[...path]/route.ts";
