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
