/**
 * Figures as Prometheus reads them: the text format 0.0.4,
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export type Metric = {
  /** Beginning with "sheaf_", with its unit last. */
  readonly name: string;
  readonly help: string;
  /** A counter only grows, for as long as the process lives that counts it. */
  readonly type: "gauge" | "counter";
  readonly samples: readonly Sample[];
};
export type Sample = { readonly value: number; readonly labels?: Readonly<Record<string, string>> };

export const metricsType = "text/plain; version=0.0.4; charset=utf-8";

/** A metric without a sample is left out: nothing is known of it. */
export function printMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const head = `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`;
      return head + samples.map(({ value, labels = {} }) => `${name}${printLabels(labels)} ${printNumber(value)}\n`).join("");
    })
    .join("");
}

function printLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function printNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf";
}
