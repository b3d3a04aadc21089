/**
 * What a worksheet finds installed, from Debian's archive. Changing a line makes a new runtime beside the old one
 * (its name carries a hash of this file's lists), so old results keep saying what computed them.
 */
export const runtimeSuite = "trixie";
/** What that suite has of both languages. */
export const runtimeVersions = { python: "3.13", r: "4.5" } as const;

const libraryPackages = [
  // The kernels themselves.
  "python3-ipykernel",
  "python3-ipywidgets",
  "r-base-core",
  "r-cran-irkernel",
  // Scientific Python.
  "python3-altair",
  "python3-biopython",
  "python3-matplotlib",
  "python3-networkx",
  "python3-numpy",
  "python3-openpyxl",
  "python3-pandas",
  "python3-plotly",
  "python3-scipy",
  "python3-seaborn",
  "python3-sklearn",
  "python3-statsmodels",
  "python3-tqdm",
  // R, with the packages that R itself recommends (survival, MASS, nlme, ...).
  "r-recommended",
  "r-cran-ape",
  "r-cran-desolve",
  "r-cran-dplyr",
  "r-cran-ggplot2",
  "r-cran-tidyr",
  "r-cran-vegan",
] as const;

const jupyterPackages = [
  // What JupyterLab needs in order to run; see `unpackedPackages`.
  "python3-async-lru",
  "python3-jupyter-events",
  "python3-jupyter-server",
  "python3-jupyterlab-server",
  "python3-notebook-shim",
  "ca-certificates",
] as const;

/** Environments of projects are built upon images: with it, packages of Python are installed there without asking Debian's archive. */
const builderPackages = ["python3-venv"] as const;

const fontPackages = ["fonts-dejavu-core"] as const;
const terminalPackages = ["git", "less", "nano"] as const;

/** The process adapter's environment serves worksheets and labs; container images are two, one upon the other. */
export const runtimePackages = [...libraryPackages, ...jupyterPackages, ...fontPackages, ...terminalPackages] as const;
export const kernelImagePackages = [...libraryPackages, ...builderPackages, ...fontPackages] as const;
export const labImagePackages = [...jupyterPackages, ...terminalPackages] as const;

/**
 * Installed without their dependencies. Debian's jupyterlab asks for 540 Node packages (0.9 GB, of which a running
 * JupyterLab reads nothing: its pages are already built), so the Python ones are named above instead.
 */
export const unpackedPackages = ["jupyterlab"] as const;

/** What the host needs for sandboxes and for building the runtime; `up` installs them, `doctor` names them. */
export const hostPackages = ["bubblewrap", "mmdebstrap", "debian-archive-keyring"] as const;

/** What the host's own Debian packages must hold where no rootfs can be made. */
export const hostRuntimePackages = ["python3-ipykernel", "python3-matplotlib", "python3-numpy", "python3-pandas", "python3-scipy", "r-cran-irkernel"] as const;
