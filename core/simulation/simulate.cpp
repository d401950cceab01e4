#include "core/simulation/simulate.h"

#include "core/common/error.h"
#include "core/common/parallel.h"
#include "core/common/random.h"

#include <atomic>
#include <cmath>
#include <future>

namespace keyhole {
namespace {

constexpr double kDiverged = 1e100;

// Steps of a block: 64 MB of states at most, where they are many.
Index blockOf(Index units) {
  constexpr Index kMost = 512, kNumbers = 8'000'000;
  return std::clamp<Index>(kNumbers / units, 1, kMost);
}

// The rotation in which a chain's noise is drawn, or null.
const Matrix* noiseBasis(const Teacher& teacher) {
  const auto* chain = std::get_if<ChainForm>(&teacher.network.form());
  return chain && chain->U.size() > 0 ? &chain->U : nullptr;
}

// The noise of a block as it is drawn (modes for a rotated chain, units otherwise). It takes as long as the
// steps of a structured teacher, so another core begins with it while the block before is stepped through;
// whoever needs it helps to finish it. Every number is a function of its place alone.
class DrawnNoise {
 public:
  DrawnNoise(Index units, std::uint64_t seed, Index firstStep, Index count)
      : m_stream(seed, Stream::noise), m_first(firstStep), m_values(units, count) {
    constexpr Index kWorthAThread = 50000;  // variates, about 0.3 ms
    if (units * count >= kWorthAThread && !inParallelPiece())
      m_helper = std::async(std::launch::async, [this] { fill(); });
  }

  Matrix take() {
    fill();
    if (m_helper.valid()) m_helper.get();
    return std::move(m_values);
  }

 private:
  void fill() {
    const Index chunk = std::clamp<Index>(m_values.cols() / 4, 1, 16);  // columns
    for (Index from = m_taken.fetch_add(chunk); from < m_values.cols(); from = m_taken.fetch_add(chunk))
      for (Index j = from; j < std::min(from + chunk, m_values.cols()); ++j)
        m_stream.normals(static_cast<std::uint64_t>(m_first + j),
                         {m_values.col(j).data(), static_cast<std::size_t>(m_values.rows())});
  }

  RandomStream m_stream;
  Index m_first;
  Matrix m_values;
  std::atomic<Index> m_taken = 0;
  std::future<void> m_helper;  // last: ends before the rest goes
};

Vector initialState(const Teacher& teacher, const SimulationOptions& options) {
  const Index D = teacher.network.size();
  Vector z(D);
  RandomStream(options.seed, Stream::initialState).normals(0, {z.data(), static_cast<std::size_t>(D)});
  z *= options.initialScale;
  const Vector& m = teacher.integrationMode;
  if (options.task == TaskKind::integration && m.size() == D && m.squaredNorm() > 0)
    z -= m * (m.dot(z) / m.squaredNorm());
  return z;
}

// Runs in the coordinates in which a step is cheapest and hands out states in units.
class Runner {
 public:
  Runner(const Teacher& teacher, const SimulationOptions& options, const Vector& signal)
      : m_teacher(teacher), m_options(options), m_signal(signal) {
    const Nonlinearity phi = teacher.options.phi;
    const Matrix* basis = noiseBasis(teacher);
    // A linear chain runs in its own modes; a rotated tanh chain has no cheaper form than the dense one.
    if (basis && options.useStructure && phi == Nonlinearity::linear) {
      m_basis = basis;
      ChainForm modes = std::get<ChainForm>(teacher.network.form());
      modes.U.resize(0, 0);
      m_network = Network(std::move(modes));
    } else if (basis || !options.useStructure) {
      m_network = Network(DenseForm{teacher.network.dense()});
      m_noiseRotation = basis;
    } else {
      m_network = teacher.network;
    }
    m_mode = teacher.integrationMode;
    m_state = initialState(teacher, options);
    if (m_basis) {
      m_state = m_basis->transpose() * m_state;
      if (m_mode.size() > 0) m_mode = m_basis->transpose() * m_mode;
    }
    m_stepper.emplace(m_network, phi, teacher.options.convention, options.alpha);
  }

  // Advances n steps, after which `then` follow; step number `first` + j uses noise row first + j. Column 0
  // of the result is the state before. signalStart: index of the signal's sample for the first step, negative
  // during the burn-in.
  void advance(Index first, Index n, Index signalStart, Index then) {
    if (!m_noise) m_noise = std::make_unique<DrawnNoise>(m_network.size(), m_options.seed, first, n);
    Matrix drive = m_noise->take();
    m_noise =
        then > 0 ? std::make_unique<DrawnNoise>(m_network.size(), m_options.seed, first + n, then) : nullptr;
    if (m_noiseRotation) drive = (*m_noiseRotation * drive).eval();
    drive *= m_options.sigma;
    if (m_signal.size() > 0 && m_mode.size() > 0)
      for (Index j = 0; j < n; ++j)
        if (signalStart + j >= 0) drive.col(j) += (m_options.inputScale * m_signal(signalStart + j)) * m_mode;
    m_states.resize(m_network.size(), n + 1);
    m_states.col(0) = m_state;
    for (Index j = 0; j < n; ++j) m_stepper->step(m_states.col(j), drive.col(j), m_states.col(j + 1));
    m_state = m_states.col(n);
  }

  bool finite() const { return m_states.allFinite() && m_states.cwiseAbs().maxCoeff() < kDiverged; }

  // Hands out the block, observation noise added (which is noise of units); firstTime: recorded time point of
  // column 0.
  void give(const StateSink& sink, Index firstTime) const {
    if (m_options.observationNoise == 0) return sink({firstTime, m_states, m_basis});
    const StateBlock exact{firstTime, m_states, m_basis};
    sink({firstTime, exact.inUnits() + m_options.observationNoise *
                                           RandomStream(m_options.seed, Stream::observationNoise)
                                               .normalMatrix(m_states.rows(), m_states.cols(),
                                                             static_cast<std::uint64_t>(firstTime))});
  }

 private:
  const Teacher& m_teacher;
  const SimulationOptions& m_options;
  const Vector& m_signal;
  Network m_network;                        // in the coordinates of the run
  const Matrix* m_basis = nullptr;          // from those coordinates to units; null: they are units
  const Matrix* m_noiseRotation = nullptr;  // rotates the drawn noise into units
  std::optional<Stepper> m_stepper;
  std::unique_ptr<DrawnNoise> m_noise;  // of the next steps
  Vector m_mode;
  Vector m_state;
  Matrix m_states;
};

std::string outOfRange(const char* name, double value, const char* allowed) {
  return std::string(name) + " is " + toText(value) + "; allowed: " + allowed;
}

}  // namespace

std::vector<std::string> problems(const SimulationOptions& options) {
  std::vector<std::string> found;
  if (options.steps < 2)
    found.push_back("steps is " + std::to_string(options.steps) + "; allowed: at least 2");
  if (options.burnIn < 0)
    found.push_back("burn-in is " + std::to_string(options.burnIn) + "; allowed: 0 or more steps");
  if (!(options.alpha > 0 && options.alpha <= 1))
    found.push_back(outOfRange("alpha", options.alpha, "a number above 0 and up to 1"));
  if (!(options.sigma >= 0 && std::isfinite(options.sigma)))
    found.push_back(outOfRange("sigma", options.sigma, "a number from 0"));
  if (!(options.initialScale >= 0 && std::isfinite(options.initialScale)))
    found.push_back(outOfRange("the initial scale", options.initialScale, "a number from 0"));
  if (!(options.observationNoise >= 0 && std::isfinite(options.observationNoise)))
    found.push_back(outOfRange("the observation noise", options.observationNoise, "a number from 0"));
  return found;
}

Matrix processNoise(const Teacher& teacher, std::uint64_t seed, Index firstStep, Index count) {
  Matrix noise = DrawnNoise(teacher.network.size(), seed, firstStep, count).take();
  if (const Matrix* basis = noiseBasis(teacher)) noise = (*basis * noise).eval();
  return noise;
}

Matrix processNoise(const Teacher& teacher, std::uint64_t seed, Index firstStep, Index count,
                    const std::vector<Index>& units) {
  if (noiseBasis(teacher)) return processNoise(teacher, seed, firstStep, count)(units, Eigen::all);
  constexpr Index kAtOnce = 4;  // numbers that come out of the generator together
  const RandomStream stream(seed, Stream::noise);
  Matrix noise(static_cast<Index>(units.size()), count);
  double drawn[kAtOnce];
  for (Index j = 0; j < count; ++j)
    for (Index i = 0; i < noise.rows(); ++i) {
      const Index unit = units[static_cast<std::size_t>(i)], from = unit / kAtOnce * kAtOnce;
      stream.normals(static_cast<std::uint64_t>(firstStep + j), drawn, static_cast<std::uint64_t>(from));
      noise(i, j) = drawn[unit - from];
    }
  return noise;
}

bool simulate(const Teacher& teacher, const SimulationOptions& options, const Vector& signal,
              const StateSink& sink, Progress& progress) {
  if (const auto found = problems(options); !found.empty()) throw InputError(found.front());
  if (signal.size() > 0 && signal.size() < options.steps - 1)
    throw InputError("the input signal has " + std::to_string(signal.size()) +
                     " samples; allowed: one per step, " + std::to_string(options.steps));
  Runner runner(teacher, options, signal);
  const Index last = options.burnIn + options.steps - 1;  // number of transitions in all
  const Index block = blockOf(teacher.network.size());
  const auto endOf = [&](Index first) {
    return std::min(first + block, first < options.burnIn ? options.burnIn : last);
  };
  for (Index first = 0; first < last;) {
    progress.checkpoint(static_cast<double>(first) / static_cast<double>(last), "simulating");
    const bool burning = first < options.burnIn;
    const Index end = endOf(first);
    runner.advance(first, end - first, first - options.burnIn, end < last ? endOf(end) - end : 0);
    if (!runner.finite()) return false;
    if (!burning) runner.give(sink, first - options.burnIn);
    first = end;
  }
  return true;
}

Matrix StateBlock::inUnits() const {
  Matrix units(states.rows(), states.cols());
  inUnits(units);
  return units;
}

void StateBlock::inUnits(MatrixRef units) const {
  // The first of two pieces ends between two tiles of BLAS, so that the numbers are those of a single product
  // as far as possible; and there are always the same pieces, whatever the number of cores.
  constexpr Index kTile = 48, kWorthTwoCores = 256;  // columns; units
  const Index n = states.cols(), head = n / 2 / kTile * kTile;
  if (!basis) {
    units = states;
    return;
  }
  const auto piece = [&](std::size_t i) {
    const Index from = i == 0 ? 0 : head, count = i == 0 ? head : n - head;
    if (count > 0) units.middleCols(from, count).noalias() = *basis * states.middleCols(from, count);
  };
  if (units.rows() < kWorthTwoCores)
    units.noalias() = *basis * states;
  else if (!inParallelPiece())
    parallelFor(2, piece);
  else
    piece(0), piece(1);
}

Matrix StateBlock::ofUnits(const std::vector<Index>& units) const {
  return basis ? Matrix(Matrix((*basis)(units, Eigen::all)) * states) : Matrix(states(units, Eigen::all));
}

Stepper::Stepper(const Network& network, Nonlinearity phi, Convention convention, double alpha, Vector inner)
    : m_network(network), m_phi(phi), m_convention(convention), m_alpha(alpha), m_inner(std::move(inner)) {}

void Stepper::splitRows() {
  const Matrix& B = std::get<DenseForm>(m_network.form()).B;
  const Index top = B.rows() / 2;
  m_half[0] = B.topRows(top).transpose();  // as columns BLAS multiplies them a sixth faster
  m_half[1] = B.bottomRows(B.rows() - top).transpose();
  const auto work = [this](int half) {
    const Matrix& rows = m_half[half];
    auto place = half == 0 ? m_recurrent.topRows(rows.cols()) : m_recurrent.bottomRows(rows.cols());
    place.noalias() = rows.transpose() * Eigen::Map<const Vector>(m_factor, rows.rows());
  };
  if (inParallelPiece())
    m_both = [work] { work(0), work(1); };
  else
    m_both = [hands = std::make_shared<TwoHands>(work)] { hands->both(); };
}

bool Stepper::takesTwoCores() const {
  constexpr Index kLarge = 256;  // units: below it a core's own cache holds the matrix
  return m_network.size() >= kLarge && std::holds_alternative<DenseForm>(m_network.form());
}

// m_recurrent = B X.
void Stepper::multiply(ConstMatrixRef X) {
  if (X.cols() != 1 || !takesTwoCores()) return m_network.apply(X, m_recurrent);
  if (m_half[0].size() == 0) splitRows();
  m_factor = X.data();
  m_both();
}

void Stepper::step(ConstMatrixRef now, ConstMatrixRef drive, MatrixRef next) {
  m_recurrent.resize(now.rows(), now.cols());
  if (m_phi == Nonlinearity::linear) {
    multiply(now);
  } else if (m_convention == Convention::standard) {
    m_phiOfState = now;
    applyNonlinearity(m_phi, m_phiOfState.data(), m_phiOfState.data(), m_phiOfState.size());
    multiply(m_phiOfState);
  } else {
    multiply(now);
    if (m_inner.size() > 0) m_recurrent.colwise() += m_inner;
    applyNonlinearity(m_phi, m_recurrent.data(), m_recurrent.data(), m_recurrent.size());
  }
  if (drive.cols() > 0)
    next = (1.0 - m_alpha) * now + m_alpha * (m_recurrent + drive);
  else
    next = (1.0 - m_alpha) * now + m_alpha * m_recurrent;
}

}  // namespace keyhole
