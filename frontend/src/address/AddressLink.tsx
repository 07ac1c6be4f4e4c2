"use client";

import { useRouter } from "next/navigation";
import type { AnchorHTMLAttributes, MouseEvent } from "react";

interface AddressLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  href: string;
  /** For a choice on the same page, which leaves the reader at the same height. */
  keepsScroll?: boolean;
}

/**
 * A link inside the app. On the same route only the address changes, and nothing is fetched.
 * Not next/link: its prefetching, which this page does not use, costs 6 kB.
 */
export function AddressLink({ href, keepsScroll = false, onClick, ...rest }: AddressLinkProps) {
  const router = useRouter();

  function follow(event: MouseEvent<HTMLAnchorElement>): void {
    onClick?.(event);
    if (event.defaultPrevented || isForTheBrowser(event)) return;
    event.preventDefault();
    const isHere = new URL(href, window.location.href).pathname === window.location.pathname;
    if (!isHere) {
      router.push(href);
      return;
    }
    window.history.pushState(null, "", href);
    if (!keepsScroll) window.scrollTo(0, 0);
  }

  return <a {...rest} href={href} onClick={follow} />;
}

/** Whether the click asks for a new tab, a window or a download. */
function isForTheBrowser({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return button !== 0 || metaKey || ctrlKey || shiftKey || altKey;
}
