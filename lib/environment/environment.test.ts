import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Environment } from "#lib/domain/environment.ts";
import { detectEnvironment } from "./detect-environment.ts";
import { environmentText } from "./environment-key.ts";
import type { ProjectFile } from "./project-files.ts";
import { readApt } from "./read-apt.ts";
import { readConda } from "./read-conda.ts";
import { readDockerfile } from "./read-dockerfile.ts";
import { readInstallR } from "./read-install-r.ts";
import { readPyProject } from "./read-pyproject.ts";
import { readRuntime } from "./read-runtime.ts";
import { readRequirement } from "./requirement-line.ts";

const base = { python: "3.13", r: "4.5" };
type Given = Readonly<Record<string, string | Uint8Array | { readonly link: true }>>;

function detect(given: Given, hasRepo2docker = false): Promise<Environment> {
  const files = Object.entries(given).map(
    ([path, content]): ProjectFile => ({ path, kind: typeof content === "object" && "link" in content ? "link" : "file" }),
  );
  const read = async (path: string, limitBytes: number) => {
    const content = given[path];
    if (content === undefined || (typeof content === "object" && "link" in content)) return "absent";
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return bytes.length > limitBytes ? "too_large" : bytes;
  };
  return detectEnvironment(files, read, { base, hasRepo2docker });
}
const errors = ({ problems }: Environment): string[] =>
  problems.filter(({ severity }) => severity === "error").map(({ path, line, message }) => `${path}:${line ?? ""} ${message}`);

describe("which kind a project asks for", () => {
  const kinds: [Given, Environment["kind"]][] = [
    [{ "notebook.ipynb": "{}" }, "none"],
    [{ "requirements.txt": "" }, "none"],
    [{ "pyproject.toml": "[tool.ruff]\nline-length = 100" }, "none"],
    [{ "apt.txt": "jq" }, "system"],
    [{ postBuild: "true" }, "system"],
    [{ "requirements.txt": "numpy", "apt.txt": "jq" }, "python"],
    [{ "pyproject.toml": '[project]\nname = "a"\ndependencies = ["numpy"]' }, "python"],
    [{ Pipfile: "", "requirements.txt": "numpy" }, "pipfile"],
    [{ "environment.yml": "dependencies: [numpy]", Pipfile: "", "requirements.txt": "numpy" }, "conda"],
    [{ "environment.yml": "dependencies: [r-base]", "install.R": "1" }, "conda"],
    [{ "install.R": 'install.packages("vegan")', "requirements.txt": "numpy" }, "r"],
    [{ "runtime.txt": "r-2025-03-01", "environment.yml": "dependencies: [numpy]" }, "r"],
    [{ DESCRIPTION: "Package: a", "environment.yml": "" }, "r"],
    [{ "default.nix": "", DESCRIPTION: "" }, "nix"],
    [{ "Project.toml": "", "default.nix": "" }, "julia"],
    [{ Dockerfile: "FROM debian", "Project.toml": "" }, "dockerfile"],
  ];
  test.each(kinds)("of %j", async (given, kind) => {
    expect((await detect(given)).kind).toBe(kind);
  });

  test("binder/ hides what stands at the root, and so does .binder/", async () => {
    const atRoot = { "requirements.txt": "numpy", Dockerfile: "FROM debian" };
    expect(await detect({ ...atRoot, "binder/apt.txt": "jq" })).toMatchObject({ kind: "system", folder: "binder/" });
    expect(await detect({ ...atRoot, ".binder/apt.txt": "jq" })).toMatchObject({ kind: "system", folder: ".binder/" });
    expect(await detect({ ...atRoot, "binder/readme.md": "" })).toMatchObject({ kind: "none", folder: "binder/" });
    expect(errors(await detect({ "binder/apt.txt": "jq", ".binder/apt.txt": "jq" }))[0]).toContain("two folders");
  });

  test("what the site cannot build is said at once, with what would help", async () => {
    for (const given of [{ Pipfile: "" }, { "Project.toml": "" }, { "default.nix": "" }, { DESCRIPTION: "" }, { "setup.py": "" }]) {
      const found = await detect(given);
      expect(found.plan).toBeNull();
      expect(errors(found)).toHaveLength(1);
      expect(found.files[0]?.use).toBe("refused");
      expect((await detect(given, true)).plan).toMatchObject({ builder: "repo2docker" });
    }
  });

  test("each file is told as built, ignored or refused", async () => {
    const found = await detect({ "environment.yml": "dependencies: [numpy]", "requirements.txt": "pandas", "apt.txt": "jq" });
    expect(found.files).toEqual([
      { path: "environment.yml", use: "built", says: "Asks for 1 package of conda." },
      { path: "requirements.txt", use: "ignored", says: "Is not used: environment.yml comes before it." },
      { path: "apt.txt", use: "built", says: "Asks for 1 package of Debian." },
    ]);
  });
});

describe("hostile and broken files", () => {
  test("nothing but names of packages passes apt.txt", () => {
    const { packages, problems } = readApt(
      "jq curl # tools\n  gcc-14=14.2.0-19\nlibstdc++6\n\njq; rm -rf /\n--allow-downgrades\n$(id)\n`id`\nnano-\nA\n../x\na=1=2\na=$(id)",
    );
    expect(packages).toEqual(["curl", "gcc-14=14.2.0-19", "jq", "libstdc++6", "rm"]);
    expect([...new Set(problems.map(({ line }) => line))]).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });

  test("whatever stands in apt.txt, what is installed has no sign that a shell would obey", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab0+-.=;|&$`'\"\\ \n\t()<>*?~!#\0") }), (text) => {
        for (const name of readApt(text).packages) expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]*(=[A-Za-z0-9.+~:-]+)?$/);
      }),
    );
  });

  test("whatever requirement is passed on is one line without variables, paths or commands", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab1.-_[],;=<>~!@ :/{$}`'\"\\\n#") }), (text) => {
        const found = readRequirement(text);
        if (found.kind === "package") expect(found.line).not.toMatch(/[\n`$\\]|^[-./]/);
      }),
    );
  });

  test.each([
    ["-r ../../etc/passwd", "leads out of this project"],
    ["-r /etc/passwd", "leads out of this project"],
    ["-r absent.txt", "is not in this project"],
    ["-r linked.txt", "is a link"],
    ["-r https://example.org/list.txt", "is elsewhere"],
    ["-e .", "for editing"],
    [".", "is a folder"],
    ["./package", "is a folder"],
    ["numpy; import os", "is not understood"],
    ["--trusted-host example.org", "is not passed on"],
    ["--config-settings a=b", "is not passed on"],
    ["--index-url http://example.org/simple", "https://"],
    ["--index-url https://me:secret@example.org/simple", "password"],
    [`--index-url https://example.org/\${TOKEN}`, "Variables"],
    ["a @ file:///etc/passwd", "https://"],
    ["git+ssh://git@example.org/a.git", "https://"],
    ["wheels/absent-1-py3-none-any.whl", "is not in this project"],
    ["numpy --global-option=x", "is not understood"],
  ])("requirements.txt with %s is refused at its line", async (line, words) => {
    const found = await detect({ "requirements.txt": `numpy\n${line}\n`, "linked.txt": { link: true } });
    expect(errors(found)).toHaveLength(1);
    expect(errors(found)[0]).toMatch(/^requirements\.txt:2 /);
    expect(errors(found)[0]).toContain(words);
    expect(found.plan).toBeNull();
  });

  test("NUL, other encodings, huge files and links are told, not read", async () => {
    expect(errors(await detect({ "apt.txt": "jq\0" }))[0]).toContain("NUL");
    expect(errors(await detect({ "apt.txt": Uint8Array.of(0xff, 0xfe, 0x41) }))[0]).toContain("UTF-8");
    expect(errors(await detect({ "requirements.txt": "a\n".repeat(200_000) }))[0]).toContain("256 KB");
    expect(errors(await detect({ "requirements.txt": { link: true } }))[0]).toContain("is a link");
    expect(errors(await detect({ binder: { link: true } }))[0]).toContain("is a link");
  });

  test("lists that name one another are read once", async () => {
    const found = await detect({ "requirements.txt": "-r more/a.txt\nnumpy", "more/a.txt": "-r ../requirements.txt\npandas" });
    expect(found.plan?.python?.requirements).toEqual(["pandas", "numpy"]);
    expect(found.plan?.sources).toEqual(["more/a.txt", "requirements.txt"]);
  });

  test("environment.yml does not grow by aliases, tags or unknown keys", () => {
    const bomb = `a: &a [1, 1]\nb: &b [*a, *a]\ndependencies: [*b, *b]`;
    expect(readConda(bomb).problems[0]?.severity).toBe("error");
    expect(readConda("dependencies: [!!js/function 'x']").plan.dependencies).not.toContain("function");
    expect(readConda("dependencies:\n - a\n b").problems[0]).toMatchObject({ severity: "error", line: 3 });
    const { problems, plan } = readConda('channels: ["$(id)", "http://a.b"]\ndependencies: ["a; id", "-x", {pip: [1]}]\nvariables: {LD_PRELOAD: x, A: "b"}');
    expect(problems.filter(({ severity }) => severity === "error")).toHaveLength(6);
    expect(plan).toEqual({ channels: [], dependencies: [], variables: { A: "b" } });
  });
});

describe("lists that people write", () => {
  test("pip's usual lines are passed on as they are", async () => {
    const lines = [
      "--index-url https://packages.example.org/simple",
      "--pre",
      "--only-binary=:all:",
      "numpy",
      "pandas>=2.2,<3",
      "scikit_learn[extra, more]==1.5.*",
      'tomli; python_version < "3.11"',
      "a @ https://example.org/a-1.0-py3-none-any.whl",
      "git+https://example.org/a.git@v1",
    ];
    const found = await detect({ "requirements.txt": `# ours\n${lines.join("\n")}\nsix==1.16.0 \\\n  --hash=sha256:abcd # pinned\n` });
    expect(errors(found)).toEqual([]);
    expect(found.plan?.python?.requirements).toEqual(["--index-url=https://packages.example.org/simple", ...lines.slice(1), "six==1.16.0 --hash=sha256:abcd"]);
  });

  test("wheels of the project, and lists beside them, are what the build is given", async () => {
    const given = {
      "binder/requirements.txt": "-r ../base.txt\n-c ../constraints.txt\n--find-links ../wheels\n../wheels/tool-1.0-py3-none-any.whl",
      "base.txt": "numpy",
      "constraints.txt": "numpy<3",
      "wheels/tool-1.0-py3-none-any.whl": Uint8Array.of(1),
      "wheels/notes.md": "",
      "notebook.ipynb": "{}",
    };
    const found = await detect(given);
    expect(errors(found)).toEqual([]);
    expect(found.plan?.python).toEqual({
      requirements: ["numpy", "--find-links=/opt/sheaf/project/wheels", "/opt/sheaf/project/wheels/tool-1.0-py3-none-any.whl"],
      constraints: ["numpy<3"],
    });
    expect(found.plan?.sources).toEqual(["base.txt", "binder/requirements.txt", "constraints.txt", "wheels/tool-1.0-py3-none-any.whl"]);
  });

  test("environment.yml says channels, packages, those of pip and variables", async () => {
    const text =
      "name: x\nchannels: [conda-forge, https://example.org/c]\ndependencies:\n  - python=3.11\n  - numpy >=1.26,<3\n  - conda-forge::r-base\n  - pip:\n    - six\nvariables:\n  MODE: fast";
    const { plan, problems } = await detect({ "environment.yml": text });
    expect(problems).toEqual([]);
    expect(plan?.conda).toEqual({
      channels: ["conda-forge", "https://example.org/c"],
      dependencies: ["python=3.11", "numpy >=1.26,<3", "conda-forge::r-base"],
      pip: ["six"],
      variables: { MODE: "fast" },
    });
  });

  test("runtime.txt names what is there, or is refused with the way out", () => {
    expect(readRuntime("python-3.13\n", base)).toEqual({ language: "python", snapshotDate: null, problems: [] });
    expect(readRuntime("python-3.11", base).problems[0]?.message).toContain("environment.yml, with python=3.11");
    expect(readRuntime("r-2025-03-01", base)).toEqual({ language: "r", snapshotDate: "2025-03-01", problems: [] });
    expect(readRuntime("r-4.5-2025-03-01", base)).toMatchObject({ language: "r", snapshotDate: "2025-03-01", problems: [] });
    expect(readRuntime("r-4.1", base).problems[0]?.message).toContain("r-base=4.1");
    expect(readRuntime("r-2025-02-30", base).problems).toHaveLength(1);
    expect(readRuntime("r-2015-01-01", base).problems).toHaveLength(1);
    for (const text of ["", "r-", "julia-1.9", "python-3.13; id"])
      expect(readRuntime(text, base)).toMatchObject({ language: null, problems: [{ severity: "error" }] });
  });

  test("install.R says which packages have to be there afterwards", () => {
    const { packages, problems } = readInstallR('install.packages(c("vegan", \'ape\')) # "not this"\ninstall.packages("../x")\nremotes::install_github("a/b")');
    expect(packages).toEqual(["ape", "vegan"]);
    const isOnly = (text: string): boolean => readInstallR(text).onlyInstalls;
    expect([isOnly('install.packages(c("a1", "b1"))  # both\n'), isOnly("install.packages('a1'); install.packages(\"b1\")")]).toEqual([true, true]);
    expect([isOnly('install.packages("a1", repos = x)'), isOnly('install.packages("a1")\nq()'), isOnly("install.packages(readLines())")]).toEqual([
      false,
      false,
      false,
    ]);
    expect(problems).toMatchObject([
      { severity: "warning", line: 3 },
      { severity: "error", line: 2 },
    ]);
  });

  test("pyproject.toml says what it needs, or why that cannot be known", () => {
    expect(readPyProject('[project]\ndependencies = ["numpy>=2"]').dependencies).toEqual(["numpy>=2"]);
    expect(readPyProject('[project]\ndynamic = ["dependencies"]').problems[0]?.severity).toBe("error");
    expect(readPyProject('[tool.poetry.dependencies]\nnumpy = "*"').problems[0]?.message).toContain("Poetry");
    expect(readPyProject("[project\n").problems[0]).toMatchObject({ severity: "error", line: 1 });
  });

  test("a Dockerfile is given what it copies, never a notebook", async () => {
    const given = {
      Dockerfile: "FROM debian\nCOPY --chown=1:1 data \\\n  *.py /x/\n",
      "data/a.csv": "",
      "b.py": "",
      "c.ipynb": "",
      "d.txt": "",
    };
    const found = await detect(given);
    expect(errors(found)).toEqual([]);
    expect(found.plan).toMatchObject({ dockerfile: "Dockerfile", sources: ["Dockerfile", "b.py", "data/a.csv"] });
    expect((await detect({ ...given, Dockerfile: "FROM debian\nCOPY . /x" })).plan?.sources).toEqual(["Dockerfile", "b.py", "d.txt", "data/a.csv"]);
    expect(
      errors(await detect({ ...given, Dockerfile: "FROM debian\nCOPY c.ipynb /x\nCOPY ../x /x\nCOPY $WHAT /x" })).map((text) => text.split(" ")[0]),
    ).toEqual(["Dockerfile:2", "Dockerfile:3", "Dockerfile:4"]);
    expect(
      readDockerfile("# only\nRUN --mount=type=cache true\nVOLUME /data\nRUN cat <<EOF\n").problems.filter(({ severity }) => severity === "error"),
    ).toHaveLength(4);
  });
});

describe("what a Dockerfile stands on", () => {
  const said = (text: string): string[] =>
    readDockerfile(text)
      .problems.filter(({ severity }) => severity === "error")
      .map(({ line, message }) => `${line} ${message}`);

  test("images by name, earlier stages and the site's own base", () => {
    const text = [
      "# escape=`",
      "ARG OWNER=jupyter",
      "FROM --platform=linux/amd64 $OWNER/base-notebook:2026 AS Made",
      `FROM ${"$"}{WHAT:-debian:trixie-slim}`,
      "COPY --from=made /a `",
      "  /b",
      "COPY --from=0 /a /c",
      "FROM made",
      `FROM ${"$"}{SHEAF_BASE}`,
      "FROM scratch",
    ].join("\n");
    expect(said(text)).toEqual([]);
    expect(readDockerfile(text).bases).toEqual(["jupyter/base-notebook:2026", "debian:trixie-slim"]);
    expect(readDockerfile(text).copies).toEqual([]);
  });

  test.each([
    ["FROM sheaf/environment:0123456789abcdef", "another project's environment"],
    ["FROM registry.example.org/sheaf/environment@sha256:00", "another project's environment"],
    ["ARG X=sheaf/environment:1\nFROM $X", "another project's environment"],
    ["FROM sheaf/environ\\ment:1", "no name of an image"],
    ['FROM "sheaf/environment:1"', "no name of an image"],
    ["FROM 0123456789ab", "is an id"],
    ["FROM sha256:0123456789ab", "is an id"],
    ["FROM $ELSEWHERE", "depends on a variable"],
    ["FROM debian\nCOPY --from=sheaf/environment:1 / /x", "no earlier stage"],
    ["FROM debian\nCOPY --from=0 / /x", "no earlier stage"],
    ["FROM debian AS a\nCOPY --from=a / /x", "no earlier stage"],
    ["FROM debian\nONBUILD COPY --from=other / /x", "no earlier stage"],
    ["FROM debian\nADD http://127.0.0.1/metrics /x", "fetches nothing"],
    ['FROM debian\nADD ["HTTPS://example.org/x", "/x"]', "fetches nothing"],
    ["FROM debian\nADD git@example.org:x /x", "fetches nothing"],
    // Only a comment by then: the line goes on to nowhere, and the next one counts.
    ["FROM debian\n# escape=`\nRUN echo `\nADD http://127.0.0.1/ /x", "fetches nothing"],
  ])("not what is another's, nor what the container engine would fetch: %s", (text, reason) => {
    expect(said(text)).toEqual([expect.stringContaining(reason)]);
  });
});

describe("the text that names an environment", () => {
  const given = { "requirements.txt": "numpy", "notebook.ipynb": "{}", "data.csv": "1" };
  const nameOf = async (files: Given, more: Partial<Parameters<typeof environmentText>[0]> = {}): Promise<string> => {
    const { plan } = await detect(files);
    if (!plan) throw new Error("There is no plan.");
    const sources = new Map(plan.sources.map((path) => [path, String(files[path])]));
    return environmentText({ plan, sources, baseDigest: "sha256:1", builderVersion: "1", ...more });
  };

  test("does not change with notebooks and data, nor with the order of files", async () => {
    const first = await nameOf(given);
    expect(await nameOf({ ...given, "notebook.ipynb": "{ }", "data.csv": "2", "new.ipynb": "" })).toBe(first);
    expect(await nameOf(Object.fromEntries(Object.entries(given).reverse()))).toBe(first);
  });

  test("changes with a package, with the base and with the builder", async () => {
    const all = [
      await nameOf(given),
      await nameOf({ ...given, "requirements.txt": "pandas" }),
      await nameOf({ ...given, "apt.txt": "jq" }),
      await nameOf(given, { baseDigest: "sha256:2" }),
      await nameOf(given, { builderVersion: "2" }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
