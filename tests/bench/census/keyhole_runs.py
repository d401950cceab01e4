"""Keyhole through its command line, and a table of what it said."""
import json
import os
import subprocess
import tempfile
import time

import numpy as np

KEYHOLE = os.environ.get("KEYHOLE", "build/test/app/keyhole")
SETTINGS = ["simulation.steps=3000"]


def attractors(teacher, student=None, settings=()):
    """The result of `keyhole attractors` for the matrices (a teacher may be a preset's name), with the
    seconds of processor time that it took."""
    with tempfile.TemporaryDirectory() as folder:
        def saved(matrix, name):
            if isinstance(matrix, str):
                return matrix
            path = os.path.join(folder, name + ".npy")
            np.save(path, np.ascontiguousarray(matrix, dtype=float))
            return path

        command = [KEYHOLE, "attractors"]
        command += [teacher] if isinstance(teacher, str) and "." not in teacher else ["--teacher", saved(teacher, "teacher")]
        if student is not None:
            command += ["--student", saved(student, "student")]
        for setting in SETTINGS + list(settings):
            command += ["--set", setting]
        out = os.path.join(folder, "out.json")
        before = os.times()
        run = subprocess.run(command + ["-o", out], capture_output=True, text=True)
        after = os.times()
        if run.returncode != 0:
            raise RuntimeError(f"{command}: exit {run.returncode}: {run.stderr[-400:]}")
        with open(out) as file:
            result = json.load(file)
    result["processor_seconds"] = after.children_user + after.children_system - before.children_user - before.children_system
    return result


def census(system):
    return system["points"]["census"]


def how(system):
    """The census in a word or two."""
    c = census(system)
    if c["completeness"] == "estimated":
        if c["missing"] is None:
            return "at least, no estimate"
        return "at least, none expected missing" if c["missing"] < 0.5 else f"at least, {c['missing']:.3g} or more missing (bound up to {c['missing_upper']:.3g})"
    return c["completeness"]


def holds_all(system, roots, distance=1e-5):
    """How many of the roots (rows) are not among the points that are listed."""
    places = np.array([point["position"] for point in system["points"]["points"] if point["kind"] == "fixed"])
    if len(roots) == 0:
        return 0
    if len(places) == 0:
        return len(roots)
    return sum(np.min(np.linalg.norm(places - root, axis=1)) > distance for root in roots)


def kinds(system):
    """Where the free runs end: "ring 15/15", "point 8/15, point 7/15" …"""
    words = []
    for one in system["coexisting"]["attractors"]:
        kind = one["kind"]
        if kind == "continuum":
            kind = system["continua"][one["number"] - 1]["status"]
        words.append(f"{kind} {one['runs']}/{system['coexisting']['runs']}")
    return ", ".join(words[:4]) + (f" + {len(words) - 4} more" if len(words) > 4 else "")


class Table:
    """Rows as Markdown, printed as they come; counts those that are not as they should be."""

    def __init__(self, title, *columns):
        self.wrong = self.rows = 0
        print(f"\n### {title}\n\n| {' | '.join(columns)} | |\n|{'---|' * (len(columns) + 1)}", flush=True)

    def row(self, good, *cells):
        self.rows += 1
        self.wrong += not good
        print(f"| {' | '.join(str(cell) for cell in cells)} | {'' if good else '**wrong**'} |", flush=True)

    def close(self):
        print(f"\n{self.rows - self.wrong} of {self.rows} as they should be.", flush=True)
        return self.wrong
