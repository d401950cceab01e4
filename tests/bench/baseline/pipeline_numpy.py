"""The published pipeline (simulate, MAP, stationary limit, curve) written straight from its formulas with NumPy and
SciPy: what keyhole_bench compares with. Not a part of Keyhole.

usage: pipeline_numpy.py UNITS STEPS
Prints one line per stage: its name and its seconds.
"""

import sys
import time

import numpy as np
import scipy.linalg

ALPHA, SIGMA, RHO, FIT_UNITS = 0.01, 0.2, 0.001, 25


def low_rank(rng, units, rank=2, strength=0.2):
    """B = M N^T with orthogonal columns, N^T M = 0, each of squared length strength D / sqrt(r)."""
    Q = np.linalg.qr(rng.standard_normal((units, 2 * rank)))[0]
    return strength * units / np.sqrt(rank) * Q[:, :rank] @ Q[:, rank:].T


def chain(rng, units, beta=0.5):
    """B = U T U^T with T_ij = delta_(i+1, j), plus beta in the first row."""
    T = np.eye(units, k=1)
    T[0, 1:] += beta
    U = np.linalg.qr(rng.standard_normal((units, units)))[0]
    return U @ T @ U.T


def simulate(rng, B, steps, phi):
    units = len(B)
    z = np.empty((steps, units))
    z[0] = rng.standard_normal(units)
    for t in range(1, steps):
        z[t] = (1 - ALPHA) * z[t - 1] + ALPHA * (B @ phi(z[t - 1]) + SIGMA * rng.standard_normal(units))
    return z


def fit_map(x, phi):
    X = (x[1:] - (1 - ALPHA) * x[:-1]).T
    F = phi(x[:-1]).T
    gram = RHO * np.eye(len(F)) + ALPHA**2 * F @ F.T
    return np.linalg.solve(gram, ALPHA * F @ X.T).T


def stationary_covariance(B):
    A = B - np.eye(len(B))
    return scipy.linalg.solve_continuous_lyapunov(A, -np.eye(len(B)))


def limit_student(B, C, d):
    BC = (B @ C)[:d, :d]
    return np.linalg.solve(C[:d, :d].T, BC.T).T


def limit_curve(B, sizes):
    C = stationary_covariance(B)
    return [np.linalg.eigvals(limit_student(B, C, d)) for d in sizes]


def full_curve(B, sizes):
    """All eigenvalues, the Henrici number, singular values, and how the leading vectors resemble the teacher's."""
    C = stationary_covariance(B)
    u, _, v = np.linalg.svd(B)
    found = []
    for d in sizes:
        A = limit_student(B, C, d)
        values = np.linalg.eigvals(A)
        squares = np.sum(A**2)
        henrici = np.sqrt(max(0, squares - np.sum(np.abs(values) ** 2)) / squares)
        ud, s, vd = np.linalg.svd(A)
        left = abs(ud[:, 0] @ u[:d, 0]) / np.linalg.norm(u[:d, 0])
        right = abs(vd[0] @ v[0, :d]) / np.linalg.norm(v[0, :d])
        found.append((values, henrici, s, left, right))
    return found


def timed(name, work):
    start = time.perf_counter()
    result = work()
    print(name, repr(time.perf_counter() - start), flush=True)
    return result


def main():
    units, steps = int(sys.argv[1]), int(sys.argv[2])
    rng = np.random.default_rng(1)
    identity = lambda z: z
    B, W = low_rank(rng, units), chain(rng, units)
    z = timed("simulate_low_rank", lambda: simulate(rng, B, steps, np.tanh))
    timed("simulate_chain", lambda: simulate(rng, W, steps, identity))
    timed("map_25", lambda: np.linalg.eigvals(fit_map(z[:, :FIT_UNITS], np.tanh)))
    sizes = np.unique(np.geomspace(1, units, 40).astype(int))
    timed("map_curve_40", lambda: [np.linalg.eigvals(fit_map(z[:, :d], np.tanh)) for d in sizes])
    for name, teacher in (("chain", W), ("low_rank", B)):
        timed("limit_" + name, lambda: limit_curve(teacher, sizes))
    timed("full_curve_40", lambda: full_curve(W, sizes))


if __name__ == "__main__":
    main()
