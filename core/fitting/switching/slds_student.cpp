// An SLDS as a student, and its one-step predictions: see slds_fit.h.
#include "core/common/error.h"
#include "core/fitting/run_student.h"
#include "core/fitting/switching/slds_fit.h"
#include "core/fitting/switching/slds_smoother.h"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <cmath>
#include <limits>

namespace keyhole {
namespace {

// x given the samples so far, as one Gaussian.
struct Belief {
  Vector mean;
  Matrix covariance;
  double logEvidence = 0;  // of the last sample, up to what all states share
};

// The Gaussian after a time step's samples, which say -½ xᵀ J x + hᵀ x.
Belief updated(const Belief& before, const Matrix& J, const Vector& h) {
  Eigen::SelfAdjointEigenSolver<Matrix> spectrum(before.covariance);
  const Matrix root = spectrum.eigenvectors() * spectrum.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal();
  const Eigen::LLT<Matrix> factor(Matrix::Identity(J.rows(), J.cols()) + root.transpose() * J * root);
  const Matrix half = factor.matrixL().solve(root.transpose());
  const Vector e = h - J * before.mean, w = half * e;
  Belief after{before.mean + half.transpose() * w, half.transpose() * half, 0};
  after.logEvidence = h.dot(before.mean) - 0.5 * before.mean.dot(J * before.mean) + 0.5 * w.squaredNorm() -
                      Matrix(factor.matrixLLT()).diagonal().array().log().sum();
  return after;
}

class Predictor {
 public:
  Predictor(const SldsModel& model, const Trial& trial) : m_model(model), m_trial(trial) {
    m_samples = trial.activity.colwise() - model.c;
    if (model.inputs() > 0) m_samples.noalias() -= model.G * trial.input;
    m_complete = !trial.activity.hasNaN();
    m_all = model.C.transpose() * model.R.cwiseInverse().asDiagonal() * model.C;
    m_states = model.logInitial.array().exp();
    m_belief = {model.mu0, model.P0, 0};
  }

  Matrix run(const Progress& progress) {
    constexpr Index kStepsBetweenLooks =
        256;  // steps between two looks at the user's wish to stop: a few milliseconds
    const Index T = m_trial.activity.cols();
    Matrix predicted(m_model.neurons(), T);
    predicted.col(0) = m_model.C * m_belief.mean;
    learn(0);
    m_belief = updated(m_belief, m_information, m_pull);
    for (Index t = 1; t < T; ++t) {
      if (t % kStepsBetweenLooks == 0) progress.throwIfStopped();
      auto parts = departed(t);
      Vector mean = Vector::Zero(m_model.latents());
      for (Index k = 0; k < m_model.states(); ++k)
        mean += m_states(k) * parts[static_cast<std::size_t>(k)].mean;
      predicted.col(t) = m_model.C * mean;
      learn(t);
      join(parts);
    }
    predicted.colwise() += m_model.c;
    if (m_model.inputs() > 0) predicted.noalias() += m_model.G * m_trial.input;
    return predicted;
  }

 private:
  // What each state makes of the belief; m_states become those of t.
  std::vector<Belief> departed(Index t) {
    const Index K = m_model.states();
    Matrix twice(m_model.latents(), 2);
    twice.colwise() = m_belief.mean;
    const Vector logs = logTransitionsAt(m_model, twice).rightCols(1);
    m_states = (logs.array().exp().matrix().reshaped(K, K).transpose() * m_states).eval();
    std::vector<Belief> parts;
    for (std::size_t k = 0; k < m_model.F.size(); ++k) {
      const Matrix& F = m_model.F[k];
      Belief part{F * m_belief.mean + m_model.b[k], F * m_belief.covariance * F.transpose() + m_model.Q[k],
                  0};
      if (m_model.inputs() > 0) part.mean += m_model.V[k] * m_trial.input.col(t);
      parts.push_back(std::move(part));
    }
    return parts;
  }

  // J and h of the samples at t.
  void learn(Index t) {
    Vector weights = m_model.R.cwiseInverse(), y = m_samples.col(t);
    if (m_complete) {
      m_information = m_all;
    } else {
      for (Index i = 0; i < y.size(); ++i)
        if (std::isnan(y(i))) weights(i) = y(i) = 0;
      m_information = m_model.C.transpose() * weights.asDiagonal() * m_model.C;
    }
    m_pull = m_model.C.transpose() * weights.cwiseProduct(y);
  }

  // Each part sees the samples; the mixture becomes the Gaussian of the same mean and covariance.
  void join(std::vector<Belief>& parts) {
    Vector logs(m_model.states());
    for (std::size_t k = 0; k < parts.size(); ++k) {
      parts[k] = updated(parts[k], m_information, m_pull);
      logs(static_cast<Index>(k)) =
          parts[k].logEvidence + std::log(std::max(m_states(static_cast<Index>(k)), 1e-300));
    }
    m_states = (logs.array() - logSumExp(logs.data(), logs.size())).exp();
    m_belief.mean.setZero();
    m_belief.covariance.setZero();
    for (std::size_t k = 0; k < parts.size(); ++k)
      m_belief.mean += m_states(static_cast<Index>(k)) * parts[k].mean;
    for (std::size_t k = 0; k < parts.size(); ++k) {
      const Vector off = parts[k].mean - m_belief.mean;
      m_belief.covariance += m_states(static_cast<Index>(k)) * (parts[k].covariance + off * off.transpose());
    }
  }

  const SldsModel& m_model;
  const Trial& m_trial;
  Matrix m_samples;  // N x T, y - G u - c, NaN where missing
  bool m_complete = true;
  Matrix m_all;     // Cᵀ R⁻¹ C of all channels
  Vector m_states;  // K, p(z | samples so far)
  Belief m_belief;
  Matrix m_information;
  Vector m_pull;
};

// How many time points can be predicted within some 10 ms.
Index stepsSoon(const SldsModel& model) {
  constexpr Index kWork = 80'000;
  const Index each = model.states() * model.latents() * model.latents();
  return std::max<Index>(kWork / each, 50);
}

std::shared_ptr<const Switching> switchingOf(const SldsFit& fit, double alpha) {
  auto parts = std::make_shared<Switching>();
  const SldsModel& model = fit.model;
  for (std::size_t k = 0; k < model.F.size(); ++k) {
    parts->A.push_back(paperScaling(model.F[k], alpha));
    parts->V.push_back(model.V[k] / alpha);
    parts->b.push_back(model.b[k] / alpha);
    parts->Q.push_back(model.Q[k]);
  }
  parts->logTransition = model.logTransition;
  parts->W = model.W;
  parts->w = model.w;
  parts->path = fit.paths.front();
  parts->posterior = fit.posteriors.front();
  parts->visits = fit.visits;
  return parts;
}

double predictedBy(const SldsModel& model, const std::vector<Trial>& trials, double alpha,
                   const Progress& progress) {
  std::vector<Matrix> predicted;
  for (const auto& trial : trials) {
    progress.throwIfStopped();
    predicted.push_back(predictSamples(model, trial, progress));
  }
  const auto part = [&](std::size_t k, Index first, Index count) -> Matrix {
    return predicted[k].middleCols(first, count);
  };
  return predictedR2(part, trials, alpha, progress);
}

// The one-step R²; after a stop, and if one comes here, of a part.
void score(Student& student, const SldsModel& model, const std::vector<Trial>& trials,
           const Progress& progress) {
  const auto whole = unlessStopped(student.summary, "the look at what it predicts",
                                   [&] { return predictedBy(model, trials, student.alpha, progress); });
  const Index most = stepsSoon(model);
  const LookedAt looked(trials, !whole, most);
  student.oneStepR2 = whole ? *whole : predictedBy(model, looked.trials(), student.alpha, noProgress());
  if (looked.inPart())
    student.notes.push_back("after the stop, the one-step R² is of the first " + std::to_string(most) +
                            " time points only");
}

}  // namespace

Matrix predictSamples(const SldsModel& model, const Trial& trial, const Progress& progress) {
  return Predictor(model, trial).run(progress);
}

Student studentOf(const SldsFit& fit, const std::vector<Trial>& trials, double alpha, Progress& progress) {
  Student student;
  student.alpha = alpha;
  student.inputAtArrival = true;
  student.summary = fit.summary;
  student.restarts = fit.restarts;
  student.notes = fit.warnings;
  for (std::size_t i = 0; i < fit.restarts.size(); ++i)
    if (fit.restarts[i].seed == fit.seed) student.shownRestart = i;
  if (fit.elbo.empty()) return student;
  const SldsModel& model = fit.model;
  Index visited = 0;
  fit.visits.maxCoeff(&visited);
  const auto k = static_cast<std::size_t>(visited);
  student.A = paperScaling(model.F[k], alpha);
  student.V = model.V[k] / alpha;
  student.b = model.b[k] / alpha;
  student.Q = model.Q[k];
  student.seen = model.neurons();
  const bool direct = model.G.cwiseAbs().sum() > 0;
  student.emission = Emission{model.C, direct ? model.G : Matrix(model.neurons(), 0), model.c, model.R};
  student.states = fit.means.front();
  if (model.states() > 1) student.switching = switchingOf(fit, alpha);
  score(student, model, trials, progress);
  return student;
}

}  // namespace keyhole
