"""Whether pgBackRest can read an object over verified TLS, and the bucket is locked as it should be."""

import os
import sys

from bucket import Bucket, Wrong
from surroundings import Unusable, surroundings


def main() -> int:
    """Exit status 0 when it is; one line says why, or why not."""
    try:
        around = surroundings(os.environ)
        Bucket(around, around.client).reach()
        Bucket(around, around.admin).check()
    except (Unusable, Wrong, OSError) as error:
        sys.stdout.write(f"object-store: {error}\n")
        return 1
    sys.stdout.write(f"object-store: {around.bucket} is locked for {around.lock_days} days\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
