"""Codebooks by the algorithm of Linde, Buzo and Gray (1980), every vector with a weight.

A codebook begins as one word and is doubled by splitting its words; after each doubling the words
move to the weighted means of the vectors nearest to them, again and again. No step of that raises
the weighted squared error.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

SPLIT = 0.2
"""How far the halves of a word lie apart, in standard deviations of the vectors."""
_AT_A_TIME = 8192


def nearest(
    vectors: Floats, words: Floats, *, bits: Floats | None = None, price: Floats | None = None
) -> Indices:
    """For each of (N, d) vectors the word of (K, d) of the least squared error.

    bits (K,) and price (N,): each word's bits are paid for by each vector's price, in squared error
    a bit.
    """
    if bits is not None and price is not None:
        vectors = np.concatenate([vectors, price[:, None]], axis=1)
        paid = np.concatenate([-2 * words, bits[:, None]], axis=1)
    else:
        paid = -2 * words
    found = np.empty(len(vectors), np.int64)
    energies = np.square(words).sum(axis=1)
    for start in range(0, len(vectors), _AT_A_TIME):
        part = slice(start, start + _AT_A_TIME)
        found[part] = (vectors[part] @ paid.T + energies).argmin(axis=1)
    return found


def weighted_error(vectors: Floats, words: Floats, chosen: Indices, weights: Floats) -> float:
    """The weighted mean squared error of vectors under the words that were chosen for them."""
    errors = np.square(vectors - words[chosen]).sum(axis=1, dtype=np.float64)
    return float((errors * weights).sum() / weights.sum(dtype=np.float64))


def moved(
    vectors: Floats, weights: Floats, words: Floats, chosen: Indices, *, with_zero: bool = False
) -> Floats:
    """Each word at the weighted mean of the vectors that chose it; where none did, where it was.

    with_zero: word 0 is zero and stays so.
    """
    size, dimensions = words.shape
    mass = np.bincount(chosen, weights, minlength=size)
    sums = np.stack(
        [np.bincount(chosen, weights * vectors[:, d], minlength=size) for d in range(dimensions)], 1
    )
    means = np.where(mass[:, None] > 0, sums / np.maximum(mass, 1e-30)[:, None], words)
    if with_zero:
        means[0] = 0
    return np.asarray(means, np.float32)


def refined(
    vectors: Floats, weights: Floats, words: Floats, *, rounds: int, with_zero: bool = False
) -> tuple[Floats, list[float]]:
    """The words after so many rounds, and the weighted error before each round and after all."""
    errors = []
    for _ in range(rounds):
        chosen = nearest(vectors, words)
        errors.append(weighted_error(vectors, words, chosen, weights))
        words = moved(vectors, weights, words, chosen, with_zero=with_zero)
    errors.append(weighted_error(vectors, words, nearest(vectors, words), weights))
    return words, errors


def codebook(
    vectors: Floats,
    weights: Floats,
    *,
    size: int,
    rounds: int = 4,
    with_zero: bool = False,
) -> Floats:
    """(size, d): words in the order of their energy. size: a power of two.

    with_zero: the first word is zero, so that a vector may be left as it is.
    """
    words = np.average(vectors, axis=0, weights=weights)[None].astype(np.float32)
    if with_zero:
        words[:] = 0
    rng = np.random.default_rng(0)
    spread = np.float32(SPLIT) * vectors.std(axis=0)
    while len(words) < size:
        apart = spread * rng.standard_normal(words.shape, np.float32)
        halves = (words, words + apart) if with_zero else (words - apart, words + apart)
        words, _ = refined(
            vectors, weights, np.concatenate(halves), rounds=rounds, with_zero=with_zero
        )
    return np.asarray(words[np.argsort(np.square(words).sum(axis=1), kind="stable")])
