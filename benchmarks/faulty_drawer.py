"""The drawing process with faults in it: ``python -m benchmarks.faulty_drawer FOLDER SHARE``.

FOLDER remembers what has happened once; SHARE of calls and decodes find no memory. The faults are put in when the
process's pulse beats already: to import torch takes a while, in which nobody should think that the process hangs.
"""

import sys
from pathlib import Path
from typing import Any

from generation.diffusion import worker


def main() -> None:
    """Serve as the drawing process does, faults and all."""
    serve = worker._serve

    def faulty(*args: Any) -> None:
        from benchmarks import faults

        faults.meet_faults(Path(sys.argv[1]))
        faults.run_out_of_memory(float(sys.argv[2]))
        serve(*args)

    setattr(worker, "_serve", faulty)  # noqa: B010  (an assignment to a function is none to a type checker)
    worker.main()


if __name__ == "__main__":
    main()
