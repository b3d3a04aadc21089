import { measureLimits, measurePages, type PageMeasure } from "./measure-pages.ts";
import { pause } from "./measure-runs.ts";
import { against } from "./report.ts";
import type { Bench } from "./run.ts";
import { milliseconds, table } from "./statistics.ts";

const small = 10;
const large = 10_000;

/** (c) What the pages of the library cost, at ten worksheets and at ten thousand. */
export async function reportPages({ server, visitor, signedIn, report }: Bench, growTo: (size: number) => Promise<number>): Promise<void> {
  const limits = await measureLimits(server.port, visitor);
  const slugs = (await visitor.worksheets("?limit=50")).items.map((item) => item.slug);
  const smallSize = slugs.length;
  const few = await measurePages(server.port, visitor, signedIn, slugs);
  const largeSize = await growTo(large);
  // The database tidies up after ten thousand new rows: that is not what a page costs.
  await pause(15_000);
  const many = await measurePages(server.port, visitor, signedIn, slugs);
  const row = ({ name, load }: PageMeasure, worksheets: string) => [
    name,
    worksheets,
    String(Math.round(load.perSecond)),
    milliseconds(load.p50Ms),
    milliseconds(load.p95Ms),
    `${Math.round(load.bytes / 1024)} kB`,
    String(load.failed),
  ];
  const rows = few.flatMap((measure, index) => {
    const grown = many[index];
    return [row(measure, String(smallSize)), ...(grown ? [row(grown, largeSize.toLocaleString("en"))] : [])];
  });
  const staticRate = limits[0]?.load.perSecond ?? Number.NaN;
  const judged = few.flatMap((measure, index) => {
    const ratio = (many[index]?.load.perSecond ?? 0) / measure.load.perSecond;
    const grows = `- ${measure.name}: ${against(`costs no more at ${large.toLocaleString("en")} than at ${small} (${ratio.toFixed(2)} of the rate)`, ratio >= 0.8)}`;
    const cached = measure.name.endsWith("visitor") && !measure.name.startsWith("search");
    const share = measure.load.perSecond / staticRate;
    return cached ? [`${grows}; ${against(`served like a static page (${share.toFixed(2)} of its rate)`, share >= 0.7)}`] : [grows];
  });
  report.add(
    "Pages",
    "Eight connections, each asking again as soon as it was answered, 3 s a line, through gateway and web on the loopback interface.",
    table(["page", "worksheets", "requests/s", "median", "p95", "size", "failed"], [...limits.map((measure) => row(measure, "")), ...rows]),
    judged.join("\n"),
  );
}
