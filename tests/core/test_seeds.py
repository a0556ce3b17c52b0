"""Random numbers by name."""

import numpy as np

from bogam.core.seeds import KeyedGenerator, digest_key, generator, seed_of


def test_same_key_same_numbers_whatever_ran_before() -> None:
    first = generator(3, "split").random(4)
    generator(3, "other").random(100)
    assert np.array_equal(first, generator(3, "split").random(4))
    assert not np.array_equal(first, generator(4, "split").random(4))


def test_parts_of_a_key_do_not_run_together() -> None:
    assert digest_key("a", "bc") != digest_key("ab", "c")
    assert digest_key(1) != digest_key("1")


def test_keyed_generator_equals_a_fresh_one_for_every_kind_of_draw() -> None:
    keyed = KeyedGenerator()
    keyed.at(0, "before").integers(0, 10, 3)  # leaves half of a 64-bit number over
    for key in [(0, "a", 1), (0, "a", 2), (7,)]:
        one, other = keyed.at(*key), generator(*key)
        assert one.random() == other.random()
        assert one.integers(0, 1000) == other.integers(0, 1000)
        assert one.normal() == other.normal()
        assert one.integers(0, 5, dtype=np.uint8) == other.integers(0, 5, dtype=np.uint8)


def test_seed_fits_into_63_bits() -> None:
    assert 0 <= seed_of("anything", 5) < 2**63
