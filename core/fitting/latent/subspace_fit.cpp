#include "core/fitting/latent/subspace_fit.h"

#include "core/common/clock.h"
#include "core/common/error.h"
#include "core/fitting/input_notes.h"
#include "core/fitting/latent/lds_class.h"
#include "core/fitting/latent/lds_fit.h"
#include "core/fitting/latent/lds_smoother.h"
#include "core/fitting/latent/lds_steps.h"
#include "core/fitting/latent/lds_student.h"
#include "core/fitting/latent/lds_units.h"
#include "core/fitting/latent/subspace_moments.h"
#include "core/fitting/latent/subspace_realisation.h"
#include "core/linalg/eigen.h"
#include "core/linalg/orthogonal.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace keyhole {
namespace {

constexpr Index kRows = 2000;        // of a window, at most, if the number of steps is ours to choose
constexpr int kNoiseSteps = 10;      // of EM, for offsets and covariances
constexpr double kConstant = 1e-12;  // of its size: a channel that varies less is rounding alone
constexpr double kLeastQ = 1e-10;    // of the mean variance of the latents

// What varies by more than rounding.
Index channelsThatVary(const std::vector<Trial>& trials, const Progress& progress) {
  Vector least = trials.front().activity.col(0), most = least;
  overTrials(trials, progress, [&](std::size_t k, Index first, Index count) {
    for (const auto& y : trials[k].activity.middleCols(first, count).colwise()) {
      least = least.cwiseMin(y);
      most = most.cwiseMax(y);
    }
  });
  const auto size = least.array().abs().max(most.array().abs());
  return ((most - least).array() > kConstant * size).count();
}

void requireEnough(const std::vector<Trial>& trials, const SubspaceOptions& options, Index k,
                   const Progress& progress) {
  const Index varying = channelsThatVary(trials, progress);
  if (options.latents > varying)
    throw InputError("the number of latents is " + std::to_string(options.latents) + "; allowed: 1 to " +
                     std::to_string(varying) + ", the channels that vary");
  const Index N = trials.front().activity.rows(), m = trials.front().input.rows();
  if (options.latents > (k - 1) * N)
    throw InputError("the number of latents is " + std::to_string(options.latents) + "; allowed: 1 to " +
                     std::to_string((k - 1) * N) + " for " + std::to_string(k) + " block rows");
  const Index windows = windowCount(trials, 2 * k), rows = 2 * k * (N + m);
  if (windows <= rows)
    throw InputError("the recording has " + std::to_string(windows) + " windows of " + std::to_string(2 * k) +
                     " time points; allowed: more than " + std::to_string(rows) + " for " +
                     std::to_string(k) + " block rows, " + std::to_string(N) + " neurons and " +
                     std::to_string(m) + " inputs");
}

void meansOf(const std::vector<Trial>& trials, Vector& y, Vector& u) {
  y = Vector::Zero(trials.front().activity.rows());
  u = Vector::Zero(trials.front().input.rows());
  double count = 0;
  for (const auto& trial : trials) {
    y += trial.activity.rowwise().sum();
    u += trial.input.rowwise().sum();
    count += static_cast<double>(trial.activity.cols());
  }
  y /= count;
  u /= count;
}

Matrix positivePart(const Matrix& A, double least) {
  const auto spectrum = symmetricEigenSystem(0.5 * (A + A.transpose()));
  const Matrix half =
      spectrum.vectors * spectrum.values.cwiseMax(least).cwiseSqrt().asDiagonal().toDenseMatrix();
  return half * half.transpose();
}

// Q and R, independent, of the innovations e and the innovations w of the states: E[w eᵀ] = F P Cᵀ and E[e
// eᵀ] = C P Cᵀ + R for the covariance P of the predicted state, P = F P Fᵀ + Q - E[w wᵀ].
void splitNoise(LdsModel& model, const SubspaceRealisation& real, const Vector& floors) {
  const Matrix P = positivePart(leastNormSolution(model.F, real.WE * model.C), 0.0);
  const double size = real.states.trace() / static_cast<double>(model.latents());
  model.Q = positivePart(P - model.F * P * model.F.transpose() + real.WW, kLeastQ * size);
  model.R = (real.EE - model.C * P * model.C.transpose()).diagonal().cwiseMax(floors);
  model.mu0 = Vector::Zero(model.latents());
  model.P0 = positivePart(real.states + P, kLeastQ * size);
}

// One EM step on b, c, Q and R: the others stay.
void noiseStep(LdsModel& model, const LdsExpectations& sums, const LdsData& data, const Vector& floors,
               double leastQ) {
  const Index L = model.latents(), m = model.inputs(), N = model.neurons();
  const auto transitions = static_cast<double>(sums.transitions);
  Matrix W(L, L + m + 1);
  W << model.F, model.V, model.b;
  model.b += (sums.XZ - W * sums.ZZ).rightCols(1) / transitions;
  W.rightCols(1) = model.b;
  const Matrix cross = W * sums.XZ.transpose();
  model.Q =
      positivePart((sums.XX - cross - cross.transpose() + W * sums.ZZ * W.transpose()) / transitions, leastQ);

  const Matrix& M = data.moments();
  const auto samples = M(N + m, N + m);
  Matrix B(N, N + m + 1);  // y - G u - c of [y; u; 1]
  B << Matrix::Identity(N, N), -model.G, -model.c;
  const Vector rest = (B * M - model.C * sums.XD).rightCols(1) / samples;
  model.c += rest;
  B.rightCols(1) = -model.c;
  // Σ |y - C x - G u - c|² from the factor of the samples, not from M, which has lost half of the digits. The
  // smoothed means are a part of it that only XD knows.
  const Matrix first = sums.firstCovariances + sums.firstMeans * sums.firstMeans.transpose();
  const Matrix states = sums.XX + first;
  const Vector squares = (B * data.factor()).rowwise().squaredNorm() -
                         2.0 * (model.C.cwiseProduct(B * sums.XD.transpose())).rowwise().sum() +
                         (model.C * states).cwiseProduct(model.C).rowwise().sum();
  model.R = (squares / samples).cwiseMax(floors);
}

// The model behind the realisation in deviations: s_t = x_t - V u_t is the state before the arrival of the
// input, s_{t+1} = F s_t + F V u_t, y_t = C s_t + (C V + G) u_t + …
LdsModel modelOf(const std::vector<Trial>& trials, const SubspaceRealisation& real, Progress& progress) {
  LdsModel model;
  model.inputAtArrival = true;
  model.F = real.F;
  model.C = real.C;
  model.V = Matrix(model.F.rows(), 0);  // Eigen does not solve for no right-hand sides
  if (real.B.cols() > 0) model.V = leastNormSolution(real.F, real.B);
  model.G = real.D - real.C * model.V;
  Vector y, u;
  meansOf(trials, y, u);
  model.b = -model.V * u;
  model.c = y - model.G * u;
  const LdsData data(trials, true, progress);
  LdsClass kind;
  kind.latents = model.latents();
  kind.emissionNoise = LdsEmissionNoise::diagonal;  // no floor but that of rounding
  const Vector floors = LdsEmissionSteps(data, kind).floors();
  splitNoise(model, real, floors);
  const double leastQ = kLeastQ * real.states.trace() / static_cast<double>(model.latents());
  LdsSmoother smoother(data, model.latents());
  double last = -std::numeric_limits<double>::infinity();
  LdsModel good = model;
  for (int step = 0; step <= kNoiseSteps; ++step) {
    progress.checkpoint(0.9 + 0.1 * step / (kNoiseSteps + 1), "identifying the noise");
    try {
      const LdsExpectations& sums = smoother.run(model, LdsSmoother::Need::emissions, progress);
      if (!(sums.logLikelihood > last)) break;  // rounding, of recordings without noise
      last = sums.logLikelihood;
      good = model;
      noiseStep(model, sums, data, floors, leastQ);
    } catch (const Stopped&) {
      throw;
    } catch (const std::runtime_error&) {
      break;  // a covariance broke: the steps before stand
    }
  }
  return good;
}

LdsModel identified(const std::vector<Trial>& trials, const SubspaceOptions& options, Index k,
                    Progress& progress) {
  const SubspaceMoments moments = subspaceMoments(trials, k, progress);
  const SubspaceRealisation real = realise(moments, options.latents, options.weighting, progress);
  return modelOf(trials, real, progress);
}

}  // namespace

Index blockRowsFor(const std::vector<Trial>& trials, const SubspaceOptions& options) {
  if (options.blockRows > 0) return options.blockRows;
  const Index width = trials.front().activity.rows() + trials.front().input.rows();
  Index k = std::max<Index>(options.latents + 1, 10);
  while (k > 2 && (2 * k * width > kRows || 4 * k * width > windowCount(trials, 2 * k))) --k;
  return k;
}

std::vector<std::string> problems(const SubspaceOptions& options) {
  std::vector<std::string> found;
  if (options.latents < 1)
    found.push_back("the number of latents is " + std::to_string(options.latents) + "; allowed: at least 1");
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back("alpha is " + toText(options.alpha) + "; allowed: a number above 0 and up to 1");
  if (options.blockRows != 0 && options.blockRows <= options.latents)
    found.push_back("the number of block rows is " + std::to_string(options.blockRows) +
                    "; allowed: more than the " + std::to_string(options.latents) +
                    " latents, or 0 for the usual number");
  else if (options.blockRows == 1)
    found.push_back("the number of block rows is 1; allowed: at least 2, or 0 for the usual number");
  return found;
}

LdsModel subspaceModel(const std::vector<Trial>& trials, const SubspaceOptions& options, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  requireTrials(trials, MissingSamples::refused);
  const Index k = blockRowsFor(trials, options);
  requireEnough(trials, options, k, progress);
  if (options.weighting == SubspaceWeighting::n4sid) return identified(trials, options, k, progress);
  // Canonical variates know no units, so nothing that follows may: all of it in units of the channels.
  LdsClass kind;
  const LdsUnits units = unitsOf(trials, kind, progress);
  kind.dynamicsNoise = LdsDynamicsNoise::full;
  return writtenAs(outOfUnits(identified(inUnits(trials, units, progress), options, k, progress), units),
                   kind)
      .model;
}

Student fitSubspace(const std::vector<Trial>& trials, const SubspaceOptions& options, Progress& progress) {
  const auto start = Clock::now();
  Student student;
  FitSummary summary;
  summary.iterations = 1;
  try {
    const LdsModel model = subspaceModel(trials, options, progress);
    if (model.allFinite()) {
      summary.status = FitStatus::solved;
      summary.message = "solved by subspace identification with " +
                        std::to_string(blockRowsFor(trials, options)) + " block rows";
      student = studentOf(model, summary, trials, options.alpha, progress);
      for (auto& note : weakInputs(trials, options.latents + 1)) student.notes.push_back(std::move(note));
      summary = student.summary;
    } else {
      summary.status = FitStatus::diverged;
      summary.message = "a parameter of the identified model is not finite";
    }
  } catch (const InputError&) {
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const std::runtime_error& error) {
    student = Student{};
    summary.status = FitStatus::singular;
    summary.message = error.what();
  }
  student.alpha = options.alpha;
  summary.seconds = secondsSince(start);
  student.summary = summary;
  return student;
}

}  // namespace keyhole
