"""Points of rest of x = B tanh x + v by a solver of its own: Newton's method in NumPy from many starts.

No line of Keyhole is used here. A count from starts is a lower bound; it is compared with as such.
"""
import numpy as np


def reach(B, v):
    """|x_i| <= reach_i holds at every point of rest."""
    return np.abs(B).sum(axis=1) + np.abs(v)


def starts_over(B, v, count, random):
    """Uniform in the box that the weights allow, shrunk to one of four sizes; every other one has run along
    the flow for 15 tau."""
    size = 0.5 ** (np.arange(count) // 2 % 4)
    x = random.uniform(-1, 1, (count, len(B))) * reach(B, v) * size[:, None]
    for _ in range(60):
        x[1::2] += 0.25 * (-x[1::2] + np.tanh(x[1::2]) @ B.T + v)
    return x


def newton(L, R, v, x, iterations=80):
    """Damped Newton on L tanh(R x) + v - x of all starts (rows of x) at once; returns the rows that came to
    rest. R: None for the identity."""
    n = len(L)
    eye = np.eye(n)
    inner = (lambda y: y) if R is None else (lambda y: y @ R.T)
    residual = lambda y: np.tanh(inner(y)) @ L.T + v - y

    def jacobian(y):
        slopes = L[None] * (1 - np.tanh(inner(y)) ** 2)[:, None, :]
        return (slopes if R is None else slopes @ R) - eye

    f = residual(x)
    for _ in range(iterations):
        busy = np.linalg.norm(f, axis=1) > 1e-13
        if not busy.any():
            break
        y, g = x[busy], f[busy]
        J = jacobian(y)
        try:
            step = np.linalg.solve(J, -g[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:
            step = np.linalg.solve(J + 1e-9 * eye, -g[:, :, None])[:, :, 0]
        before, length = np.linalg.norm(g, axis=1), np.ones(len(y))
        for _ in range(8):
            after = np.linalg.norm(residual(y + length[:, None] * step), axis=1)
            worse = ~(after < before)
            if not worse.any():
                break
            length[worse] *= 0.5
        x[busy] = y + length[:, None] * step
        f[busy] = residual(x[busy])
    good = np.linalg.norm(f, axis=1) < 1e-11
    return x[good & np.isfinite(x).all(axis=1)]


def distinct(x, distance=1e-6):
    """Rows that differ by more than the distance."""
    if len(x) == 0:
        return x
    x = x[np.argsort(x @ (0.25 + 0.618033988749895 * np.arange(1, x.shape[1] + 1) % 1))]
    found = []
    for row in x:
        if not any(np.linalg.norm(row - other) <= distance for other in found[-40:]):
            found.append(row)
    kept = []
    for row in found:
        if not kept or np.min(np.linalg.norm(np.array(kept) - row, axis=1)) > distance:
            kept.append(row)
    return np.array(kept)


def points_of_rest(B, v=None, count=10000, seed=1):
    v = np.zeros(len(B)) if v is None else v
    random = np.random.default_rng(seed)
    found = np.zeros((0, len(B)))
    for first in range(0, count, 2000):
        ends = newton(B, None, v, starts_over(B, v, min(2000, count - first), random))
        found = distinct(np.vstack([found, distinct(ends)]))
    return found


def points_in_latents(M, N, count=10000, seed=1):
    """Of B = M N^T: states x = M y at the roots of y = N^T tanh(M y)."""
    random = np.random.default_rng(seed)
    box = np.abs(N).sum(axis=0)
    found = np.zeros((0, M.shape[1]))
    for first in range(0, count, 1000):
        y = random.uniform(-1, 1, (1000, M.shape[1])) * box
        y *= 0.5 ** (np.arange(1000) % 5)[:, None]
        found = distinct(np.vstack([found, distinct(newton(N.T, M, 0.0, y))]))
    return found @ M.T


def stable(B, x):
    """Whether all Re lambda(B diag(1 - tanh^2)) < 1, for each row."""
    return np.array([np.linalg.eigvals(B * (1 - np.tanh(row) ** 2)).real.max() < 1 - 1e-6 for row in x], bool)


def leading_exponent(B, x, transient=200.0, duration=1000.0, step=0.05):
    """Benettin's leading Lyapunov exponent per tau along Euler's map of that step."""
    def run(y, tangent, time):
        total = 0.0
        for _ in range(int(time / step)):
            t = np.tanh(y)
            tangent = tangent + step * (-tangent + B @ ((1 - t * t) * tangent))
            y = y + step * (-y + B @ t)
            size = np.linalg.norm(tangent)
            total += np.log(size)
            tangent /= size
        return y, tangent, total / time

    tangent = np.random.default_rng(3).normal(size=len(B))
    x, tangent, _ = run(x, tangent / np.linalg.norm(tangent), transient)
    return run(x, tangent, duration)[2]
