import type { LabDecision } from "#lib/gateway/decide.ts";
import { comesFromLab, safeLabPath } from "#lib/gateway/lab-request.ts";
import { digestOf } from "#server/ids.ts";
import type { Logger } from "#server/log.ts";
import type { LabTarget } from "#server/ports/store.ts";
import type { Asked } from "./incoming.ts";
import type { LabSaying } from "./lab-answers.ts";
import type { LabCookies, LabPass } from "./lab-cookie.ts";
import type { LabDirectory, LabStore, Soon } from "./lab-directory.ts";
import type { ServedLab } from "./lab-pools.ts";

export type Entry = { readonly lab: ServedLab; readonly pass: LabPass };
export type LetIn = { readonly location: string; readonly cookie: string | null };

export type LabAdmission = {
  /** Who may come in, or what they are told instead. */
  admit(decision: LabDecision, request: Asked, isUpgrade: boolean): Soon<Entry | LabSaying>;
  /** `GET /.sheaf/enter?ticket=…&next=…`: the ticket becomes a cookie of this host. */
  letIn(decision: LabDecision, request: Asked): Promise<LetIn | LabSaying>;
};

type Needs = { readonly store: LabStore; readonly directory: LabDirectory; readonly cookies: LabCookies; readonly log: Logger };

export function createLabAdmission({ store, directory, cookies, log }: Needs): LabAdmission {
  function admit(decision: LabDecision, request: Asked, isUpgrade: boolean): Soon<Entry | LabSaying> {
    const pass = cookies.read(request.headers.cookie, decision.label, decision.basePath);
    if (!pass) return "noPass";
    if (!comesFromLab(askedOf(request, isUpgrade), decision.origin)) return "elsewhere";
    const lab = directory.find(decision.label);
    const isSignedIn = directory.isSignedIn(pass.sessionId, pass.userId);
    if (!(lab instanceof Promise) && !(isSignedIn instanceof Promise)) return entryOf(lab, pass, isSignedIn);
    return Promise.all([lab, isSignedIn]).then(
      ([found, lives]) => entryOf(found, pass, lives),
      (error: unknown) => {
        log.warn({ err: error }, "a lab could not be looked up");
        return "away";
      },
    );
  }

  async function redeem(decision: LabDecision, ticketText: string): Promise<string | LabSaying | null> {
    const ticket = await store.redeemLabTicket(digestOf(ticketText), new Date());
    if (!ticket) return null;
    const lab = await directory.find(decision.label);
    const { sessionId, userId } = ticket;
    if (!lab || ticket.labId !== lab.id || sessionId === null || userId !== lab.userId) return "notYours";
    if (!(await directory.isSignedIn(sessionId, userId))) return "noPass";
    return cookies.write({ label: decision.label, userId, sessionId, issuedAt: Math.floor(Date.now() / 1000) }, decision.basePath);
  }

  async function letIn(decision: LabDecision, request: Asked): Promise<LetIn | LabSaying> {
    if (request.method !== "GET") return "nothing";
    // Only our page hands out ways in: a page elsewhere would lead somebody into a lab that is not their own.
    if (request.headers["sec-fetch-site"] === "cross-site") return "elsewhere";
    const query = new URL(request.url ?? "/", decision.origin).searchParams;
    const location = safeLabPath(query.get("next"), decision.basePath, decision.origin);
    try {
      const redeemed = await redeem(decision, query.get("ticket") ?? "");
      if (redeemed === "notYours" || redeemed === "noPass") return redeemed;
      if (redeemed !== null) return { location, cookie: redeemed };
      // The same address once more (a frame that is loaded again): whoever is in already stays in.
      const entry = await admit(decision, request, false);
      return typeof entry === "string" && entry !== "stopped" ? "usedTicket" : { location, cookie: null };
    } catch (error) {
      log.warn({ err: error }, "a ticket could not be looked up");
      return "away";
    }
  }
  return { admit, letIn };
}

function entryOf(lab: LabTarget | null, pass: LabPass, isSignedIn: boolean): Entry | LabSaying {
  if (lab?.userId !== pass.userId || !isSignedIn) return "noPass";
  const { address } = lab;
  return lab.state === "ready" && address ? { lab: { ...lab, address }, pass } : "stopped";
}

function askedOf(request: Asked, isUpgrade: boolean) {
  const { headers } = request;
  return {
    method: request.method ?? "GET",
    isUpgrade,
    origin: headers.origin,
    fetchSite: headers["sec-fetch-site"]?.toString(),
    fetchMode: headers["sec-fetch-mode"]?.toString(),
  };
}
