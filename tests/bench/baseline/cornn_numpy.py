"""CORNN (Dinc et al. 2023), weighted loss, written straight from its formulas with NumPy: what keyhole_bench
compares with. Not a part of Keyhole.

usage: cornn_numpy.py ACTIVITY ITERATIONS REPEATS
ACTIVITY: raw doubles, time x neurons, after two 64-bit integers (time points, neurons).
Prints the smallest seconds of REPEATS fits of ITERATIONS iterations, then the fitted matrix, row by row.
"""

import sys
import time

import numpy as np


def cornn(x, iterations, alpha=0.01, l2=1e-5, threshold=1.0):
    X = x[:-1]
    Y = np.clip((x[1:] - (1 - alpha) * X) / alpha, -1 + 1e-6, 1 - 1e-6)
    steps, neurons = X.shape
    H = np.linalg.inv(X.T @ X + l2 * steps * np.eye(neurons))
    theta = H @ (X.T @ np.arctanh(Y))
    for _ in range(iterations):
        Z = X @ theta
        E = (Y - np.tanh(Z)) / (1 - Y**2)
        kept = np.abs(E) <= threshold
        E = np.where(kept, E, 0) * (steps / kept.sum(axis=0))
        theta = H @ (X.T @ (Z + E))
    return theta.T


def main():
    with open(sys.argv[1], "rb") as file:
        steps, neurons = np.fromfile(file, dtype=np.int64, count=2)
        x = np.fromfile(file, dtype=float).reshape(steps, neurons)
    iterations, repeats = int(sys.argv[2]), int(sys.argv[3])
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        A = cornn(x, iterations)
        seconds.append(time.perf_counter() - start)
    print(repr(min(seconds)))
    np.savetxt(sys.stdout, A, fmt="%.17g")


if __name__ == "__main__":
    main()
