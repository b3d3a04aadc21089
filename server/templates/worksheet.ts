import type { TemplateCell } from "./notebook-file.ts";

const about =
  "A population of yeast in a flask grows fast while there is room and slows as food runs short. The curve below is the logistic model of that; change its two constants to see what each of them does.";

const parameters = {
  growth_rate: { label: "Growth rate", unit: "per hour", type: "number", min: 0.05, max: 2, step: 0.05, help: "How fast a small population grows." },
  carrying_capacity: { label: "Carrying capacity", unit: "million cells", type: "integer", min: 10, max: 1000, help: "How many the flask feeds in the end." },
};

/** One figure and two parameters, in Python. */
export const pythonWorksheet: readonly TemplateCell[] = [
  { markdown: about },
  { code: "import matplotlib.pyplot as plt\nimport numpy as np" },
  { code: "growth_rate = 0.5\ncarrying_capacity = 200", tags: ["parameters"], parameters },
  {
    code: [
      "hours = np.linspace(0, 24, 200)",
      "first = 1",
      "cells = carrying_capacity / (1 + (carrying_capacity - first) / first * np.exp(-growth_rate * hours))",
      "",
      "fig, ax = plt.subplots(figsize=(6, 3.5), dpi=150)",
      'ax.plot(hours, cells, color="#0072B2", linewidth=2)',
      'ax.axhline(carrying_capacity, color="#9aa1ab", linewidth=1, linestyle="--")',
      'ax.set(xlabel="Hours", ylabel="Cells (millions)", title="Growth in a flask", xlim=(0, 24), ylim=(0, None))',
      'ax.spines[["top", "right"]].set_visible(False)',
      "plt.show()",
    ].join("\n"),
  },
  { code: 'half = np.log((carrying_capacity - first) / first) / growth_rate\nprint(f"Half of the capacity is reached after {half:.1f} hours.")' },
];

/** The same in R. */
export const rWorksheet: readonly TemplateCell[] = [
  { markdown: about },
  { code: "library(ggplot2)" },
  { code: "growth_rate <- 0.5\ncarrying_capacity <- 200", tags: ["parameters"], parameters },
  {
    code: [
      "options(repr.plot.width = 6, repr.plot.height = 3.5, repr.plot.res = 150)",
      "first <- 1",
      "growth <- data.frame(hours = seq(0, 24, length.out = 200))",
      "growth$cells <- carrying_capacity / (1 + (carrying_capacity - first) / first * exp(-growth_rate * growth$hours))",
      "",
      "ggplot(growth, aes(hours, cells)) +",
      '  geom_hline(yintercept = carrying_capacity, colour = "#9aa1ab", linetype = "dashed") +',
      '  geom_line(colour = "#0072B2", linewidth = 0.9) +',
      '  labs(x = "Hours", y = "Cells (millions)", title = "Growth in a flask") +',
      "  theme_minimal(base_size = 11)",
    ].join("\n"),
  },
  {
    code: 'half <- log((carrying_capacity - first) / first) / growth_rate\ncat(sprintf("Half of the capacity is reached after %.1f hours.\\n", half))',
  },
];
