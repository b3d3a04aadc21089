import type { CompiledWorksheet, Language } from "#lib/domain/worksheet.ts";

/**
 * What a warm kernel of a language has loaded before anybody comes. Nothing of it is left in the worksheet's own
 * names: a notebook that forgot an import must fail here as it fails elsewhere. Drawing once loads the fonts.
 */
const general: { readonly [L in Language]: string } = {
  python: `exec("""
import io, warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        import numpy, pandas, matplotlib
        import matplotlib.pyplot as plot
        figure = plot.figure()
        figure.add_subplot().plot([0, 1])
        figure.savefig(io.BytesIO(), format="png")
        plot.close(figure)
        pandas.DataFrame({"a": [1]})._repr_html_()
    except Exception:
        pass
""", {})`,
  r: `local({ for (one in c("ggplot2", "dplyr", "repr", "IRdisplay")) suppressWarnings(requireNamespace(one, quietly = TRUE)); invisible(NULL) })`,
};

export function generalPreload(language: Language): readonly string[] {
  return [general[language]];
}

/** The import cells of a popular worksheet, besides what every kernel of its language loads. */
export function worksheetPreload(compiled: CompiledWorksheet): readonly string[] {
  const imports = compiled.cells.flatMap((cell) => (cell.kind === "code" && cell.role === "imports" ? [cell.source] : []));
  return [general[compiled.language], ...imports];
}
