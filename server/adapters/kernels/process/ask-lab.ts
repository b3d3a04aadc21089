import http from "node:http";

/** Whether a lab answers an authenticated question over its socket. */
export function answersAt(socketPath: string, path: string, secret: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get({ socketPath, path, headers: { authorization: `token ${secret}`, host: "lab" }, timeout: 10_000, agent: false }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode === 200)).once("error", () => resolve(false));
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
