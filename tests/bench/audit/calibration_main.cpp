// Are the probabilities of the audit's reference table those of what is so? Fresh circuits of the same priors
// (another seed) are recorded, and each is asked of a table that has not seen it:
//   keyhole_calibration TABLE FRESH UNITS SAMPLES [FOLDER [OUT.json]]
// FOLDER keeps the circuits. Prints, and with OUT.json writes for calibrate.py, the reliability of "a real
// slow variable" and of each mechanism, log losses beside those of the prior and of the score alone, what is
// said of each mechanism, how many are told to be like nothing, and how fast circuits are made.
#include "core/audit/reference/answer.h"
#include "core/common/memory.h"
#include "core/io/file_bytes.h"
#include "core/linalg/blas_kernel.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>

namespace {

using namespace keyhole;

constexpr int kBins = 10;

// Σ over ten bins of |mean outcome - mean probability| weighted by how many are in each.
double calibrationError(const std::vector<double>& p, const std::vector<int>& truth) {
  std::vector<double> sum(kBins), hits(kBins);
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto bin = static_cast<std::size_t>(std::min(kBins - 1, static_cast<int>(p[i] * kBins)));
    sum[bin] += p[i];
    hits[bin] += truth[i];
  }
  double error = 0;
  for (std::size_t b = 0; b < kBins; ++b) error += std::abs(hits[b] - sum[b]);
  return error / static_cast<double>(p.size());
}

// Of outcomes that are drawn from the probabilities themselves, the 95th percentile.
double expectedError(const std::vector<double>& p) {
  constexpr std::size_t kDraws = 2000;
  std::vector<double> errors(kDraws), coins(p.size());
  std::vector<int> truth(p.size());
  for (std::size_t d = 0; d < kDraws; ++d) {
    RandomStream(9, Stream::test, d).uniforms(0, coins);
    for (std::size_t i = 0; i < p.size(); ++i) truth[i] = coins[i] < p[i];
    errors[d] = calibrationError(p, truth);
  }
  std::sort(errors.begin(), errors.end());
  return errors[kDraws * 95 / 100];
}

// P(real | score) from the table: shares in twenty bins of equally many, one added to each side.
std::vector<double> byScore(const std::vector<ReferenceRow>& table, const std::vector<ReferenceRow>& fresh) {
  constexpr std::size_t kScoreBins = 20;
  std::vector<double> edges;
  for (const auto& row : table) edges.push_back(row.statistics.score);
  std::sort(edges.begin(), edges.end());
  const auto binOf = [&](double score) {
    const auto below = std::lower_bound(edges.begin(), edges.end(), score) - edges.begin();
    return std::min(kScoreBins - 1, static_cast<std::size_t>(below) * kScoreBins / edges.size());
  };
  std::vector<double> real(kScoreBins, 1), all(kScoreBins, 2);
  for (const auto& row : table) {
    real[binOf(row.statistics.score)] += row.real();
    all[binOf(row.statistics.score)] += 1;
  }
  std::vector<double> p;
  for (const auto& row : fresh)
    p.push_back(real[binOf(row.statistics.score)] / all[binOf(row.statistics.score)]);
  return p;
}

double lossOf(const std::vector<double>& p, const std::vector<int>& truth) {
  return truthLoss(Eigen::Map<const Vector>(p.data(), static_cast<Index>(p.size())), truth);
}

// Of each bin that is not empty: what was said on average, how often it was so, of how many.
nlohmann::ordered_json reliabilityOf(const std::vector<double>& p, const std::vector<int>& truth) {
  auto bins = nlohmann::ordered_json::array();
  for (int b = 0; b < kBins; ++b) {
    double sum = 0, hits = 0, n = 0;
    for (std::size_t i = 0; i < p.size(); ++i)
      if (std::min(kBins - 1, static_cast<int>(p[i] * kBins)) == b) sum += p[i], hits += truth[i], n += 1;
    if (n > 0) bins.push_back({{"said", sum / n}, {"so", hits / n}, {"of", n}});
  }
  return bins;
}

void printReliability(const nlohmann::ordered_json& bins) {
  std::printf("  mean said   was so   of\n");
  for (const auto& bin : bins)
    std::printf("  %9.3f %9.3f %5.0f\n", bin["said"].get<double>(), bin["so"].get<double>(),
                bin["of"].get<double>());
}

struct Said {
  std::vector<double> real;
  std::vector<std::vector<double>> mechanisms;
  std::vector<int> unlike;
};

Said sayAll(const std::vector<ReferenceRow>& table, const std::vector<ReferenceRow>& fresh,
            const WorldClassifier& classifier) {
  const TableDistances distances(table);
  Said said;
  for (const auto& row : fresh) {
    const auto answer = classifier.answer(row.statistics.values);
    said.real.push_back(answer.real());
    said.mechanisms.emplace_back();
    for (std::size_t k = 0; k < mechanisms().size(); ++k)
      said.mechanisms.back().push_back(answer.mechanism(k));
    said.unlike.push_back(distances.of(row.statistics).unlike());
  }
  return said;
}

nlohmann::ordered_json mechanismOf(std::size_t k, const std::vector<ReferenceRow>& fresh, const Said& said,
                                   const std::vector<int>& truth) {
  double n = 0, real = 0, mean = 0, wrong = 0, confident = 0, own = 0;
  std::vector<double> p;
  std::vector<int> is;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    p.push_back(said.mechanisms[i][k]);
    is.push_back(fresh[i].mechanism == k);
    if (fresh[i].mechanism != k) continue;
    n += 1, real += truth[i], mean += said.real[i], own += said.mechanisms[i][k];
    wrong += (said.real[i] > 0.5) != (truth[i] == 1);
    confident += std::abs(said.real[i] - truth[i]) > 0.9;
  }
  if (n == 0) return {};
  return {{"name", mechanisms()[k].name}, {"circuits", n},
          {"really_slow", real / n},      {"mean_said", mean / n},
          {"wrong_at_half", wrong / n},   {"confidently_wrong", confident / n},
          {"own_weight", own / n},        {"calibration_error", calibrationError(p, is)},
          {"limit", expectedError(p)},    {"reliability", reliabilityOf(p, is)}};
}

void printMechanisms(const nlohmann::ordered_json& all) {
  std::printf(
      "by mechanism            circuits  really slow  mean said  wrong at 0.5  confidently  own weight  "
      "ECE    95 %% of draws\n");
  for (const auto& one : all) {
    const auto value = [&](const char* key) { return one[key].get<double>(); };
    std::printf("%-24s %7.0f %11.2f %10.2f %11.1f %% %10.1f %% %10.2f  %.4f %.4f\n",
                one["name"].get<std::string>().c_str(), value("circuits"), value("really_slow"),
                value("mean_said"), 100 * value("wrong_at_half"), 100 * value("confidently_wrong"),
                value("own_weight"), value("calibration_error"), value("limit"));
  }
}

}  // namespace

int main(int count, char** values) {
  useOneBlasThread();
  keepFreedMemory();
  if (count < 5) {
    std::fprintf(stderr, "keyhole_calibration TABLE FRESH UNITS SAMPLES [FOLDER [OUT.json]]\n");
    return 2;
  }
  const auto number = [&](int i) { return static_cast<Index>(std::strtol(values[i], nullptr, 10)); };
  const std::vector<Trial> any = {{Matrix::Zero(number(3), number(4)), Matrix(0, number(4))}};
  const ShapeFound found = shapeOf(any, {}, {});
  const std::string folder = count > 5 ? values[5] : "";
  const auto table = referenceTable(found.shape, 1, number(1), folder);
  std::printf(
      "%ld units x %ld samples, fractions %.3f to %.3f: %zu circuits, %ld redrawn, %ld failed; %.1f circuits "
      "a second\n",
      static_cast<long>(found.shape.units), static_cast<long>(found.shape.timePoints()),
      found.shape.fraction.low, found.shape.fraction.high, table.rows.size(),
      static_cast<long>(table.redrawn), static_cast<long>(table.failed),
      table.secondsPerCircuit > 0 ? 1 / table.secondsPerCircuit : 0);
  std::fflush(stdout);
  const auto start = std::chrono::steady_clock::now();
  const WorldClassifier classifier(table.rows, {});
  std::printf("learned in %.1f s, temperature %.3f, logit map %.3f + %.3f\n",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
              classifier.temperature(), classifier.truthMap().shift, classifier.truthMap().slope);
  const auto fresh = referenceTable(found.shape, 2, number(2), folder).rows;
  const Said said = sayAll(table.rows, fresh, classifier);
  std::vector<int> truth;
  double real = 0, prior = 0;
  for (const auto& row : fresh) truth.push_back(row.real()), real += row.real();
  for (const auto& row : table.rows) prior += row.real();
  prior /= static_cast<double>(table.rows.size());
  std::printf("fresh: %zu circuits, %.3f with a real slow variable; prior of the table %.3f\n", fresh.size(),
              real / static_cast<double>(fresh.size()), prior);
  nlohmann::ordered_json measured = {{"units", found.shape.units},
                                     {"samples", found.shape.timePoints()},
                                     {"table", table.rows.size()},
                                     {"fresh", fresh.size()},
                                     {"blas_kernels", blasKernel()},
                                     {"prior", prior},
                                     {"log_loss",
                                      {{"prior", lossOf(std::vector<double>(fresh.size(), prior), truth)},
                                       {"score", lossOf(byScore(table.rows, fresh), truth)},
                                       {"all", lossOf(said.real, truth)}}},
                                     {"calibration_error", calibrationError(said.real, truth)},
                                     {"limit", expectedError(said.real)},
                                     {"unlike", std::accumulate(said.unlike.begin(), said.unlike.end(), 0)},
                                     {"reliability", reliabilityOf(said.real, truth)},
                                     {"mechanisms", nlohmann::ordered_json::array()}};
  for (std::size_t k = 0; k < mechanisms().size(); ++k)
    if (auto one = mechanismOf(k, fresh, said, truth); !one.empty()) measured["mechanisms"].push_back(one);
  const auto& loss = measured["log_loss"];
  std::printf("log loss: prior %.3f, score alone %.3f, all statistics %.3f\n", loss["prior"].get<double>(),
              loss["score"].get<double>(), loss["all"].get<double>());
  std::printf("calibration error %.4f; 95 %% of what outcomes drawn from the probabilities give: %.4f\n",
              measured["calibration_error"].get<double>(), measured["limit"].get<double>());
  std::printf("told to be like nothing: %d\n", measured["unlike"].get<int>());
  printReliability(measured["reliability"]);
  printMechanisms(measured["mechanisms"]);
  if (count > 6) writeFileAtomically(values[6], measured.dump(1) + "\n");
  return 0;
}
