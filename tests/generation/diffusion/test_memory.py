"""What a piece of work takes of the memory, and how much there is."""

import mmap

import torch

from generation.diffusion.memory import Gauge, fits, free_memory

MEGABYTES = 2**20


def test_what_work_takes_is_measured() -> None:
    gauge = Gauge(torch.device("cpu"))

    def work() -> int:
        # Straight from the system: what an allocator has kept from earlier work would make nothing grow.
        with mmap.mmap(-1, 64 * MEGABYTES) as block:
            for page in range(0, len(block), mmap.PAGESIZE):
                block[page] = 1
            return len(block)

    result, taken = gauge.taken(work)
    assert result == 64 * MEGABYTES
    assert taken is None or 50 * MEGABYTES < taken < 500 * MEGABYTES
    _, little = gauge.taken(lambda: None)
    assert little is None or little < 20 * MEGABYTES


def test_not_all_that_is_free_is_taken() -> None:
    assert fits(70, 100)
    assert not fits(95, 100)
    assert fits(10**15, None)
    free = free_memory(torch.device("cpu"))
    assert free is None or free > 0
