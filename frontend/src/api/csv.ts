/**
 * The parts of a request whose body is a file, as it is: it may be in cp932, which a text in
 * JavaScript cannot be.
 */
export function csvBody(file: File) {
  return {
    // The description of the API has a file's bytes as a string.
    body: file as unknown as string,
    bodySerializer: (body: unknown) => body as BodyInit,
    headers: { "Content-Type": "text/csv" },
  };
}
