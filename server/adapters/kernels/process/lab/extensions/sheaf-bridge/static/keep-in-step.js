/**
 * Open documents whose file something else changed: the form that marks parameters, another window, a version that was
 * brought in. What is clean is read again, cell by cell, so that cursor and outputs stay. What holds unsaved work is
 * joined with the file by the page around the lab, which knows how; where it cannot, both are kept as files.
 */

const attemptsWhileTyping = 20;

/** `join({ path, base, ours, theirs })` answers the joined text, or null. */
export function keepInStep(contents, join) {
  /** What document and file last had in common, of each context. */
  const common = new WeakMap();
  const texts = new WeakSet();

  function follow(context) {
    if (context.contentsModel?.format === "text") texts.add(context);
    void context.ready.then(() => common.has(context) || common.set(context, context.model.toString()));
    let onItsWay = null;
    context.saveState.connect((_, step) => {
      if (step === "started") onItsWay = context.model.toString();
      else if (step.startsWith("completed") && onItsWay !== null) common.set(context, onItsWay);
    });
    const revert = context.revert.bind(context);
    context.revert = async () => {
      await revert();
      common.set(context, context.model.toString());
    };
  }

  /** Brings document and file together where the file is newer. Not to be called while the document is being saved. */
  async function step(context) {
    // Another version of JupyterLab may have no such way: then it asks the person itself, when the document is saved.
    if (!context.contentsModel || typeof context._updateContentsModel !== "function") return;
    const { type, format } = context.contentsModel;
    // What a save answers has no format.
    if (format === "text") texts.add(context);
    if (type !== "notebook" && !texts.has(context)) return;
    const onDisk = await contents.get(context.path, { content: false });
    if (!isLater(onDisk, context.contentsModel)) return;
    const file = await contents.get(context.path, { type, format: type === "notebook" ? "json" : "text", content: true });
    const theirs = type === "notebook" ? JSON.stringify(file.content) : file.content;
    for (let attempt = 0; attempt < attemptsWhileTyping && !context.isDisposed; attempt++) {
      const ours = context.model.toString();
      const isClean = !context.model.dirty || ours === common.get(context);
      const joined = isClean ? theirs : await join({ path: context.path, base: common.get(context) ?? null, ours, theirs });
      if (joined === null) await contents.save(await besidePath(contents, context.path), { type, format: file.format, content: file.content });
      else if (context.model.toString() === ours) show(context.model, joined);
      else continue;
      common.set(context, theirs);
      context._updateContentsModel(file);
      context.model.dirty = !isClean;
      return;
    }
  }

  return { follow, step };
}

function isLater(one, other) {
  return Date.parse(one.last_modified) > Date.parse(other.last_modified);
}

async function besidePath(contents, path) {
  const slash = path.lastIndexOf("/") + 1;
  const dot = path.lastIndexOf(".") > slash ? path.lastIndexOf(".") : path.length;
  for (let turn = 1; ; turn++) {
    const beside = `${path.slice(0, dot)} (changed elsewhere${turn === 1 ? "" : `, ${turn}`})${path.slice(dot)}`;
    const isTaken = await contents.get(beside, { content: false }).then(
      () => true,
      () => false,
    );
    if (!isTaken) return beside;
  }
}

function show(model, text) {
  const isNotebook = typeof model.sharedModel.insertCell === "function";
  if (isNotebook) {
    if (!showCells(model.sharedModel, JSON.parse(text))) model.fromString(text);
  } else if (model.sharedModel.getSource() !== text) showSource(model.sharedModel, text);
}

/** False where cells cannot be told apart. Only what differs is touched. */
function showCells(shared, wanted) {
  if (!nameCells(shared.cells, wanted.cells)) return false;
  shared.transact(() => {
    const names = new Set(wanted.cells.map((cell) => cell.id));
    for (let index = shared.cells.length - 1; index >= 0; index--) if (!names.has(shared.cells[index].id)) shared.deleteCell(index);
    wanted.cells.forEach((cell, index) => {
      const at = shared.cells.findIndex(({ id }) => id === cell.id);
      if (at === index && shared.cells[at].cell_type === cell.cell_type) showCell(shared.cells[at], cell);
      else {
        if (at >= 0) shared.deleteCell(at);
        shared.insertCell(index, { ...cell, source: joinLines(cell.source) });
      }
    });
    if (differ(shared.getMetadata(), wanted.metadata)) shared.setMetadata(wanted.metadata);
  });
  return true;
}

/** Older formats have no names of cells: there, what is alike in number and kind is taken for the same. */
function nameCells(cells, wanted) {
  if (wanted.every(({ id }) => typeof id === "string") && new Set(wanted.map(({ id }) => id)).size === wanted.length) return true;
  if (wanted.length !== cells.length || wanted.some((cell, index) => cell.cell_type !== cells[index].cell_type)) return false;
  wanted.forEach((cell, index) => {
    cell.id = cells[index].id;
  });
  return true;
}

function showCell(cell, wanted) {
  const source = joinLines(wanted.source);
  if (cell.getSource() !== source) showSource(cell, source);
  if (differ(cell.getMetadata(), wanted.metadata)) cell.setMetadata(wanted.metadata);
  if (wanted.attachments && differ(cell.getAttachments?.(), wanted.attachments)) cell.setAttachments(wanted.attachments);
  if (wanted.cell_type !== "code") return;
  if (differ(cell.getOutputs(), wanted.outputs)) cell.setOutputs(wanted.outputs);
  if (cell.execution_count !== wanted.execution_count) cell.execution_count = wanted.execution_count;
}

/** Replaces the part that differs: a cursor elsewhere stays where it is. */
function showSource(shared, text) {
  const old = shared.getSource();
  let start = 0;
  while (start < old.length && start < text.length && old[start] === text[start]) start += 1;
  let same = 0;
  while (same < old.length - start && same < text.length - start && old[old.length - 1 - same] === text[text.length - 1 - same]) same += 1;
  shared.updateSource(start, old.length - same, text.slice(start, text.length - same));
}

function joinLines(source) {
  return Array.isArray(source) ? source.join("") : (source ?? "");
}

function differ(one, other) {
  return JSON.stringify(sorted(one)) !== JSON.stringify(sorted(other));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
