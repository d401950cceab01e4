#include "tests/bench/ratio_table.h"

#include <algorithm>
#include <cstdio>

namespace keyhole::bench {

namespace {

struct Ratio {
  const char* what;
  const char* numerator;
  const char* denominator;
};

// What is claimed, of two cases of the same run.
constexpr Ratio kRatios[] = {
    {"state update, low rank tanh: dense / structured", "state_update/low_rank_tanh/dense",
     "state_update/low_rank_tanh/structured"},
    {"state update, low rank linear: dense / structured", "state_update/low_rank_linear/dense",
     "state_update/low_rank_linear/structured"},
    {"state update, chain in its modes: dense / structured", "state_update/chain/dense",
     "state_update/chain/structured"},
    {"state update, chain, with the way back to units: dense / structured", "state_update/chain/dense",
     "state_update/chain/structured_to_units"},
    {"whole simulation, low rank tanh: dense / structured", "simulation/low_rank_tanh/dense",
     "simulation/low_rank_tanh/structured"},
    {"whole simulation, chain: dense / structured", "simulation/chain/dense", "simulation/chain/structured"},
    {"share of normal variates in the structured low-rank simulation", "normals/500x30000",
     "simulation/low_rank_tanh/structured"},
    {"share of normal variates in the dense low-rank simulation", "normals/500x30000",
     "simulation/low_rank_tanh/dense"},
    {"MAP fits of d = 1 … 500: a pass each (10 of them, times 50) / one shared pass",
     "map_all_d/pass_each_times_50", "map_all_d/one_pass"},
    {"experiment, fraction moved: from scratch / stages reused", "experiment/from_scratch",
     "experiment/fraction_moved"},
    {"latent LDS of Fig. 2: published implementation, 200 iterations (elsewhere) / best of five starts",
     "lds/published_seconds", "lds/exact/5000"},
    {"latent LDS, exact EM: T = 20000 / T = 5000", "lds/one_start/20000", "lds/one_start/5000"},
    {"BPTT epoch, 25 seen units: windows one by one / side by side", "bptt_epoch/one_by_one/0",
     "bptt_epoch/linear/0/5000"},
    {"BPTT epoch, 25 seen and 200 hidden units: windows one by one / side by side",
     "bptt_epoch/one_by_one/200", "bptt_epoch/linear/200/5000"},
    {"BPTT epoch, n = 125: T = 20000 / T = 5000", "bptt_epoch/linear/100/20000",
     "bptt_epoch/linear/100/5000"},
    {"BPTT epoch, n = 100 / n = 50", "bptt_epoch/linear/75/5000", "bptt_epoch/linear/25/5000"},
    {"CORNN, 20 units, 6000 steps, 100 iterations each: NumPy / ours", "cornn/numpy", "cornn/ours"},
    {"CORNN, whole fit: NumPy, 1000 iterations / ours, until it stands still", "cornn/numpy_whole_fit",
     "cornn/ours_whole_fit"},
    {"pseudospectrum, 50 units, 128 x 128, in hundredths: SVDs / ours", "pseudospectrum/svd_hundredth/50",
     "pseudospectrum/direct/50"},
    {"pseudospectrum, 100 units, 128 x 128, in hundredths: SVDs / ours", "pseudospectrum/svd_hundredth/100",
     "pseudospectrum/direct/100"},
    {"pseudospectrum, 100 units: 16, 32, 64 and 128 in turn / 128 at once", "pseudospectrum/refined/100",
     "pseudospectrum/direct/100"},
    {"64 starts for fixed points of a dense 500-unit network / one LU of its size",
     "fixed_points/dense_500/1", "fixed_points/lu_500"},
    {"1000 starts for fixed points, low rank: D = 100000 / D = 500", "fixed_points/low_rank/100000",
     "fixed_points/low_rank/500"},
    {"curve, low rank, d = 1 … 500: QR iteration on each (9 of them, for 500) / factors",
     "curve/low_rank/dense_for_all", "curve/low_rank/all"},
    {"curve, unrotated chain, d = 1 … 500: QR iteration on each (9, for 500) / its polynomial",
     "curve/chain/dense_for_all", "curve/chain/all"},
    {"curve, rotated chain, d = 1 … 500: QR iteration on each (9, for 500) / Krylov",
     "curve/rotated_chain/dense_for_all", "curve/rotated_chain/all"},
    {"curve, low rank, all d, in eigenvalue problems of 500 units", "curve/low_rank/all",
     "curve/eigenvalues_500"},
    {"curve, unrotated chain, all d, in eigenvalue problems of 500 units", "curve/chain/all",
     "curve/eigenvalues_500"},
    {"curve, rotated chain, all d, in eigenvalue problems of 500 units", "curve/rotated_chain/all",
     "curve/eigenvalues_500"},
    {"curve, rotated chain, 40 log-spaced d, in eigenvalue problems of 500 units", "curve/rotated_chain/40",
     "curve/eigenvalues_500"},
    {"peak memory of the sums, T = 120000 / T = 30000", "sums_memory/120000", "sums_memory/30000"},
};

}  // namespace

void KeepingReporter::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration || run.error_occurred) continue;
    double value = run.real_accumulated_time / static_cast<double>(std::max<int64_t>(run.iterations, 1));
    // Cases that measure something else than time say so in a counter.
    if (const auto other = run.counters.find("value"); other != run.counters.end()) value = other->second;
    const std::string name =
        run.run_name.function_name + (run.run_name.args.empty() ? "" : "/" + run.run_name.args);
    const auto [place, isNew] = m_seconds.emplace(name, value);
    if (!isNew) place->second = std::min(place->second, value);
  }
  ConsoleReporter::ReportRuns(runs);
}

void printRatios(const std::map<std::string, double>& seconds) {
  std::printf("\nRatios of this run\n");
  for (const Ratio& ratio : kRatios) {
    const auto above = seconds.find(ratio.numerator), below = seconds.find(ratio.denominator);
    if (above == seconds.end() || below == seconds.end() || below->second == 0) continue;
    std::printf("  %-80s %8.2f\n", ratio.what, above->second / below->second);
  }
}

}  // namespace keyhole::bench
