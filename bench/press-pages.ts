/** Load in a process of its own, so that it slows nothing but the server: `press-pages.ts <port> <headers as JSON> <seconds> <path…>`. Prints the Load as JSON. */
import { measureLoad } from "./load.ts";

const [port = "", headers = "{}", seconds = "3", ...paths] = process.argv.slice(2);
console.log(JSON.stringify(await measureLoad({ port: Number(port), paths, headers: JSON.parse(headers) as Record<string, string> }, Number(seconds))));
