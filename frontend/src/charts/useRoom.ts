import { type RefObject, useEffect, useRef, useState } from "react";

/** The pixels that a chart has, and how large its texts are beside the usual 16 px. */
export interface Room {
  width: number;
  textScale: number;
}

/** Measures an element; null until it is on the page. */
export function useRoom(): [RefObject<HTMLDivElement | null>, Room | null] {
  const element = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState<Room | null>(null);
  useEffect(() => {
    const measured = element.current;
    if (!measured) return undefined;
    const observer = new ResizeObserver(() => setRoom(roomOf(measured)));
    observer.observe(measured);
    return () => observer.disconnect();
  }, []);
  return [element, room];
}

function roomOf(element: HTMLElement): Room {
  const fontSize = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { width: element.clientWidth, textScale: fontSize / 16 };
}
