#!/usr/bin/python3
"""What `keyhole attractors` finds in networks whose attractors are known or counted independently.

    KEYHOLE=build/test/app/keyhole tests/bench/census/census.py [SECTION …]

Needs NumPy. Prints tables in Markdown; exit 1 if a row is not as it should be. All sections: about 20 minutes.
"""
import sys

import numpy as np

import independent as solver
import networks as net
from keyhole_runs import Table, attractors, census, holds_all, how, kinds

CASES = None  # folder of ring3.npy, if given


def uncoupled():
    table = Table("Uncoupled bistable units, x = 2 tanh x", "units", "points, stable", "found", "how", "s")
    for n in range(2, 9):
        result = attractors(2 * np.eye(n))
        c = census(result["teacher"])
        good = (c["fixed"], c["stable"], c["completeness"]) == (3**n, 2**n, "certified")
        table.row(good, n, f"{3**n}, {2**n}", f"{c['fixed']}, {c['stable']}", how(result["teacher"]),
                  f"{result['processor_seconds']:.1f}")
    # More than can be listed: all stable ones, and a lower bound of what is missing that is one.
    n, result = 12, attractors(2 * np.eye(12))
    c = census(result["teacher"])
    good = c["stable"] == 2**n and c["completeness"] == "estimated" and c["fixed"] + c["missing"] <= 3**n
    table.row(good, n, f"{3**n}, {2**n}", f"{c['fixed']}, {c['stable']}", how(result["teacher"]),
              f"{result['processor_seconds']:.1f}")
    return table.close()


def three_coupled():
    B = np.array([[2.0, -0.3, 0.1], [0.2, 1.8, -0.4], [-0.1, 0.3, 2.2]])
    table = Table("Three coupled bistable units", "network", "counted", "found", "how")
    roots = solver.points_of_rest(B)
    result = attractors(B)
    good = census(result["teacher"])["fixed"] == len(roots) and holds_all(result["teacher"], roots) == 0
    table.row(good, "made here", len(roots), census(result["teacher"])["fixed"], how(result["teacher"]))
    if CASES:
        B = np.load(CASES + "/numbers/ring3.npy")
        roots = solver.points_of_rest(B)
        result = attractors(B)
        good = census(result["teacher"])["fixed"] == 23 == len(roots) and holds_all(result["teacher"], roots) == 0
        table.row(good, "ring3.npy", len(roots), census(result["teacher"])["fixed"], how(result["teacher"]))
    return table.close()


def hopfield():
    table = Table("Hopfield networks, gain 2", "patterns", "stable at ± each", "counted", "found, stable", "how", "s")
    for name, xi in ([(f"{p} orthogonal, 64 units", net.hadamard_patterns(64, p)) for p in (1, 2, 3, 4)] +
                     [(f"{p} random, {n} units", net.random_patterns(n, p, p)) for n, p in
                      ((100, 2), (100, 3), (100, 5), (400, 6), (400, 8), (400, 10))]):
        n, p = xi.shape
        B = net.hopfield(xi, 2.0)
        roots = solver.points_in_latents(xi, 2.0 / n * xi)
        counted = len(roots), int(solver.stable(B, roots).sum()) if len(roots) < 400 else -1
        result = attractors(B)
        system = result["teacher"]
        at = 0
        for k in range(p):
            x = 2.0 * xi[:, k]
            for _ in range(2000):
                x = x + 0.5 * (-x + B @ np.tanh(x))
            at += 2 * (holds_all(system, [x], 1e-4) == 0)
        c = census(system)
        good = at == 2 * p and c["fixed"] >= len(roots) and (holds_all(system, roots) == 0 or c["fixed"] > 256)
        good = good and (c["completeness"] == "certified" or p > 6)
        table.row(good, name, f"{at} of {2 * p}", f"{counted[0]}, {counted[1]}", f"{c['fixed']}, {c['stable']}",
                  how(system), f"{result['processor_seconds']:.1f}")
    return table.close()


def random_networks():
    table = Table("90 random networks against 10⁴ starts of plain Newton", "units", "networks", "counted, stable",
                  "found, stable", "missed, stable", "certified", "s each")
    for n in (2, 3, 4, 5, 6, 7, 8, 10, 12):
        total = dict(counted=0, stable=0, found=0, foundStable=0, missed=0, missedStable=0, certified=0, s=0.0)
        for seed in range(10):
            B = net.random_network(n, (1.5, 2.0, 2.5, 3.0, 4.0)[seed % 5], seed)
            roots = solver.points_of_rest(B)
            isStable = solver.stable(B, roots)
            result = attractors(B)
            system = result["teacher"]
            c = census(system)
            total["counted"] += len(roots)
            total["stable"] += int(isStable.sum())
            total["found"] += c["fixed"]
            total["foundStable"] += c["stable"]
            total["missed"] += holds_all(system, roots)
            total["missedStable"] += holds_all(system, roots[isStable])
            total["certified"] += c["completeness"] == "certified"
            total["s"] += result["processor_seconds"]
        table.row(total["missed"] == 0, n, 10, f"{total['counted']}, {total['stable']}",
                  f"{total['found']}, {total['foundStable']}", f"{total['missed']}, {total['missedStable']}",
                  f"{total['certified']} of 10", f"{total['s'] / 10:.1f}")
    return table.close()


def larger_random():
    table = Table("Larger random networks against 10⁴ starts of plain Newton", "units, gain", "counted, stable",
                  "found, stable", "missed, stable", "how", "s")
    for n, gain in ((15, 1.5), (15, 2.5), (20, 1.5), (20, 2.0), (30, 1.5), (30, 2.0), (40, 1.5)):
        for seed in (1, 2):
            B = net.random_network(n, gain, seed)
            roots = solver.points_of_rest(B, count=10000)
            isStable = solver.stable(B, roots)
            result = attractors(B)
            system = result["teacher"]
            c = census(system)
            missed, missedStable = holds_all(system, roots), holds_all(system, roots[isStable])
            listed = len(system["points"]["points"])
            good = missedStable == 0 and (missed == 0 or c["missing"] is None or c["missing_upper"] + 1 >= missed or listed >= 256)
            table.row(good, f"{n}, {gain}", f"{len(roots)}, {int(isStable.sum())}", f"{c['fixed']}, {c['stable']}",
                      f"{missed}, {missedStable}", how(system), f"{result['processor_seconds']:.1f}")
    return table.close()


def continua():
    table = Table("Ring and line networks", "network", "is", "told as", "extent (told / right)", "on it", "free runs", "s")

    def add(name, B, kind, extent=None):
        result = attractors(B)
        system = result["teacher"]
        found = [one["status"] for one in system["continua"]]
        told = ", ".join(found) if found else "none"
        kinds_right = (found == [kind]) if kind != "none" else not found
        ratio = ""
        if found and extent:
            share = system["continua"][0]["extent"] / extent
            ratio = f"{share:.4f}"
            kinds_right = kinds_right and abs(share - 1) < 0.02
        on = f"{system['continua'][0]['stable_points']} stable, {system['continua'][0]['other_points']} other" if found else ""
        table.row(kinds_right, name, kind, told, ratio, on, kinds(system), f"{result['processor_seconds']:.1f}")

    for n in (12, 20, 50, 100, 200):
        for gain, inhibition, noise in ((1.2, 0, 0), (1.5, 1, 0), (2.0, 0, 1e-3)):
            B = net.cosine_ring(n, gain, inhibition, noise, seed=n)
            add(f"ring of {n}, gain {gain}, noise {noise:g}", B, "ring",
                2 * np.pi * net.bump_radius(net.cosine_ring(n, gain, inhibition), n))
    for n in (12, 20, 50, 100):
        for noise in (0, 1e-3):
            B = net.narrow_ring(n, 1.5, 2.0, noise, seed=n)
            add(f"full-rank ring of {n}, noise {noise:g}", B, "ring")
    add("ring of 50, gain 0.8: below", net.cosine_ring(50, 0.8), "none")
    add("ring of 50, gain 1", net.cosine_ring(50, 1.0), "plane")
    for n in (12, 50, 200):
        add(f"line of {n}, gain 1", net.rank_one(n, 1.0, n), "line")
        add(f"line of {n}, gain 1.03: pinned", net.rank_one(n, 1.03, n), "line")
        add(f"line of {n}, gain 1, noise 1e-3", net.rank_one(n, 1.0, n, 1e-3), "line")
        add(f"wells of {n}, gain 2", net.rank_one(n, 2.0, n), "none")
        add(f"point of {n}", net.point(n, 0.5, n), "none")
    for n, value, noise in ((12, 1.0, 0), (40, 1.0, 0), (40, 0.999, 0), (40, 1.0, 1e-3), (200, 1.0, 0)):
        add(f"two equal modes {value}, {n} units, noise {noise:g}", net.plane(n, value, noise, n), "plane")
    return table.close()


def flat():
    table = Table("tanh with the identity: one point, three times a root", "units", "found", "how", "told", "s")
    for n in (2, 3, 5, 8, 20, 50):
        result = attractors(np.eye(n))
        c = census(result["teacher"])
        line = result["teacher"]["slow_line"]["message"]
        table.row(c["fixed"] == 1, n, c["fixed"], how(result["teacher"]), line, f"{result['processor_seconds']:.1f}")
    return table.close()


def latents():
    table = Table("Low-rank networks, searched in their latents", "network", "counted", "found", "missed", "how", "s")
    for n in (10, 100, 1000):
        for rank in (1, 2, 3):
            random = np.random.default_rng(100 * rank + 7)
            M = random.normal(size=(n, rank))
            N = (2.5 * M + 0.5 * random.normal(size=(n, rank))) / n
            roots = solver.points_in_latents(M, N, 4000)
            result = attractors(M @ N.T)
            system = result["teacher"]
            c = census(system)
            missed = holds_all(system, roots, 1e-4)
            table.row(missed == 0 and c["completeness"] == "certified", f"{n} units, rank {rank}", len(roots),
                      c["fixed"], missed, how(system), f"{result['processor_seconds']:.1f}")
    return table.close()


def several_kinds():
    table = Table("Several attractors of different kinds in one network", "network", "should be", "told", "s")

    def add(name, B, expected):
        result = attractors(B)
        system = result["teacher"]
        told = {}
        for one in system["coexisting"]["attractors"]:
            kind = one["kind"]
            if kind == "continuum":
                kind = system["continua"][one["number"] - 1]["status"]
            told[kind] = told.get(kind, 0) + 1
        shares = sum(one["share"] for one in system["coexisting"]["attractors"])
        table.row(told == expected and abs(shares - 1) < 1e-9, name, expected, system["coexisting"]["message"],
                  f"{result['processor_seconds']:.1f}")

    well, turn = np.array([[2.0]]), np.array([[1.6, -1.2], [1.2, 1.6]])
    add("a rotor beside a bistable unit", net.blocks(turn, well), {"cycle": 2})
    add("a ring of 16 beside a bistable unit", net.blocks(net.cosine_ring(16, 1.5), well), {"ring": 2})
    add("a line beside a bistable unit", net.blocks(net.rank_one(12, 1.0), well), {"line": 2})
    add("two rotors of periods without a common measure", net.blocks(turn, np.array([[1.5, -0.5], [0.5, 1.5]])), {"torus": 1})
    add("two bistable units and a decaying block", net.blocks(well, well, net.point(10)), {"point": 4})
    return table.close()


def chaos():
    table = Table("N = 50, g = 2.5", "seed", "told", "λ₁ told", "λ₁ counted from those runs", "s")
    for seed in range(1, 13):
        B = np.random.default_rng(seed).normal(size=(50, 50)) * 2.5 / np.sqrt(50)
        result = attractors(B)
        system = result["teacher"]
        random = np.random.default_rng(5)
        exponents = [solver.leading_exponent(B, 0.5 * random.normal(size=50), 300, 600) for _ in range(4)]
        has = {one["kind"] for one in system["coexisting"]["attractors"] if one["runs"]}
        # Chaos may be a way to a cycle, whose runs are then told to end there; but every run is told.
        good = "unresolved" not in has and (max(exponents) < 0.004 or "chaos" in has or "cycle" in has)
        good = good and ("chaos" not in has or max(exponents) > 0)
        told = system["lyapunov"]["exponents"][0]
        table.row(good, seed, system["coexisting"]["message"], f"{told:.4f}",
                  ", ".join(f"{value:.4f}" for value in exponents), f"{result['processor_seconds']:.1f}")
    return table.close()


def missing_cycles(steps, rows, period=None):
    """How many of these states (rows) are on none of the cycles that were found."""
    orbits = [np.array(one["orbit"]) for one in steps["cycles"] if period is None or one["period_steps"] == period]
    return sum(not any(np.linalg.norm(orbit - row, axis=1).min() < 1e-4 for orbit in orbits) for row in rows)


def maps():
    """Steps of alpha = 1 (and 0.7) go where the flow never does: cycles of two steps and longer ones."""
    table = Table("Cycles of maps x ← (1-α) x + α B tanh x, against 10⁴ starts of Newton on two steps and 500 runs",
                  "network", "α", "2 steps: counted, stable", "found, stable", "missed", "certified", "runs end on (solver)",
                  "told", "s")

    def add(name, B, alpha):
        two, leading = solver.cycles_of_two_steps(B, alpha)
        ends = solver.ends_in_steps(B, alpha)
        # Runs of the map, from which the student's free runs differ: the step is a setting.
        result = attractors(B, settings=[f"simulation.alpha={alpha}"])
        steps = result["teacher"]["in_steps"] or {"cycles": [], "two_steps": "none looked for", "message": ""}
        of_two = [one for one in steps["cycles"] if one["period_steps"] == 2]
        missed = missing_cycles(steps, two, 2)
        longer = {p: rows for p, rows in ends.items() if p > 2}
        missed_longer = sum(missing_cycles(steps, rows, p) for p, rows in longer.items())
        stable = sum(one["stability"] == "stable" for one in of_two)
        good = missed == 0 and missed_longer == 0 and stable == int((leading < 1 - 1e-6).sum())
        if steps["two_steps"] == "certified":
            good = good and len(of_two) == len(two)
        table.row(good, name, alpha, f"{len(two)}, {int((leading < 1 - 1e-6).sum())}", f"{len(of_two)}, {stable}",
                  f"{missed}, longer {missed_longer}", steps["two_steps"],
                  ", ".join(f"{p} steps: {len(rows)}" for p, rows in ends.items()), steps["message"],
                  f"{result['processor_seconds']:.1f}")

    for n in (2, 3, 4, 5):
        add(f"{n} flipping units", -1.7 * np.eye(n), 1)
    for n in (3, 5):
        add(f"ring of {n}, each driven by the last", 2 * np.roll(np.eye(n), 1, axis=0), 1)
    add("a flipping unit beside a well", np.diag([-1.7, 2.0]), 1)
    for alpha in (1, 0.7):
        for n in (2, 3, 4, 5, 6):
            for seed in (1, 2):
                add(f"random {n}, g = 3, seed {seed}", net.random_network(n, 3.0, 50 + seed), alpha)
    for n in (10, 20):
        add(f"random {n}, g = 2", net.random_network(n, 2.0, 7), 1)
    for n in (10, 100):
        add(f"rank one, -1.8, {n} units", net.rank_one(n, -1.8, n), 1)
    return table.close()


SECTIONS = dict(maps=maps, uncoupled=uncoupled, three=three_coupled, hopfield=hopfield, random=random_networks,
                larger=larger_random, continua=continua, flat=flat, latents=latents, several=several_kinds,
                chaos=chaos)

if __name__ == "__main__":
    import os

    CASES = os.environ.get("KEYHOLE_CASES")
    asked = sys.argv[1:] or list(SECTIONS)
    unknown = [name for name in asked if name not in SECTIONS]
    if unknown:
        sys.exit(f"unknown section {unknown[0]}; allowed: {', '.join(SECTIONS)}")
    sys.exit(1 if sum(SECTIONS[name]() for name in asked) else 0)
