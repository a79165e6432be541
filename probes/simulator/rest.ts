/**
 * The simulator's own REST interface: devices as they are, and faults on command. On loopback only: it asks for no password.
 *
 *     GET    /faults                      what can be ordered
 *     GET    /devices                     every device with what is wrong with it
 *     GET    /devices/{id}                one of them
 *     POST   /devices/{id}/faults         {"fault": "camera-unplugged", "part": "1"}
 *     DELETE /devices/{id}/faults         everything as it was
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from "express";
import { z } from "zod";
import { describeState } from "./described.ts";
import { faults } from "./fault.ts";
import type { Simulation } from "./simulation.ts";

export interface RestServer {
  readonly port: number;
  stop(): Promise<void>;
}

const order = z.strictObject({ fault: z.enum(faults), part: z.string().max(200).optional() });

/** Listens on host:port. Throws for a host that is not loopback. */
export async function startRest(simulation: Simulation, host: string, port: number): Promise<RestServer> {
  if (!isLoopback(host)) throw new Error(`rest: ${host} is not loopback; the simulator asks for no password, so write 127.0.0.1:${port}`);
  const server = createServer(restOf(simulation));
  server.listen(port, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** 127.0.0.0/8, ::1 and `localhost`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function restOf(simulation: Simulation): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(fromHere, express.json({ limit: "4kb" }));
  app.get("/faults", (_, response) => void response.json(faults));
  app.get("/devices", (_, response) => void response.json([...simulation.devices.values()].map(describeState)));
  app.get("/devices/:id", (request, response) => {
    const state = simulation.devices.get(request.params.id);
    if (state === undefined) return missing(request.params.id, response);
    response.json(describeState(state));
  });
  app.post("/devices/:id/faults", (request, response) => struck(simulation, request, response));
  app.delete("/devices/:id/faults", async (request, response) => {
    const { id } = request.params;
    const state = simulation.devices.get(id);
    if (state === undefined) return missing(id, response);
    await simulation.apply({ device: id, fault: "restored" });
    response.json(describeState(state));
  });
  app.use(badBody);
  return app;
}

/** A page in a browser could reach loopback under a name of its own: only loopback's names are served. */
const fromHere: RequestHandler = (request, response, next) => {
  if (isLoopback(request.hostname)) next();
  else response.status(403).json({ error: `host ${request.hostname} is not loopback` });
};

async function struck(simulation: Simulation, request: Request<{ id: string }>, response: Response): Promise<void> {
  const { id } = request.params;
  const state = simulation.devices.get(id);
  if (state === undefined) return missing(id, response);
  const parsed = order.safeParse(request.body);
  if (!parsed.success) {
    const found = parsed.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; ");
    response.status(400).json({ error: `${found}; write {"fault": "…", "part": "…"}, and GET /faults lists them` });
    return;
  }
  const { fault, part } = parsed.data;
  try {
    await simulation.apply({ device: id, fault, ...(part === undefined ? {} : { part }) });
    response.status(201).json(describeState(state));
  } catch (error) {
    response.status(409).json({ error: error instanceof Error ? error.message : String(error) });
  }
}

function missing(id: string, response: Response): void {
  response.status(404).json({ error: `there is no device ${id} in the simulated network; GET /devices lists them` });
}

const badBody: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  response.status(400).json({ error: error instanceof Error ? error.message : "not understood" });
};
