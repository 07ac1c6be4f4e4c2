type Settings = Readonly<Record<string, unknown>>;

declare global {
  interface Window {
    /** Of swagger-ui-bundle.js, which the BFF serves. */
    SwaggerUIBundle?: (settings: Settings) => unknown;
  }
}

export const DOCUMENT = "/api/openapi.json";
const ASSETS = "/api/docs/assets";

const SETTINGS: Settings = {
  url: DOCUMENT,
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
};

/** Loads Swagger UI where it is not there yet, and shows it inside of an element. */
export async function showSwagger(element: HTMLElement): Promise<void> {
  await Promise.all([loadStyles(), loadScript()]);
  if (!window.SwaggerUIBundle) throw new Error("swagger-ui-bundle.js defines no SwaggerUIBundle");
  // A page that was left meanwhile has taken its element along.
  if (element.isConnected) window.SwaggerUIBundle({ ...SETTINGS, domNode: element });
}

function loadStyles(): Promise<void> {
  const href = `${ASSETS}/swagger-ui.css`;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return added(link);
}

function loadScript(): Promise<void> {
  if (window.SwaggerUIBundle) return Promise.resolve();
  const src = `${ASSETS}/swagger-ui-bundle.js`;
  return added(Object.assign(document.createElement("script"), { src, async: true }));
}

function added(element: HTMLElement): Promise<void> {
  return new Promise((resolve, reject) => {
    element.onload = () => resolve();
    element.onerror = () => {
      // Else the next visit would take it for loaded.
      element.remove();
      reject(new Error("a file of Swagger UI cannot be loaded"));
    };
    document.head.append(element);
  });
}
