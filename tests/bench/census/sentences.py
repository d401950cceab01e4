#!/usr/bin/python3
"""The verdict's sentence about pairs of networks: a system against itself with noise on its weights, over many
seeds, and teachers of each kind against students of each other.

    KEYHOLE=build/test/app/keyhole tests/bench/census/sentences.py noise [SEEDS per system [PART of its name]] | kinds

Needs NumPy. Prints tables in Markdown; exit 1 if a sentence is not the right one. noise 72 (1008 pairs): about 17
minutes of processor time.
"""
import re
import sys
from collections import Counter

import numpy as np

import networks as net
from keyhole_runs import Table, attractors

SYSTEMS = {
    "point, 24 units": net.point(24, 0.5, 1),
    "two wells, 24 units": net.rank_one(24, 1.8, 2),
    "three bistable units, coupled": np.array([[2.0, -0.3, 0.1], [0.2, 1.8, -0.4], [-0.1, 0.3, 2.2]]),
    "five bistable units": 2 * np.eye(5),
    "random, 8 units, g = 2": net.random_network(8, 2.0, 1),
    "Hopfield, 3 patterns, 64 units": net.hopfield(net.hadamard_patterns(64, 3), 2.0),
    "line, λ = 1": net.rank_one(24, 1.0, 3),
    "line, λ = 0.99": net.rank_one(24, 0.99, 4),
    "ring, 24 units": net.cosine_ring(24, 1.5),
    "pinned ring, 12 units": net.cosine_ring(12, 2.0),
    "full-rank ring, 40 units": net.narrow_ring(40, 1.5, 2.0),
    "plane, 24 units": net.plane(24, 1.0, 0, 5),
    "cycle, 24 units": net.rotor(24, 1.8, 0.4, 6),
    "cycle beside a bistable unit": net.blocks(np.array([[1.6, -1.2], [1.2, 1.6]]), np.array([[2.0]])),
}


def wording(sentence):
    """The sentence without its numbers."""
    return re.sub(r"[-+±]? ?\d[\d.e+-]*i?|infinit\w*", "#", sentence).replace("# persistent mode (", "# persistent modes (")


def noise(seeds, part=""):
    table = Table(f"A system against itself with noise of 1e-3 on each weight, {seeds} seeds each", "system", "verdicts",
                  "wordings", "the most frequent", "s each")
    for name, B in SYSTEMS.items():
        if part not in name:
            continue
        kinds, words, seconds = Counter(), Counter(), 0.0
        for seed in range(seeds):
            other = B + 1e-3 * np.random.default_rng(10000 + seed).normal(size=B.shape)
            result = attractors(B, other)
            kinds[result["verdict"]["kind"]] += 1
            words[wording(result["verdict"]["sentence"])] += 1
            seconds += result["processor_seconds"]
            if result["verdict"]["kind"] != "faithful":
                print(f"<!-- {name}, seed {seed}: {result['verdict']['sentence']} -->", flush=True)
        table.row(kinds == Counter(faithful=seeds), name, ", ".join(f"{kind} {n}" for kind, n in kinds.most_common()),
                  len(words), f"{words.most_common(1)[0][1]}: {words.most_common(1)[0][0]}", f"{seconds / seeds:.1f}")
        for text, n in words.most_common()[1:6]:
            print(f"<!-- {n}: {text} -->")
    return table.close()


def kinds():
    n = 24
    of = {
        "point": net.point(n, 0.5, 1),
        "wells": net.rank_one(n, 1.8, 2),
        "line": net.rank_one(n, 1.0, 3),
        "pinned line": net.rank_one(n, 1.03, 3),
        "ring": net.cosine_ring(n, 1.5),
        "pinned ring": net.cosine_ring(n, 2.0, 0, 2e-3, 5),
        "plane": net.plane(n, 1.0, 0, 5),
        "cycle": net.rotor(n, 1.8, 0.4, 6),
    }
    group = {"pinned line": "line", "pinned ring": "ring"}

    def expected(teacher, student):
        t, s = group.get(teacher, teacher), group.get(student, student)
        if teacher == student:
            return {"faithful"}
        if t == s:
            return {"faithful", "weakened", "marginal", "missed", "spurious continuous attractor",
                    "spurious line attractor", "spurious persistence"}  # of another extent, or lasting longer
        if s == "point":
            return {"missed"}
        if s == "cycle":
            return {"spurious limit cycle"}
        if s == "ring" or s == "plane":
            return {"spurious continuous attractor"}
        if s == "line":
            return {"missed", "spurious line attractor"} if t == "plane" else {"spurious line attractor"}
        return {"spurious persistence", "missed"} if t != "point" else {"spurious persistence"}

    table = Table("Teachers against students of each kind, 24 units", "teacher", "student", "verdict", "sentence")
    for teacher, A in of.items():
        for student, B in of.items():
            verdict = attractors(A, B)["verdict"]
            good = verdict["kind"] in expected(teacher, student)
            words = {"ring": "ring attractor", "line": "line attractor", "plane": "plane attractor", "cycle": "limit cycle"}
            parts = verdict["sentence"].split("; the teacher has ")
            for kind, part in zip((group.get(student, student), group.get(teacher, teacher)), parts):
                good = good and (kind not in words or words[kind] in part)
            table.row(good, teacher, student, verdict["kind"], verdict["sentence"])
    return table.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["noise"]:
        sys.exit(1 if noise(int(sys.argv[2]) if len(sys.argv) > 2 else 72, *sys.argv[3:4]) else 0)
    if sys.argv[1:] == ["kinds"]:
        sys.exit(1 if kinds() else 0)
    sys.exit(__doc__)
