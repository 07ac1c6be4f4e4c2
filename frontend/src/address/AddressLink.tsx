"use client";

import Link from "next/link";
import type { ComponentProps } from "react";

interface AddressLinkProps extends Omit<ComponentProps<typeof Link>, "prefetch" | "onNavigate"> {
  href: string;
  /** For a choice on the same page, which leaves the reader at the same height. */
  keepsScroll?: boolean;
}

/** A link inside the app. On the same route only the address changes, and nothing is fetched. */
export function AddressLink({ href, keepsScroll = false, ...rest }: AddressLinkProps) {
  return (
    <Link
      {...rest}
      href={href}
      prefetch={false}
      onNavigate={(event) => {
        if (new URL(href, window.location.href).pathname !== window.location.pathname) return;
        event.preventDefault();
        window.history.pushState(null, "", href);
        if (!keepsScroll) window.scrollTo(0, 0);
      }}
    />
  );
}
