import { HeadingSkeleton } from "@/ui/HeadingSkeleton";
import { Skeleton } from "@/ui/Skeleton";

/** The page's outline while the first answer is on its way. */
export function PlaceSkeleton() {
  return (
    <div className="space-y-6">
      <HeadingSkeleton />
      <Skeleton className="h-40 w-full rounded-lg" />
      <Skeleton className="h-80 w-full rounded-lg" />
      <Skeleton className="h-64 w-full rounded-lg" />
    </div>
  );
}
