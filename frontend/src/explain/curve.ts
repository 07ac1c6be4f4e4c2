/** The average power of a piece of time; null where nothing of it is known. */
export interface CurvePoint {
  from: string;
  to: string;
  watts: number | null;
}

interface Piece {
  from: string;
  to: string;
  /** Null where nothing is known. */
  energyKwh: number | null;
}

export function curveOf(pieces: readonly Piece[]): CurvePoint[] {
  return pieces.map(({ from, to, energyKwh }) => {
    const hours = (Date.parse(to) - Date.parse(from)) / 3_600_000;
    return { from, to, watts: energyKwh === null ? null : (energyKwh * 1000) / hours };
  });
}

/** How finely a long range is drawn: hours of two months, else days. */
export function stepOf(from: string, to: string): "hour" | "day" {
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
  return days <= 62 ? "hour" : "day";
}
