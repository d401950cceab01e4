"""Files after the schema of Neurodata Without Borders, by h5py, into the folder that is named. Prints for each of
them, tab-separated: what to read, --bin, --trials, whether it is turned, neurons, lengths of the trials, seconds
between samples, and a weighted sum, as NumPy has it from the same numbers; or for what must be refused: "!" and words
of the sentence. Ends with 77 where h5py or NumPy is missing."""
import sys
import uuid

try:
    import h5py
    import numpy as np
except ImportError:
    sys.exit(77)

folder = sys.argv[1]
random = np.random.default_rng(3)
TEXT = h5py.string_dtype()


def typed(node, kind, namespace="core", **attributes):
    node.attrs["neurodata_type"] = kind
    node.attrs["namespace"] = namespace
    node.attrs["object_id"] = str(uuid.UUID(int=len(kind)))
    for name, value in attributes.items():
        node.attrs[name] = value
    return node


class Nwb:
    """A file with all that the schema demands of every file."""

    def __init__(self, name):
        self.name = f"{name}.nwb"
        self.file = h5py.File(f"{folder}/{self.name}", "w")
        typed(self.file, "NWBFile", nwb_version="2.6.0")
        for group in ["acquisition", "analysis", "processing", "stimulus/presentation", "stimulus/templates", "general",
                      "scratch"]:
            self.file.create_group(group)
        self.file.create_dataset("file_create_date", data=["2024-01-31T10:00:00+01:00"], dtype=TEXT)
        for text in ["identifier", "session_description", "session_start_time", "timestamps_reference_time"]:
            self.file.create_dataset(text, data="2024-01-31T10:00:00+01:00", dtype=TEXT)
        self.file.create_dataset("specifications/core/2.6.0/namespace", data='{"namespaces":[]}', dtype=TEXT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def series(self, path, kind, data, rate=None, start=0.0, timestamps=None, conversion=None, offset=None, unit="volts",
               channels=None, **how):
        group = typed(self.file.create_group(path), kind, comments="none", description="none")
        values = group.create_dataset("data", data=data, **how)
        values.attrs["unit"] = unit
        values.attrs["resolution"] = -1.0
        if conversion is not None:
            values.attrs["conversion"] = np.float32(conversion)
        if offset is not None:
            values.attrs["offset"] = np.float32(offset)
        if rate is not None:
            group.create_dataset("starting_time", data=float(start)).attrs.update(rate=np.float32(rate), unit="seconds")
        if timestamps is not None:
            group.create_dataset("timestamps", data=timestamps).attrs.update(interval=np.int32(1), unit="seconds")
        if channels is not None:
            group.create_dataset("channel_conversion", data=np.asarray(channels, "f4")).attrs["axis"] = np.int32(1)
        return group

    def table(self, path, kind, columns, **attributes):
        group = typed(self.file.create_group(path), kind, "hdmf-common" if kind == "DynamicTable" else "core",
                      description="none", **attributes)
        group.attrs.create("colnames", [c for c in columns if not c.endswith("_index")], dtype=TEXT)
        for name, values in columns.items():
            column = typed(group.create_dataset(name, data=values, dtype=TEXT if isinstance(values[0], str) else None),
                           "VectorIndex" if name.endswith("_index") else "VectorData", "hdmf-common", description="none")
            if name.endswith("_index"):
                column.attrs["target"] = group[name[:-6]].ref
        typed(group.create_dataset("id", data=np.arange(len(next(iter(columns.values()))))), "ElementIdentifiers",
              "hdmf-common")
        return group

    def trials(self, starts, stops, name="trials"):
        return self.table(f"intervals/{name}", "TimeIntervals",
                          {"start_time": np.asarray(starts, float), "stop_time": np.asarray(stops, float),
                           "choice": ["left"] * len(starts)})

    def units(self, spikes, observed=None):
        columns = {"spike_times": np.concatenate(spikes), "spike_times_index": np.cumsum([len(s) for s in spikes])}
        if observed is not None:
            columns["obs_intervals"] = np.concatenate(observed)
            columns["obs_intervals_index"] = np.cumsum([len(o) for o in observed])
        group = self.table("units", "Units", columns)
        group["spike_times"].attrs["resolution"] = 1 / 30000
        return group


def said(spec, trials, seconds, binned="", cut="", turned=0):
    """trials: T x N each."""
    total, at = 0.0, 0
    for values in trials:
        values = np.asarray(values, float)
        t, i = np.meshgrid(at + np.arange(values.shape[0]), np.arange(values.shape[1]), indexing="ij")
        total += np.nansum(values * (1 + (7 * t + 3 * i) % 11))
        at += len(values)
    print(spec, binned, cut, turned, trials[0].shape[1], ",".join(str(len(v)) for v in trials), repr(float(seconds)),
          repr(float(total)), sep="\t")


def refused(spec, words, binned="", cut="", turned=0):
    print(spec, binned, cut, turned, "!", words, sep="\t")


X = random.standard_normal((300, 4))
whole = np.round(X * 100).astype("i2")

# An ElectricalSeries of 16-bit numbers with everything that scales them, and trials.
with Nwb("lfp") as nwb:
    gains = [1.0, 2.0, 0.5, 1.5]
    nwb.series("acquisition/ElectricalSeries", "ElectricalSeries", whole, rate=100, start=5, conversion=0.25, offset=0.5,
               channels=gains, chunks=(64, 2), compression="gzip")
    nwb.trials([5.0, 6.0, 7.5, 100.0], [5.5, 6.75, 20.0, 101.0])
    nwb.trials([5.0, np.nan], [5.5, 6.0], "epochs")
    volts = whole * 0.25 * np.asarray(gains) + 0.5
said("lfp.nwb", [volts], 0.01)
said("lfp.nwb:acquisition/ElectricalSeries", [volts], 0.01)
said("lfp.nwb", [volts[:50], volts[100:175], volts[250:]], 0.01, cut="trials")
said("lfp.nwb", [volts[:50]], 0.01, cut="epochs")
said("lfp.nwb", [volts[:50]], 0.01, cut="intervals/epochs")
refused("lfp.nwb", "no table of intervals \"rials\"", cut="rials")

# Calcium: Fluorescence and DfOverF, each with a RoiResponseSeries; timestamps with a jump.
times = 3 + 0.05 * np.arange(300.0)
times[200:] += 4
with Nwb("calcium") as nwb:
    for name, values in [("Fluorescence", X), ("DfOverF", 2 * X)]:
        typed(nwb.file.create_group(f"processing/ophys/{name}"), name)
        nwb.series(f"processing/ophys/{name}/RoiResponseSeries", "RoiResponseSeries", values, timestamps=times, unit="n.a.")
        nwb.file[f"processing/ophys/{name}/RoiResponseSeries/rois"] = np.arange(4)
    nwb.series("acquisition/TwoPhotonSeries", "TwoPhotonSeries", np.zeros((300, 3, 2), "u2"), timestamps=times)
    typed(nwb.file.create_group("processing/behavior/Position"), "Position")
    nwb.series("processing/behavior/Position/SpatialSeries", "SpatialSeries", X[:, :2], timestamps=times)
    nwb.trials([3.0, 12.0], [5.0, 18.0])
refused("calcium.nwb", "holds 2 numeric matrices")
for name, factor in [("Fluorescence", 1), ("DfOverF", 2)]:
    for path in [f"processing/ophys/{name}/RoiResponseSeries", f"processing/ophys/{name}",
                 f"processing/ophys/{name}/RoiResponseSeries/data"]:
        said(f"calcium.nwb:{path}", [factor * X[:200], factor * X[200:]], 0.05)
# From 12 to 18 s: samples 180 to 199, and behind the jump 200 to 219.
said("calcium.nwb:processing/ophys/DfOverF", [2 * X[:40], 2 * X[180:200], 2 * X[200:220]], 0.05, cut="trials")
refused("calcium.nwb:acquisition/TwoPhotonSeries", "series of 300 x 3 x 2")

# Turned against the schema: the timestamps tell.
with Nwb("turned") as nwb:
    nwb.series("acquisition/a", "RoiResponseSeries", X.T, timestamps=np.arange(300) / 20)
refused("turned.nwb", "--transpose")
said("turned.nwb", [X], 0.05, turned=1)

# What stands beside the numbers and is wrong.
for name, how, words in [
    ("backwards", {"timestamps": np.concatenate([np.arange(150.0), np.arange(150.0)])}, "do not rise"),
    ("fewer", {"timestamps": np.arange(299.0)}, "its timestamps 299"),
    ("nan_clock", {"timestamps": np.where(np.arange(300) == 7, np.nan, np.arange(300.0))}, "nan at time point 8"),
    ("negative_rate", {"rate": -20}, "the rate -20"),
    ("zero_conversion", {"rate": 20, "conversion": 0}, "the conversion 0"),
    ("nan_conversion", {"rate": 20, "conversion": np.nan}, "the conversion nan"),
    ("channels", {"rate": 20, "channels": [1, 2]}, "its channel_conversion 2"),
]:
    with Nwb(name) as nwb:
        nwb.series("acquisition/a", "ElectricalSeries", X, **how)
    refused(f"{name}.nwb", words)
with Nwb("no_rate") as nwb:
    nwb.series("acquisition/a", "TimeSeries", X)
    nwb.trials([0.0], [1.0])
said("no_rate.nwb", [X], 0)
refused("no_rate.nwb", "not known in seconds", cut="trials")

# A series with one channel, and one whose data and timestamps are those of another.
with Nwb("one") as nwb:
    nwb.series("acquisition/a", "TimeSeries", X[:, 0], rate=50)
said("one.nwb", [X[:, :1]], 0.02)
with Nwb("linked") as nwb:
    nwb.series("acquisition/a", "ElectricalSeries", X, timestamps=np.arange(300) / 8)
    copy = typed(nwb.file.create_group("processing/ecephys/LFP"), "ElectricalSeries")
    copy["data"] = h5py.SoftLink("/acquisition/a/data")
    copy["timestamps"] = h5py.SoftLink("/acquisition/a/timestamps")
said("linked.nwb:processing/ecephys/LFP", [X], 0.125)
with Nwb("outside") as nwb:
    copy = typed(nwb.file.create_group("acquisition/a"), "ElectricalSeries")
    copy["data"] = h5py.ExternalLink("lfp.nwb", "/acquisition/ElectricalSeries/data")
refused("outside.nwb:acquisition/a", "a link to another file, which is not followed")

# Spike times.
spikes = [np.sort(random.uniform(0, 30, n)) for n in (200, 0, 150)]
edges = np.arange(0, 31) * 1.0


def counts(begin, width, bins):
    return np.stack([np.histogram(s, begin + width * np.arange(bins + 1))[0] for s in spikes], 1)


with Nwb("spikes") as nwb:
    nwb.units(spikes)
    nwb.trials([0.25, 10.0, 12.0], [4.3, 11.0, 12.15])
    nwb.series("stimulus/presentation/light", "TimeSeries", X[:, :2], rate=10)
last = int(np.floor(max(s.max() for s in spikes if len(s)) / 0.1)) + 1
said("spikes.nwb", [counts(0, 0.1, last)], 0.1, binned="0.1")
said("spikes.nwb:units", [counts(0.25, 0.1, 40), counts(10, 0.1, 10)], 0.1, binned="0.1", cut="trials")
refused("spikes.nwb", "--bin")
with Nwb("both") as nwb:
    nwb.units(spikes)
    nwb.series("acquisition/LFP", "ElectricalSeries", X, rate=100)
refused("both.nwb", "units (3 units Units)", binned="0.1")
said("both.nwb:acquisition/LFP", [X], 0.01)

observed = [np.array([[0.0, 10.0], [20.0, 40.0]]), np.array([[0.0, 40.0]]), np.array([[0.0, 40.0]])]
with Nwb("observed") as nwb:
    nwb.units(spikes, observed)
seen = counts(0, 1.0, 30).astype(float)
seen[10:20, 0] = np.nan
said("observed.nwb", [seen], 1.0, binned="1")

for name, times, words in [
    ("spikes_backwards", [np.array([1.5, 0.5, 2.25])], "run backwards"),
    ("spikes_negative", [np.array([-1.5, 0.5])], "-1.5"),
    ("spikes_samples", [np.arange(0, 300000, 1000.0)], "whole numbers throughout"),
    ("spikes_nan", [np.array([0.5, np.nan])], "nan"),
]:
    with Nwb(name) as nwb:
        nwb.units(times)
    refused(f"{name}.nwb", words, binned="0.1")
with Nwb("spikes_index") as nwb:
    nwb.units(spikes)
    nwb.file["units/spike_times_index"][:] = [200, 100, 350]
refused("spikes_index.nwb", "spike_times_index 100 of unit 2", binned="0.1")
with Nwb("end_before") as nwb:
    nwb.units(spikes)
    nwb.trials([1.0, 5.0], [2.0, 4.0])
refused("end_before.nwb", "from 5 to 4 s (number 2)", binned="0.1", cut="trials")
