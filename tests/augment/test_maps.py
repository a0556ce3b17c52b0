"""Joining warps: the coarse grid keeps its promise, whatever the size and the chain."""

from __future__ import annotations

import numpy as np
import pytest

from bogam.augment import maps
from bogam.augment.grid_distortion import GridDistortion
from bogam.augment.maps import TOLERANCE_PX, Bend, Table, invert, join, source_of
from bogam.augment.rotate import Rotate
from bogam.augment.zoom import Zoom


def table(moves, shape):
    return Table(lambda places: source_of(moves, places, shape), shape).whole()


EYE = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def grid(rng, limit=0.3, cells=5):
    return Bend(GridDistortion.source, {"rows": list(rng.uniform(1 - limit, 1 + limit, cells)),
                                        "columns": list(rng.uniform(1 - limit, 1 + limit, cells))})


def chain(seed, shape):
    rng = np.random.default_rng(seed)
    turn = Rotate.matrix({"angle_degrees": rng.uniform(-20, 20)}, shape)
    many = 5 if seed < 3 else 16
    return [grid(rng, cells=many), turn, Zoom.matrix({"factor": 1.1}, shape), grid(rng, 0.2 if seed % 2 else 0.6)]


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (33, 40), (100, 128), (256, 256), (300, 511), (512, 512)])
@pytest.mark.parametrize("seed", range(6))
def test_a_table_lies_within_the_tolerance_of_the_exact_map(shape, seed):
    moves = join(chain(seed, shape), 2)
    assert len(moves) == 3
    y, x = np.mgrid[:shape[0], :shape[1]].astype(np.float64)
    for made, exact in zip(table(moves, shape), source_of(moves, (y, x), shape), strict=True):
        assert made.dtype == np.float32
        assert np.abs(made - exact).max() < TOLERANCE_PX


def test_a_bend_with_a_crease_is_worked_out_pixel_by_pixel():
    def source(where, drawn, shape):
        return where[0], np.where(where[1] > 40.3, 40.3 + (where[1] - 40.3) * 0.5, where[1])

    made = table([Bend(source, {})], (256, 256))[1]
    x = np.arange(256)
    assert np.abs(made - np.where(x > 40.3, 40.3 + (x - 40.3) * 0.5, x)).max() < 1e-4


def test_two_tables_of_one_thread_share_their_memory_and_of_two_threads_do_not():
    import threading

    def lent():
        where = Table(lambda places: source_of([grid(np.random.default_rng(0))], places, (256, 256)), (256, 256))
        return next(where.strips())[1][0]

    first = lent()
    assert np.shares_memory(first, lent())
    found = []
    thread = threading.Thread(target=lambda: found.append(lent()))
    thread.start()
    thread.join()
    assert not np.shares_memory(first, found[0])


@pytest.mark.parametrize("shape", [(512, 512), (701, 530)])
def test_strips_give_what_the_whole_gives(shape, monkeypatch):
    moves = join(chain(1, shape), 2)
    whole = table(moves, shape)
    monkeypatch.setattr(maps, "_PIXELS", 30000)
    where = Table(lambda places: source_of(moves, places, shape), shape)
    assert len(list(where.strips())) > 2
    for made, held in zip(where.whole(), whole, strict=True):
        assert np.abs(made - held).max() < 1e-3


def test_neighboring_matrices_become_one_and_the_order_is_kept():
    down = ((1.0, 0.0, 2.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    double = ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
    assert join([down, double], 2) == [((2.0, 0.0, 4.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))]
    bend = grid(np.random.default_rng(0))
    assert join([down, bend, double, down], 2)[1:] == [bend, ((2.0, 0.0, 2.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))]


def test_the_places_of_a_chain_are_read_from_the_last_move_back_to_the_first():
    down = ((1.0, 0.0, 2.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    double = ((2.0, 0.0, 0.0), (0.0, 2.0, 0.0), (0.0, 0.0, 1.0))
    y, x = source_of([down, double], (np.array([[8.0]]), np.array([[6.0]])), (10, 10))
    assert (y.item(), x.item()) == (2.0, 3.0)
    assert invert(EYE) == EYE


def test_axes_that_do_not_meet_stay_apart():
    zoom = Zoom.matrix({"factor": 1.1}, (64, 64))
    y, x = source_of([zoom, grid(np.random.default_rng(0))], (np.zeros((64, 1)), np.zeros((1, 64))), (64, 64))
    assert (y.shape, x.shape) == ((64, 1), (1, 64))
