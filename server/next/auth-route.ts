import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "./auth-options.ts";
import { clientAddress } from "./identity.ts";
import { readBytes } from "./read-body.ts";
import { problem } from "./respond.ts";
import { comesFromUs } from "./same-origin.ts";
import { web } from "./services.ts";

/** A name, a password, where to go next and a token: no sign-in is longer. */
const bodyBytes = 16 * 1024;

type RouteContext = { params: Promise<{ nextauth: string[] }> };

/** next-auth's own addresses: csrf, sign-in by password, sign-out, session. */
export async function authRoute(request: NextRequest, context: RouteContext): Promise<Response> {
  const { services } = await web();
  // It reads its address from the environment alone; the configuration is the one source of that.
  process.env.NEXTAUTH_URL = services.config.publicUrl;
  const answering = { requestId: request.headers.get("x-request-id") ?? "", path: request.nextUrl.pathname };
  if (request.method !== "GET" && !comesFromUs(request.headers, services.config.publicUrl, "visitor")) {
    services.log.warn({ ...answering, address: clientAddress(request.headers) }, "sign-in from another site refused");
    return problem({ code: "forbidden", message: "This request comes from another site." }, answering);
  }
  // next-auth reads whatever comes to its end; it is given what was read within bounds.
  const body = request.method === "GET" ? null : await readBytes(request, bodyBytes);
  if (body && !body.ok) return problem(body.failure, answering);
  const bounded = body ? new NextRequest(request.url, { method: request.method, headers: request.headers, body: body.value }) : request;
  return NextAuth(authOptions(services.config))(bounded, context) as Promise<Response>;
}
