import { z } from "zod";
import { type FailureCode, httpStatusOf } from "#lib/result.ts";
import { type Operation, operations } from "./operations.ts";
import { importAddressBody } from "./project-schemas.ts";
import { problem } from "./schemas.ts";

const refToComponents = { target: "draft-2020-12", io: "output" } as const;

/** The API as OpenAPI 3.1, printed from the schemas that the routes parse and answer by. */
export function openApiDocument(publicUrl: string): Record<string, unknown> {
  const components: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries(operations)) {
    paths[operation.path] ??= {};
    Object.assign(paths[operation.path] ?? {}, { [operation.method]: printOperation(name, operation, components) });
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Sheaf",
      version: "1",
      description: "Worksheets anyone can run. Lists are paged by cursor; refusals are problem documents (RFC 9457). Fields may be added, none is taken away.",
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    security: [{}, { token: [] }, { session: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token made on the page “My runs”." },
        session: { type: "apiKey", in: "cookie", name: "next-auth.session-token", description: "A signed-in browser; state changes must carry its Origin." },
      },
    },
  };
}

function printOperation(name: string, operation: Operation, components: Record<string, unknown>): Record<string, unknown> {
  const { answer, otherwise } = operation;
  const contentOf = ({ schema, type = "application/json" }: Operation["answer"]) =>
    schema ? { content: { [type]: { schema: schemaOf(schema, components, "output") } } } : {};
  const failures = new Set<FailureCode>([
    ...operation.failures,
    ...(operation.params || operation.query || operation.body ? (["invalid"] as const) : []),
    "unauthenticated",
  ]);
  if (operation.method !== "get") failures.add("forbidden");
  return {
    operationId: name,
    summary: operation.summary,
    ...(operation.scope === null ? {} : { description: `A token needs the scope \`${operation.scope}\`.` }),
    parameters: [...parametersOf(operation.params, "path", components), ...parametersOf(operation.query, "query", components)],
    ...requestBody(name, operation, components),
    responses: {
      [answer.status]: { description: "Done", ...contentOf(answer) },
      ...(otherwise ? { [otherwise.status]: { description: "Otherwise", ...contentOf(otherwise) } } : {}),
      ...Object.fromEntries(
        [...failures].map((code) => [
          httpStatusOf[code],
          { description: code, content: { "application/problem+json": { schema: schemaOf(problem, components, "output") } } },
        ]),
      ),
    },
  };
}

function requestBody(name: string, operation: Operation, components: Record<string, unknown>): Record<string, unknown> {
  if (operation.body) return { requestBody: { content: { "application/json": { schema: schemaOf(operation.body, components, "input") } } } };
  if (name === "importProject") return { requestBody: { required: true, content: importContent(components) } };
  if (name === "writeProjectFile" || name === "writeHomeFile" || name === "appendHomeUpload")
    return { requestBody: { required: true, content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } } } };
  if (name !== "uploadFile") return {};
  const form = { type: "object", properties: { file: { type: "string", format: "binary" } }, required: ["file"] };
  return { requestBody: { required: true, content: { "multipart/form-data": { schema: form } } } };
}

function importContent(components: Record<string, unknown>): Record<string, unknown> {
  const binary = { type: "string", format: "binary" };
  const form = { type: "object", properties: { files: { type: "array", items: binary } }, required: ["files"] };
  return {
    "application/json": { schema: schemaOf(importAddressBody, components, "input") },
    "multipart/form-data": { schema: form },
    "application/zip": { schema: binary },
    "application/x-ipynb+json": { schema: binary },
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: "path" | "query", components: Record<string, unknown>): unknown[] {
  return Object.entries(schema?.shape ?? {}).map(([name, one]) => ({
    name,
    in: place,
    required: place === "path",
    schema: schemaOf(one as z.ZodType, components, "input"),
  }));
}

/** Named schemas stand once, among the components. */
function schemaOf(schema: z.ZodType, components: Record<string, unknown>, io: "input" | "output"): unknown {
  const { $schema: _dialect, $defs, ...printed } = z.toJSONSchema(schema, { ...refToComponents, io, unrepresentable: "any" }) as Record<string, unknown>;
  const id = z.globalRegistry.get(schema)?.id;
  for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, unknown>)) components[name] ??= moved(definition);
  if (id === undefined) return moved(printed);
  components[id] ??= moved(printed);
  return { $ref: `#/components/schemas/${id}` };
}

function moved(schema: unknown): unknown {
  const text = JSON.stringify(schema, (key, value: unknown) => (key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value));
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/'));
}
