"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { afterPaint } from "./paint";

interface SeenProps {
  /** How far below the window its children are made ready. */
  margin?: string;
  /** When they are made ready though nobody comes near, so that a search in the page finds them. */
  afterMs?: number;
  /** As high as what comes, so that nothing jumps. */
  placeholder: ReactNode;
  children: ReactNode;
}

/**
 * Shows its children from when a reader comes near, after what is seen already: they cost the first
 * view nothing.
 */
export function Seen({ margin = "200px", afterMs, placeholder, children }: SeenProps) {
  const element = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return undefined;
    let cancel = () => {};
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        cancel = afterPaint(() => setSeen(true));
      },
      { rootMargin: margin },
    );
    observer.observe(watched);
    return () => {
      observer.disconnect();
      cancel();
    };
  }, [margin]);
  useEffect(() => {
    if (isSeen || afterMs === undefined) return undefined;
    const timer = setTimeout(() => setSeen(true), afterMs);
    return () => clearTimeout(timer);
  }, [isSeen, afterMs]);
  return isSeen ? children : <div ref={element}>{placeholder}</div>;
}
