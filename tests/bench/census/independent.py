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


def step(B, v, alpha, x):
    return x + alpha * (-x + np.tanh(x) @ B.T + v)


def step_jacobian(B, alpha, x):
    """Of each row: (1 - alpha) 1 + alpha B diag(1 - tanh^2)."""
    return (1 - alpha) * np.eye(len(B)) + alpha * B[None] * (1 - np.tanh(x) ** 2)[:, None, :]


def cycles_of_two_steps(B, alpha, count=10000, seed=1):
    """Newton on the step taken twice, from starts over the box; first states of the cycles found, one of each pair,
    and the multipliers of a turn."""
    v = np.zeros(len(B))
    random = np.random.default_rng(seed)
    x = starts_over(B, v, count, random)
    x[1::2] = random.uniform(-1, 1, (len(x[1::2]), len(B)))
    eye = np.eye(len(B))
    residual = lambda y: step(B, v, alpha, step(B, v, alpha, y)) - y
    f = residual(x)
    for _ in range(100):
        busy = np.linalg.norm(f, axis=1) > 1e-13
        y, g = x[busy], f[busy]
        if not busy.any():
            break
        J = step_jacobian(B, alpha, step(B, v, alpha, y)) @ step_jacobian(B, alpha, y) - eye + 1e-12 * eye
        move = np.linalg.solve(J, -g[:, :, None])[:, :, 0]
        before, length = np.linalg.norm(g, axis=1), np.ones(len(y))
        for _ in range(10):
            worse = ~(np.linalg.norm(residual(y + length[:, None] * move), axis=1) < before)
            if not worse.any():
                break
            length[worse] *= 0.5
        x[busy] = y + length[:, None] * move
        f[busy] = residual(x[busy])
    x = x[(np.linalg.norm(f, axis=1) < 1e-11) & np.isfinite(x).all(axis=1)]
    found = distinct(x)
    if len(found) == 0:
        return found, np.zeros(0)
    found = found[np.linalg.norm(step(B, v, alpha, found) - found, axis=1) > 1e-3]
    kept = []
    for row in found:
        other = step(B, v, alpha, row[None])[0]
        if not any(np.linalg.norm(other - one) < 1e-5 for one in kept):
            kept.append(row)
    kept = np.array(kept).reshape(-1, len(B))
    J = step_jacobian(B, alpha, step(B, v, alpha, kept)) @ step_jacobian(B, alpha, kept)
    return kept, np.array([np.abs(np.linalg.eigvals(one)).max() for one in J])


def ends_in_steps(B, alpha, runs=500, steps=20000, longest=64, seed=2):
    """Where runs of the map from N(0, 0.25) end: {period: distinct cycles' first states}, period 0 being what does
    not repeat."""
    v = np.zeros(len(B))
    x = 0.5 * np.random.default_rng(seed).normal(size=(runs, len(B)))
    for _ in range(steps):
        x = step(B, v, alpha, x)
    y, period = x, np.zeros(runs, int)
    for p in range(1, longest + 1):
        y = step(B, v, alpha, y)
        period[(period == 0) & (np.linalg.norm(y - x, axis=1) < 1e-8 * np.maximum(np.linalg.norm(x, axis=1), 1e-6))] = p
    cycles = {}
    for p in np.unique(period):
        kept = []
        for row in x[period == p]:
            turn = [row]
            for _ in range(p - 1):
                turn.append(step(B, v, alpha, turn[-1][None])[0])
            if p == 0 or not any(min(np.linalg.norm(one - other) for other in turn) < 1e-4 for one in kept):
                kept.append(row)
        cycles[int(p)] = np.array(kept)
    return cycles
