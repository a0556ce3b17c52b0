from __future__ import annotations

import multiprocessing

import numpy as np
import pytest

from bogam.core.errors import UserError
from bogam.prepare.cache import Cache

KEYS = [f"{k:032x}" for k in range(64)]


def write(folder, first, last):
    """Run in a process of its own: entries `first` to `last`, one that all processes share among them."""
    with Cache(folder) as cache:
        for k in [*range(first, last), 63]:
            cache.put(KEYS[k], {"image": np.full((2, 3, 5), k, np.uint16)}, {"k": k})
            if k % 3 == 0:
                cache.refresh()


def test_what_goes_in_comes_out(tmp_path):
    arrays = {"image": np.arange(30, dtype=np.int16).reshape(1, 5, 6), "masks": np.zeros((0, 5, 6), np.uint8),
              "strided": np.arange(30, dtype=np.float32).reshape(5, 6).T}
    cache = Cache(tmp_path)
    assert cache.put(KEYS[0], arrays, {"levels": [0, 0.1], "none": None}) == 64 + 0 + 128
    assert cache.put(KEYS[0], arrays, {}) == 0
    for reader in (cache, Cache(tmp_path)):
        found, meta = reader.get(KEYS[0])
        for name, array in arrays.items():
            assert found[name].dtype == array.dtype
            assert np.array_equal(found[name], array)
            assert not found[name].flags.writeable
            assert found[name].ctypes.data % 64 == 0 or not found[name].size
        assert meta == {"levels": [0, 0.1], "none": None}
    with pytest.raises(KeyError):
        cache.get(KEYS[1])


def test_views_stay_while_the_shard_grows(tmp_path):
    cache = Cache(tmp_path)
    views = []
    for k in range(50):
        cache.put(KEYS[k], {"image": np.full(2000, k)}, {})
        views.append(cache.get(KEYS[k])[0]["image"])
    cache.close()
    assert [int(v[1999]) for v in views] == list(range(50))


def test_two_processes_write_at_once(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write, args=(tmp_path, first, first + 20)) for first in (0, 10)]
    early = Cache(tmp_path)
    for writer in writers:
        writer.start()
    write(tmp_path, 5, 25)
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    early.refresh()
    for cache in (early, Cache(tmp_path)):
        assert len(cache) == 31
        for k in [*range(30), 63]:
            found, meta = cache.get(KEYS[k])
            assert (meta, found["image"].shape) == ({"k": k}, (2, 3, 5))
            assert (found["image"] == k).all()


def test_a_torn_line_is_ignored_and_a_killed_writer_harms_nobody(tmp_path):
    write(tmp_path, 0, 3)
    index = next(tmp_path.glob("*.jsonl"))
    data = next(tmp_path.glob("*.bin"))
    whole = index.read_bytes()
    index.write_bytes(whole[:-20])
    data.write_bytes(data.read_bytes() + b"torn")
    cache = Cache(tmp_path)
    assert len(cache) == 3
    assert not cache.has(KEYS[63])
    write(tmp_path, 3, 5)
    cache.refresh()
    assert len(cache) == 6
    assert cache.get(KEYS[63])[1] == {"k": 63}


def test_a_line_that_another_process_completes_later_is_seen(tmp_path):
    write(tmp_path, 0, 3)
    index = next(tmp_path.glob("*.jsonl"))
    whole = index.read_bytes()
    index.write_bytes(whole[:-20])
    cache = Cache(tmp_path)
    assert not cache.has(KEYS[63])
    index.write_bytes(whole)
    cache.refresh()
    assert cache.get(KEYS[63])[1] == {"k": 63}


@pytest.mark.parametrize("harm", ["flip", "cut", "delete"])
def test_damage_is_named_and_never_read(tmp_path, harm):
    write(tmp_path, 0, 3)
    data = next(tmp_path.glob("*.bin"))
    kept = bytearray(data.read_bytes())
    kept[10] ^= 1
    if harm == "flip":
        data.write_bytes(kept)
    elif harm == "cut":
        data.write_bytes(b"")
    else:
        data.unlink()
    with pytest.raises(UserError, match=r"damaged or missing.*Delete the cache folder"):
        Cache(tmp_path).get(KEYS[0])


def test_the_budget_holds_and_says_what_to_raise(tmp_path):
    cache = Cache(tmp_path, disk_gb=1e-5)  # 10 kB
    cache.put(KEYS[0], {"image": np.zeros(8000, np.uint8)}, {})
    with pytest.raises(UserError, match=r"at most 1e-05 GB.*disk_gb"):
        cache.put(KEYS[1], {"image": np.zeros(8000, np.uint8)}, {})
    assert cache.used() <= 10_000
    assert cache.get(KEYS[0])[0]["image"].shape == (8000,)
    Cache(tmp_path, disk_gb=1e-3).put(KEYS[1], {"image": np.zeros(8000, np.uint8)}, {})


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "cache").write_text("x", encoding="utf-8")
    with pytest.raises(UserError, match="a file"):
        Cache(tmp_path / "cache")
