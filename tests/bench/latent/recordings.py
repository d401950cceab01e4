#!/usr/bin/python3
"""How good the latent fits are: recordings x starts x optima x scores x seconds.

    KEYHOLE=build/test/app/keyhole tests/bench/latent/recordings.py [NAME …]

Needs NumPy (and SciPy for the real recordings). Each recording is fitted with the default, and with --restarts 24 and more iterations; the table
says where each start of the default ended, how far below the best end that any start of either reached, and
what it claims. The likelihood of the shown model is evaluated by a Kalman filter written here, and its
gradient by finite differences along random directions. Exit 1 if the default ends more than a nat below the
best, or the two likelihoods differ. KEYHOLE_REFERENCE and KEYHOLE_RECORDINGS name folders of further
recordings, if they are there.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

KEYHOLE = os.environ.get("KEYHOLE", "build/test/app/keyhole")


def system(seed, L, N, m=0, slow=0.95, turn=0.0, noise=1.0):
    """A random stable system with a slowest mode of modulus `slow`, turning by `turn` a step."""
    random = np.random.default_rng(seed)
    moduli = slow * random.uniform(0.3, 1.0, L)
    moduli[: 2 if turn else 1] = slow
    F = np.diag(moduli)
    if turn:
        F[:2, :2] = slow * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    T = random.normal(size=(L, L)) + 2 * np.eye(L)
    F = T @ F @ np.linalg.inv(T)
    return dict(F=F, V=random.normal(size=(L, m)), b=np.zeros(L), Q=0.3 * np.eye(L), C=random.normal(size=(N, L)),
                G=0.3 * random.normal(size=(N, m)), c=random.normal(size=N), R=noise * random.uniform(0.3, 1.5, N))


def sample(s, T, seed):
    random = np.random.default_rng(1000 + seed)
    L, m = s["V"].shape
    u = random.normal(size=(T, m))
    x, y = np.zeros(L), np.zeros((T, len(s["C"])))
    for t in range(T):
        if t:
            x = s["F"] @ x + s["V"] @ u[t] + s["b"] + np.linalg.cholesky(s["Q"]) @ random.normal(size=L)
        y[t] = s["C"] @ x + s["G"] @ u[t] + s["c"] + np.sqrt(s["R"]) * random.normal(size=len(y[t]))
    return y, u if m else None


def made():
    """Name: activity, input, latents, alpha."""
    plans = {  # L of the system and of the fit, N, m, T, slow, turn, noise
        "two latents": (2, 2, 6, 0, 600, 0.95, 0, 1), "two, short": (2, 2, 6, 0, 120, 0.95, 0, 1),
        "rotation": (2, 2, 8, 0, 500, 0.99, 0.2, 1), "slow": (3, 3, 10, 0, 1500, 0.999, 0, 1),
        "little noise": (3, 3, 10, 0, 800, 0.95, 0, 0.01), "much noise": (3, 3, 10, 0, 800, 0.95, 0, 20),
        "too few latents": (5, 2, 12, 0, 1000, 0.97, 0.1, 1), "too many latents": (2, 4, 12, 0, 1000, 0.97, 0, 1),
        "an input": (3, 3, 8, 1, 800, 0.95, 0, 1), "two inputs": (4, 4, 20, 2, 1000, 0.97, 0.3, 1),
        "many channels": (4, 4, 60, 0, 500, 0.97, 0.1, 1), "one channel more": (3, 3, 4, 0, 700, 0.9, 0, 0.5),
    }
    for i, (name, (L, fitted, N, m, T, slow, turn, noise)) in enumerate(plans.items()):
        y, u = sample(system(i, L, N, m, slow, turn, noise), T, i)
        yield name, y, u, fitted, 0.1
    y, u = sample(system(40, 2, 6), 600, 40)
    yield "units of all", y * np.array([1e-6, 3, 1e3, 0.02, 1e6, 7]), u, 2, 0.1
    random = np.random.default_rng(41)
    y, u = sample(system(41, 2, 6), 600, 41)
    y[random.uniform(size=y.shape) < 0.05] = np.nan
    yield "gaps", y, u, 2, 0.1
    walk = np.cumsum(random.normal(size=(1500, 2)), axis=0) @ random.normal(size=(2, 15))
    yield "random walk", walk + random.normal(size=walk.shape), None, 2, 0.1
    yield "white noise", random.normal(size=(800, 8)), None, 2, 0.1
    angle = np.cumsum(0.1 + 0.05 * random.normal(size=1200))
    ring = np.tanh(1.5 * np.cos(angle[:, None] - np.linspace(0, 6.28, 20)[None]))
    yield "a bump that turns", ring + 0.2 * random.normal(size=ring.shape), None, 3, 0.1


def circuits():
    """Draws of Fig. 2's circuit, whose seen units have no noise of their own."""
    for seed in (1, 2, 3, 7):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([KEYHOLE, "simulate", "figure-2", "--seed", str(seed), "--out", folder], check=True,
                           capture_output=True)
            yield f"Fig. 2's circuit, seed {seed}", np.load(os.path.join(folder, "seen.npy")), None, 5, 0.01


def references():
    folder = os.environ.get("KEYHOLE_REFERENCE")
    for name in ("lds_ff", "lds_la", "cornn") if folder else ():
        path = os.path.join(folder, name)
        given = os.path.exists(path + ".input.npy")
        yield name, np.load(path + ".activity.npy"), np.load(path + ".input.npy") if given else None, 5 if given else 3, 0.01


def real():
    folder = os.environ.get("KEYHOLE_RECORDINGS")
    if not folder:
        return
    from scipy.io import loadmat

    fish = loadmat(os.path.join(folder, "zebrafish-integrator", "110309FISH1.mat"))["FluoIpsi"]
    yield "zebrafish integrator", np.array(fish, float), None, 3, 0.01
    cells = loadmat(os.path.join(folder, "head-direction", "DataHDCells_RunSleep.mat"))["Qrun"][:20000]
    yield "head direction", cells.reshape(2000, 10, -1).sum(axis=1).astype(float), None, 2, 0.1


def log_likelihood(f, y, u):
    """The Kalman filter in its textbook form; missing samples are left out."""
    u = np.zeros((len(y), 0)) if u is None else u
    x, P, total = f["mu0"], f["P0"], 0.0
    for t in range(len(y)):
        if t:
            x, P = f["F"] @ x + f["V"] @ u[t] + f["b"], f["F"] @ P @ f["F"].T + f["Q"]
        seen = ~np.isnan(y[t])
        C = f["C"][seen]
        e = y[t, seen] - C @ x - f["G"][seen] @ u[t] - f["c"][seen]
        S = C @ P @ C.T + np.diag(f["R"][seen])
        K = np.linalg.solve(S, C @ P).T
        total -= 0.5 * (e @ np.linalg.solve(S, e) + np.linalg.slogdet(S)[1] + len(e) * np.log(2 * np.pi))
        x, P = x + K @ e, P - K @ C @ P
    return total


def parameters(result):
    names = dict(F="transition", V="input_matrix", b="dynamics_bias", Q="dynamics_cov", C="emission",
                 G="emission_input", c="emission_bias", R="emission_var", mu0="initial_mean", P0="initial_covariance")
    return {short: np.array(result[name], float) for short, name in names.items()}


def slope(result, y, u):
    """The largest |slope| among random directions in the free parameters, each moved in units of its own size:
    nats per thousandth."""
    f, random, steepest = parameters(result), np.random.default_rng(1), 0.0
    for _ in range(3):
        size = np.linalg.norm(f["C"], axis=1)
        direction = {"F": random.normal(size=f["F"].shape) * np.abs(f["F"]),
                     "C": random.normal(size=f["C"].shape) * np.abs(f["C"]), "c": random.normal(size=f["c"].shape) * size}
        ends = []
        for h in (1e-6, -1e-6):
            moved = dict(f)
            for name, d in direction.items():
                moved[name] = f[name] + h * d
            ends.append(log_likelihood(moved, y, u))
        steepest = max(steepest, abs(ends[0] - ends[1]) / 2e-3)
    return steepest


def fit(y, u, latents, alpha, *more):
    with tempfile.TemporaryDirectory() as folder:
        path, out = os.path.join(folder, "y.npy"), os.path.join(folder, "out.json")
        np.save(path, y)
        command = [KEYHOLE, "fit", path, "--method", "lds", "--latents", str(latents), "--alpha", str(alpha), "-o", out, *more]
        if u is not None:
            np.save(os.path.join(folder, "u.npy"), u)
            command += ["--input", os.path.join(folder, "u.npy")]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(f"{command}: exit {run.returncode}: {run.stderr[-400:]}")
        with open(out) as file:
            return json.load(file)


def end(start, best):
    below = best - start["log_likelihood"]
    word = {"given up": "left", "converged": ""}.get(start["status"], start["status"])
    return f"{below:.3g} {word} ({start['iterations']})".replace("  ", " ")


def main(asked):
    print("Nats below the best end that any start reached, and (steps); "
          "slope: nats per thousandth of a parameter, by finite differences.\n")
    print("| recording | T x N, L | subspace | PCA | factors | falling floors | followed channels | 24 starts | default below best | score, best's | "
          "likelihood by another filter | slope | s |\n|" + "---|" * 13, flush=True)
    wrong = 0
    for name, y, u, latents, alpha in [*made(), *circuits(), *references(), *real()]:
        if asked and name not in asked:
            continue
        usual = fit(y, u, latents, alpha)
        many = fit(y, u, latents, alpha, "--restarts", "24", "--iterations", "5000")
        ends = {start["start"]: start for start in usual["restarts"]}
        best = max(start["log_likelihood"] for start in usual["restarts"] + many["restarts"])
        own, top = usual["log_likelihood"][-1], many if many["log_likelihood"][-1] > usual["log_likelihood"][-1] else usual
        other = log_likelihood(parameters(usual), y, u)
        good = best - own < 1 and abs(other - own) < 1e-6 * abs(own)
        wrong += not good
        score = lambda result: "none" if result["line_attractor_score"] is None else f"{result['line_attractor_score']:.3f}"
        kinds = ("subspace identification", "principal components", "factor analysis", "falling noise floors",
                 "followed channels")
        near = sum(best - start["log_likelihood"] < 1 for start in many["restarts"])
        print(f"| {name} | {y.shape[0]} x {y.shape[1]}, {latents} | " +
              " | ".join(end(ends[kind], best) if kind in ends else "failed" for kind in kinds) +
              f" | {near} within a nat | {best - own:.2g} | {score(usual)}, {score(top)} | {other - own:.1e} | "
              f"{slope(usual, y, u):.1e} | {usual['summary']['seconds']:.2f} |{'' if good else ' **wrong** |'}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
