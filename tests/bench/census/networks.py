"""Tanh networks whose attractors are known, or can be counted."""
import numpy as np

TWO_PI = 2 * np.pi


def angles(n):
    return TWO_PI * np.arange(n) / n


def cosine_ring(n, gain, inhibition=0.0, noise=0.0, seed=0):
    theta = angles(n)
    B = 2 * gain / n * np.cos(theta[:, None] - theta[None]) - inhibition / n
    return B + noise * np.random.default_rng(seed).normal(size=(n, n))


def narrow_ring(n, gain, width=3.0, noise=0.0, seed=0):
    """Full rank: exponential of a cosine, less its mean; the leading modes have the gain."""
    theta = angles(n)
    B = np.exp(width * (np.cos(theta[:, None] - theta[None]) - 1))
    B -= B.mean()
    B *= gain / np.max(np.linalg.eigvalsh(B))
    return B + noise * np.random.default_rng(seed).normal(size=(n, n))


def bump_radius(B, n):
    """Root mean square size of the bump that is left of a cosine, as a norm: the radius of the ring."""
    x = 2 * np.cos(angles(n) + 0.1)
    for _ in range(20000):
        x = x + 0.2 * (-x + B @ np.tanh(x))
    return np.linalg.norm(x)


def rank_one(n, gain, seed=0, noise=0.0):
    random = np.random.default_rng(seed)
    u = random.normal(size=n)
    u /= np.linalg.norm(u)
    return gain * np.outer(u, u) + noise * random.normal(size=(n, n))


def plane(n, value=1.0, noise=0.0, seed=0):
    random = np.random.default_rng(seed)
    U = np.linalg.qr(random.normal(size=(n, 2)))[0]
    return value * U @ U.T + noise * random.normal(size=(n, n))


def point(n, gain=0.5, seed=0):
    return gain / np.sqrt(n) * np.random.default_rng(seed).normal(size=(n, n))


def random_network(n, gain, seed):
    return gain / np.sqrt(n) * np.random.default_rng(1000 * n + seed).normal(size=(n, n))


def rotor(n, gain=1.8, angle=0.4, seed=0):
    U = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, 2)))[0]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return gain * U @ turn @ U.T


def hopfield(patterns, gain):
    """patterns: units x p of +-1."""
    return gain / len(patterns) * patterns @ patterns.T


def hadamard_patterns(n, p):
    i = np.arange(n)
    return np.array([[(-1.0) ** bin(int(k) & (1 << q)).count("1") for q in range(p)] for k in i])


def random_patterns(n, p, seed):
    return np.sign(np.random.default_rng(seed).normal(size=(n, p)))


def blocks(*parts):
    n = sum(len(part) for part in parts)
    B, first = np.zeros((n, n)), 0
    for part in parts:
        B[first:first + len(part), first:first + len(part)] = part
        first += len(part)
    return B
