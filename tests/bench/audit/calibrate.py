#!/usr/bin/env python3
"""Calibrates the audit in six recording shapes and draws the reliability diagrams.

    tests/bench/audit/calibrate.py PROGRAM FOLDER OUT.json OUT.svg

PROGRAM is keyhole_calibration; FOLDER keeps the circuits, so that a run that was stopped goes on. With
FOLDER "-" nothing is run and OUT.svg is drawn from the OUT.json that is there. Needs no packages.
"""
import datetime
import json
import pathlib
import subprocess
import sys

TABLE = 4000
# units, samples, fresh circuits: 4200 in all.
SHAPES = [(8, 500, 700), (12, 2000, 800), (20, 1000, 700), (30, 5000, 700), (50, 10000, 700), (100, 3000, 600)]
SIDE, GAP, LEFT, TOP = 150, 46, 60, 70


def measured(program, folder):
    shapes = []
    for units, samples, fresh in SHAPES:
        out = pathlib.Path(folder) / f"calibration-{units}x{samples}.json"
        if not out.exists():
            subprocess.run([program, str(TABLE), str(fresh), str(units), str(samples), folder, str(out)], check=True)
        shapes.append(json.loads(out.read_text()))
    return {"date": datetime.date.today().isoformat(), "shapes": shapes}


def pooled(bins):
    """Bins of several shapes as one diagram: those of about the same probability together."""
    tenths = {}
    for one in bins:
        place = tenths.setdefault(min(9, int(10 * one["said"])), [0.0, 0.0, 0.0])
        place[0] += one["said"] * one["of"]
        place[1] += one["so"] * one["of"]
        place[2] += one["of"]
    return [{"said": a / n, "so": b / n, "of": n} for a, b, n in (tenths[k] for k in sorted(tenths))]


def wilson(share, n):
    z = 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, middle - reach), min(1.0, middle + reach)


def diagram(x, y, title, below, bins):
    def at(p, q):
        return x + SIDE * p, y + SIDE * (1 - q)

    parts = [f'<rect x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#888"/>',
             f'<line x1="{x}" y1="{y + SIDE}" x2="{x + SIDE}" y2="{y}" stroke="#bbb"/>',
             f'<text x="{x + SIDE / 2}" y="{y - 8}" text-anchor="middle" font-size="12">{title}</text>',
             f'<text x="{x + SIDE / 2}" y="{y + SIDE + 26}" text-anchor="middle" font-size="10" fill="#555">{below}</text>']
    for value in (0, 0.5, 1):
        px, py = at(value, value)
        parts.append(f'<text x="{px}" y="{y + SIDE + 12}" text-anchor="middle" font-size="9" fill="#555">{value:g}</text>')
        parts.append(f'<text x="{x - 4}" y="{py + 3}" text-anchor="end" font-size="9" fill="#555">{value:g}</text>')
    for one in bins:
        low, high = wilson(one["so"], one["of"])
        px, a = at(one["said"], low)
        _, b = at(one["said"], high)
        _, py = at(one["said"], one["so"])
        parts.append(f'<line x1="{px:.1f}" y1="{a:.1f}" x2="{px:.1f}" y2="{b:.1f}" stroke="#1f77b4"/>')
        parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.8" fill="#1f77b4"/>')
    return parts


def drawn(result):
    shapes = result["shapes"]
    diagrams = []
    for one in shapes:
        diagrams.append((f'{one["units"]} units × {one["samples"]}',
                         f'error {one["calibration_error"]:.3f}, limit {one["limit"]:.3f}, of {one["fresh"]}',
                         one["reliability"]))
    for place, mechanism in enumerate(m["name"] for m in shapes[0]["mechanisms"]):
        rows = [m for one in shapes for m in one["mechanisms"] if m["name"] == mechanism]
        within = sum(m["calibration_error"] <= m["limit"] for m in rows)
        diagrams.append((mechanism, f'within the limit in {within} of {len(rows)} shapes',
                         pooled([b for m in rows for b in m["reliability"]])))
    columns = 6
    rows = (len(diagrams) + columns - 1) // columns
    width, height = LEFT + columns * (SIDE + GAP), TOP + rows * (SIDE + GAP + 20) + 10
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
             f'viewBox="0 0 {width} {height}" font-family="sans-serif">',
             f'<rect width="{width}" height="{height}" fill="white"/>',
             f'<text x="{LEFT}" y="24" font-size="15">Probabilities that the audit states (across) against how often it '
             f'was so (up), with 95 % intervals; {result["date"]}</text>',
             f'<text x="{LEFT}" y="42" font-size="12" fill="#555">First row: a real slow variable, by recording. Below: '
             'weights of the mechanisms, all recordings together.</text>']
    for i, (title, below, bins) in enumerate(diagrams):
        parts += diagram(LEFT + i % columns * (SIDE + GAP), TOP + i // columns * (SIDE + GAP + 20), title, below, bins)
    return "\n".join(parts + ["</svg>"]) + "\n"


def main():
    program, folder, out, svg = sys.argv[1:]
    if folder != "-":
        pathlib.Path(out).write_text(json.dumps(measured(program, folder), indent=1) + "\n")
    pathlib.Path(svg).write_text(drawn(json.loads(pathlib.Path(out).read_text())))


if __name__ == "__main__":
    main()
