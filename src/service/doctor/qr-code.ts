import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { listen, urlOf } from "../process/listen.js";
import { encode, fullWidth, margin, minPixelsPerModule } from "../../protocol/qr.js";
import { create } from "qrcode/lib/core/qrcode.js";

const quietZone = 4;

/**
 * The most modules per side. A module has at least four CSS pixels, about a millimetre, which phones read at arm's length. A
 * code with more modules does not fit into the widget's widest card.
 */
export const mostModules = Math.floor((fullWidth - margin) / minPixelsPerModule) - 2 * quietZone;

/** The modules per side of a text's code, without the quiet zone. Undefined if the text is too long for a QR code. */
export function modulesFor(text: string): number | undefined {
  try {
    return encode(text).size - 2 * quietZone;
  } catch {
    return undefined;
  }
}

/** The dark modules of a text's code, with the quiet zone. */
function modulesOf(text: string): { size: number; isDark: (x: number, y: number) => boolean } {
  const { modules } = create([{ data: text, mode: "byte" }], {
    errorCorrectionLevel: "L",
    maskPattern: 0,
  });
  const inside = (at: number): boolean => at >= quietZone && at < modules.size + quietZone;
  return {
    size: modules.size + 2 * quietZone,
    isDark: (x, y) =>
      inside(x) && inside(y) && modules.data[(y - quietZone) * modules.size + x - quietZone] === 1,
  };
}

// From the 256-colour palette, because a terminal theme can change the first sixteen colours.
const blackOnWhite = "\u001b[38;5;16;48;5;231m";
const reset = "\u001b[0m";

/** The code for a terminal: two rows of modules per line, black on white in any theme. */
export function terminalCode(text: string): string {
  const { size, isDark } = modulesOf(text);
  const halves = [" ", "▀", "▄", "█"];
  const lines: string[] = [];
  for (let y = 0; y < size; y += 2) {
    let line = "";
    for (let x = 0; x < size; x++) line += halves[Number(isDark(x, y)) + 2 * Number(isDark(x, y + 1))];
    lines.push(`${blackOnWhite}${line}${reset}`);
  }
  return lines.join("\n");
}

function codePage(text: string): string {
  const { size, path } = encode(text);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Scan this code</title>
<style>body{background:#fff;color:#000;font:1rem sans-serif;text-align:center}svg{inline-size:min(90vmin,30rem)}</style>
<h1>Scan this code with your app</h1>
<svg viewBox="0 0 ${size} ${size}" role="img" aria-label="QR code" shape-rendering="crispEdges"><path d="${path}"/></svg>
<p>Then accept or decline on the phone. The result is in the terminal.</p></html>`;
}

/** The page with the code, for this machine only. */
interface CodePage {
  address: string;
  close: () => void;
}

/** Serves the code as a page on a free port of loopback, at an address that cannot be guessed. */
export async function serveCodePage(text: string): Promise<CodePage | undefined> {
  const path = `/${randomBytes(16).toString("base64url")}`;
  const server = createServer((request, response) => {
    if (request.url !== path) return void response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": "text/html;charset=UTF-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
    });
    response.end(codePage(text));
  });
  try {
    const address = await listen(server, 0, "127.0.0.1");
    return {
      address: urlOf(address) + path,
      close: () => {
        server.close();
        server.closeAllConnections();
      },
    };
  } catch {
    // The terminal shows the code anyway.
    return undefined;
  }
}
