"""Files as h5py, SciPy and NumPy write them, into the folder that is named. Prints of each: what to read, neurons,
time points and a weighted sum, as these libraries read it back. Ends with 77 where they are missing."""
import sys
try:
    import h5py
    import numpy as np
    import scipy.io as sio
    import scipy.sparse as sparse
except ImportError:
    sys.exit(77)

folder = sys.argv[1]
X = np.random.default_rng(1).standard_normal((300, 4))


def said(spec, values):
    values = np.asarray(values, dtype=float)
    t, i = np.meshgrid(np.arange(values.shape[0]), np.arange(values.shape[1]), indexing="ij")
    print(spec, values.shape[1], values.shape[0], repr(float((values * (1 + (7 * t + 3 * i) % 11)).sum())), sep="\t")


for kind in ["f8", "f4", "f2", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "?", ">f8", ">i4"]:
    values = (np.abs(X) * 20).astype(kind)
    name = kind.replace("?", "bool").replace(">", "big")
    with h5py.File(f"{folder}/{name}.h5", "w") as file:
        file.create_dataset("x", data=values, chunks=(37, 3), compression="gzip", shuffle=True)
    with h5py.File(f"{folder}/{name}.h5") as file:
        said(f"{name}.h5", file["x"][()])
    np.savez_compressed(f"{folder}/{name}.npz", x=values)
    said(f"{name}.npz", np.load(f"{folder}/{name}.npz")["x"])
    if kind not in ("f2", ">f8", ">i4"):
        sio.savemat(f"{folder}/{name}.mat", {"x": values}, do_compression=True)
        said(f"{name}.mat", sio.loadmat(f"{folder}/{name}.mat")["x"])

for name, values in {"sparse": sparse.csc_matrix(np.where(X > 1, X, 0)), "complex": X + 0j}.items():
    sio.savemat(f"{folder}/{name}.mat", {"x": values})
    read = sio.loadmat(f"{folder}/{name}.mat")["x"]
    said(f"{name}.mat", read.toarray() if name == "sparse" else read.real)
with h5py.File(f"{folder}/complex.h5", "w") as file:
    file["x"] = X + 0j
said("complex.h5", X)
sio.savemat(f"{folder}/four.mat", {"x": X, "note": "text"}, format="4")
said("four.mat", sio.loadmat(f"{folder}/four.mat")["x"])

trials = np.zeros((1, 3), dtype=[("data", object), ("name", object)])
for k in range(3):
    trials[0, k] = (X[100 * k:100 * k + 50 + k], f"trial {k}")
sio.savemat(f"{folder}/trials.mat", {"D": trials, "info": np.ones((2, 6))}, do_compression=True)
said("trials.mat:D.data", np.vstack([trials[0, k][0] for k in range(3)]))
said("trials.mat:D(2).data", trials[0, 1][0])
sio.savemat(f"{folder}/pages.mat", {"x": np.stack([X, 2 * X], 2)})
said("pages.mat", np.vstack([X, 2 * X]))
said("pages.mat:x[:,:,2]", 2 * X)
with h5py.File(f"{folder}/pages.h5", "w") as file:
    file["a/x"] = np.stack([X, 2 * X], 2)
said("pages.h5", np.vstack([X, 2 * X]))
for order in "CF":
    np.save(f"{folder}/pages{order}.npy", np.asarray(np.stack([X, 2 * X], 2), order=order))
    said(f"pages{order}.npy", np.vstack([X, 2 * X]))

# After the NWB schema, by h5py.
with h5py.File(f"{folder}/session.nwb", "w") as file:
    file.attrs["nwb_version"] = "2.6.0"
    series = file.create_group("processing/ophys/Fluorescence/RoiResponseSeries")
    series.attrs["neurodata_type"] = "RoiResponseSeries"
    data = series.create_dataset("data", data=X)
    data.attrs["unit"] = "a.u."
    data.attrs["conversion"] = 2.0
    series.create_dataset("starting_time", data=0.0).attrs["rate"] = 20.0
    series["electrodes"] = np.arange(4)
    table = file.create_group("intervals/trials")
    table.attrs["neurodata_type"] = "TimeIntervals"
    table["start_time"] = np.arange(5.0)
said("session.nwb", 2 * X)
said("session.nwb:processing/ophys/Fluorescence/RoiResponseSeries", 2 * X)


# MATLAB 7.3 as MATLAB and hdf5storage lay it out: a user block of 512 bytes, axes turned, classes as attributes, cells
# and fields of an array of structs as references into #refs#.
class Mat73:
    def __init__(self, name, by_python):
        self.name, self.by_python, self.count = name, by_python, 0
        self.file = h5py.File(f"{folder}/{name}", "w", userblock_size=512)
        self.refs = self.file.create_group("#refs#")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        with open(f"{folder}/{self.name}", "r+b") as raw:
            raw.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8) + b"\x00\x02IM")

    def array(self, group, name, values, **how):
        values = np.asarray(values)
        logical = values.dtype == bool
        matlab = {"f8": "double", "f4": "single", "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32",
                  "i8": "int64"}
        node = group.create_dataset(name, data=(values.astype("u1") if logical else values).T, **how)
        node.attrs["MATLAB_class"] = np.string_("logical" if logical else matlab[values.dtype.str[1:]])
        if logical:
            node.attrs["MATLAB_int_decode"] = np.int32(1)
        if self.by_python:
            node.attrs["Python.Type"] = "numpy.ndarray"
            node.attrs["Python.numpy.UnderlyingType"] = values.dtype.name
        return node

    def text(self, group, name, text):
        node = group.create_dataset(name, data=np.array([[ord(c)] for c in text], "u2"))
        node.attrs["MATLAB_class"] = np.string_("char")
        node.attrs["MATLAB_int_decode"] = np.int32(2)

    def reference(self, values):
        self.count += 1
        name = f"r{self.count}"
        if isinstance(values, str):
            self.text(self.refs, name, values)
        else:
            self.array(self.refs, name, values)
        return self.refs[name].ref

    def references(self, group, name, elements, cell=True):
        node = group.create_dataset(name, data=np.array([[self.reference(e)] for e in elements], dtype=h5py.ref_dtype),
                                    dtype=h5py.ref_dtype)
        if cell:
            node.attrs["MATLAB_class"] = np.string_("cell")

    def struct(self, name, **fields):
        group = self.file.create_group(name)
        group.attrs["MATLAB_class"] = np.string_("struct")
        group.attrs.create("MATLAB_fields", [np.array([c.encode() for c in f], "S1") for f in fields],
                           dtype=h5py.vlen_dtype("S1"))
        return group


parts = [X[:100], X[100:180], X[180:]]
for by_python in [False, True]:
    file = "hdf5storage.mat" if by_python else "matlab73.mat"
    with Mat73(file, by_python) as mat:
        mat.array(mat.file, "x", X)
        mat.array(mat.file, "packed", 2 * X, chunks=(2, 50), compression="gzip")
        mat.array(mat.file, "single", X.astype("f4"))
        mat.array(mat.file, "whole", np.round(X * 10).astype("i2"))
        mat.array(mat.file, "truth", X > 0)
        mat.array(mat.file, "pages", np.stack([X, 2 * X], 2))
        mat.references(mat.file, "C", parts)
        data = mat.struct("data", spikes=0, fs=0)
        mat.array(data, "spikes", X)
        mat.array(data, "fs", np.array([[50.0]]))
        trials = mat.struct("dat", spikes=0, trialId=0)
        mat.references(trials, "spikes", parts, cell=False)
        mat.references(trials, "trialId", [np.array([[float(k)]]) for k in range(3)], cell=False)
        mat.text(mat.file, "note", "a note")
        empty = mat.file.create_dataset("nothing", data=np.zeros(2, "u8"))
        empty.attrs["MATLAB_class"], empty.attrs["MATLAB_empty"] = np.string_("double"), np.uint8(1)
    for place, values in [("x", X), ("packed", 2 * X), ("single", X.astype("f4")), ("whole", np.round(X * 10)), ("truth", X > 0),
                          ("pages", np.vstack([X, 2 * X])), ("pages[:,:,2]", 2 * X), ("C", X), ("C{2}", parts[1]),
                          ("data.spikes", X), ("dat.spikes", X), ("dat(3).spikes", parts[2])]:
        said(f"{file}:{place}", values)

# Struct arrays and cells by SciPy, in the shapes that are common.
D = np.zeros((1, 3), dtype=[("data", object), ("condition", object), ("epochStarts", object)])
dat = np.zeros((3, 1), dtype=[("trialId", object), ("spikes", object)])
C = np.empty((1, 3), dtype=object)
for k, part in enumerate(parts):
    D[0, k] = (part.T, f"reach{k}", np.array([1, 20.0]))
    dat[k, 0] = (float(k), np.round(np.abs(part.T) * 3).astype("u1"))
    C[0, k] = part
sio.savemat(f"{folder}/shapes.mat", {"D": D, "dat": dat, "C": C, "deep": {"a": {"b": X}}}, do_compression=True)
said("shapes.mat:C", X)
said("shapes.mat:C{3}", parts[2])
said("shapes.mat:deep.a.b", X)
said("shapes.mat:dat(2).spikes", np.round(np.abs(parts[1].T) * 3))
said("shapes.mat:D(1).data", parts[0].T)
