#include "core/analysis/lasting_modes.h"

#include "core/linalg/assignment.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace keyhole {
namespace {

using Complex = std::complex<double>;

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostModes = 200;

// What rounding may do to the rate of growth of mode i.
double boundOf(const Spectrum& spectrum, Index i) {
  const bool marked = spectrum.undetermined[static_cast<std::size_t>(i)];
  const bool known = spectrum.conditions.size() > i && spectrum.norm > 0;
  if (!known) return marked ? kInfinite : 0;
  const double n = static_cast<double>(spectrum.values.size());
  const double bound =
      spectrum.rounding.size() > i
          ? spectrum.rounding(i)
          : spectrum.conditions(i) * n * std::numeric_limits<double>::epsilon() * spectrum.norm;
  return bound / std::max(mapModulus(spectrum.values(i), spectrum.alpha), 1e-3);
}

// The clusters that overlapping bounds make of the marked values: one number per value, -1 if not marked.
std::vector<Index> clustersOf(const Spectrum& spectrum, const Vector& bounds) {
  const Index n = spectrum.values.size();
  std::vector<Index> cluster(static_cast<std::size_t>(n), -1), open;
  const auto at = [&](Index i) -> Index& { return cluster[static_cast<std::size_t>(i)]; };
  for (Index first = 0; first < n; ++first) {
    if (!spectrum.undetermined[static_cast<std::size_t>(first)] || at(first) >= 0) continue;
    at(first) = first;
    open.push_back(first);
    while (!open.empty()) {
      const Index i = open.back();
      open.pop_back();
      for (Index j = 0; j < n; ++j) {
        if (!spectrum.undetermined[static_cast<std::size_t>(j)] || at(j) >= 0) continue;
        if (std::abs(spectrum.values(i) - spectrum.values(j)) > bounds(i) + bounds(j)) continue;
        at(j) = first;
        open.push_back(j);
      }
    }
  }
  return cluster;
}

// Values that could lie on either side of a rate of growth.
Index straddling(const Vector& rates, const Vector& bounds, const std::vector<Index>& cluster,
                 double threshold) {
  constexpr double kWorthNaming = 1e-9;  // nearer than this a mode is on the threshold itself
  const Index n = rates.size();
  Vector low = Vector::Constant(n, kInfinite), high = -low;
  for (Index i = 0; i < n; ++i) {
    const Index k = cluster[static_cast<std::size_t>(i)];
    if (k < 0) continue;
    low(k) = std::min(low(k), rates(i) - bounds(i));
    high(k) = std::max(high(k), rates(i) + bounds(i));
  }
  Index count = 0;
  for (Index i = 0; i < n; ++i) {
    const Index k = cluster[static_cast<std::size_t>(i)];
    count += k >= 0 ? low(k) < threshold && threshold < high(k)
                    : bounds(i) > kWorthNaming && std::abs(rates(i) - threshold) < bounds(i);
  }
  return count;
}

Index undeterminedOf(const Spectrum& spectrum, double persistentRate) {
  const Index n = spectrum.values.size();
  const bool marked = std::find(spectrum.undetermined.begin(), spectrum.undetermined.end(), true) !=
                      spectrum.undetermined.end();
  // An exact spectrum, or one without conditions, or with small ones only.
  if (!marked && (spectrum.conditions.size() < n || n == 0 ||
                  spectrum.conditions.maxCoeff() * static_cast<double>(n) * 2.3e-13 * spectrum.norm < 1e-9))
    return 0;
  Vector rates(n), bounds(n);
  for (Index i = 0; i < n; ++i) {
    rates(i) = mapExponent(spectrum.values(i), spectrum.alpha).real();
    bounds(i) = boundOf(spectrum, i);
  }
  const std::vector<Index> cluster = clustersOf(spectrum, bounds);
  return std::max(straddling(rates, bounds, cluster, persistentRate), straddling(rates, bounds, cluster, 0));
}

bool differInSight(const LastingMode& a, const LastingMode& b, double frequency) {
  const double decay = std::max({-a.exponent.real(), -b.exponent.real(), 0.0});
  const double quickest = std::max(std::abs(a.exponent.imag()), std::abs(b.exponent.imag()));
  const double apart = std::abs(std::abs(a.exponent.imag()) - std::abs(b.exponent.imag()));
  return apart > frequency * std::max(decay, 0.05 * quickest);
}

enum class Relation { apart, same, weakened, exaggerated };

struct Paired {
  Relation relation = Relation::apart;
  double factor = 1;  // of weakened and exaggerated
};

class Pairing {
 public:
  Pairing(const VerdictOptions& options, const MatchSlack& slack) : m_options(options), m_slack(slack) {}

  Paired pair(const LastingMode& teacher, const LastingMode& student) const {
    const double close = std::min(m_slack.closeness * std::max(teacher.condition, student.condition),
                                  0.3 / m_options.persistentTau);
    if (m_slack.closeness > 0 && std::abs(teacher.exponent - student.exponent) <= close)
      return {Relation::same, 1};
    if (teacher.grows() != student.grows() || differInSight(teacher, student, m_slack.frequency)) return {};
    if (teacher.grows() || (teacher.stands() && student.stands())) return {Relation::same, 1};
    const double most = m_options.exaggeration;
    const double longer = student.tau() / teacher.tau(), shorter = teacher.tau() / student.tau();
    if (!(longer <= most)) return {Relation::exaggerated, longer};
    if (!(shorter > most)) return {Relation::same, 1};
    if (!student.persists(m_options.persistentTau)) return {};
    return {Relation::weakened, shorter};
  }

  // The assignment's prices: leaving a persistent mode alone costs more than any
  // pair, and one that is exaggerated more than all that are not.
  double price(const LastingMode& teacher, const LastingMode& student) const {
    const Paired paired = pair(teacher, student);
    if (paired.relation == Relation::apart) return 10 * kAlone;
    const double far = std::min(std::abs(teacher.exponent - student.exponent), 10.0);
    if (paired.relation == Relation::same) return 0.01 * far;
    const double size = std::min(std::log(paired.factor), 50.0);
    return (paired.relation == Relation::weakened ? 1 : 1000) + 0.01 * (size + far);
  }
  static constexpr double kAlone = 1e4;

 private:
  const VerdictOptions& m_options;
  const MatchSlack& m_slack;
};

// What never decays is not told by factors, nor are exponents that are the same for being close.
void noteFactors(const LastingMode& teacher, const LastingMode& student, double most, ModeMatch& match) {
  if (!std::isfinite(teacher.tau()) || !std::isfinite(student.tau())) return;
  const double longer = student.tau() / teacher.tau();
  if (longer > most || 1 / longer > most) return;
  match.longer = std::max(match.longer, longer);
  match.shorter = std::max(match.shorter, 1 / longer);
}

}  // namespace

double LastingMode::tau() const {
  return exponent.real() < -kMarginalRate ? -1 / exponent.real() : kInfinite;
}

bool LastingMode::persists(double persistentTau) const {
  return tau() > persistentTau * (1 + 1e-12);  // one that is on the threshold up to rounding does not
}

LastingModes lastingModes(const Spectrum& spectrum, const LineAttractorScore& score,
                          const VerdictOptions& options) {
  LastingModes found;
  found.score = score;
  const double alpha = spectrum.alpha, reach = -1.25 * options.exaggeration / options.persistentTau;
  // |1 - α + α λ|² - 1 says the same as the rate of growth, and is cheaper of hundreds of values.
  const double least = alpha > 0 ? std::expm1(2 * alpha * reach) : 2 * reach;
  const auto sizeOf = [alpha](Complex value) {
    const Complex rate = value - 1.0;
    const double twice = 2 * rate.real() + alpha * std::norm(rate);
    return alpha > 0 ? alpha * twice : twice;
  };
  const auto add = [&](Index i) {
    LastingMode mode;
    mode.value = spectrum.values(i);
    mode.exponent = mapExponent(mode.value, alpha);
    if (spectrum.conditions.size() > i) mode.condition = spectrum.conditions(i);
    found.modes.push_back(mode);
  };
  Index leading = 0;
  for (Index i = 0; i < spectrum.values.size(); ++i) {
    if (sizeOf(spectrum.values(i)) > sizeOf(spectrum.values(leading))) leading = i;
    if (sizeOf(spectrum.values(i)) > least) add(i);
  }
  found.hasLeading = spectrum.values.size() > 0;
  const bool anyLasts = !found.modes.empty();
  if (!anyLasts && found.hasLeading) add(leading);
  std::stable_sort(found.modes.begin(), found.modes.end(), [](const LastingMode& a, const LastingMode& b) {
    return a.exponent.real() > b.exponent.real();
  });
  if (found.hasLeading) found.leading = found.modes.front();
  if (!anyLasts) found.modes.clear();
  found.persistent = std::count_if(found.modes.begin(), found.modes.end(), [&](const LastingMode& mode) {
    return mode.persists(options.persistentTau);
  });
  found.growing = std::count_if(found.modes.begin(), found.modes.end(), [&](const LastingMode& mode) {
    return mode.grows() && (!options.sampling || options.sampling->tellsGrowth(mode.exponent.real() * alpha));
  });
  found.single = found.persistent == 1 && found.leading.exponent.imag() == 0.0;
  if (found.modes.size() > kMostModes) found.modes.resize(kMostModes);
  found.undetermined = undeterminedOf(spectrum, -1 / options.persistentTau);
  return found;
}

ModeMatch matchModes(const LastingModes& teacher, const LastingModes& student, const VerdictOptions& options,
                     const MatchSlack& slack) {
  const auto reaching = [&](const LastingModes& all) {
    std::vector<LastingMode> some;
    for (const LastingMode& mode : all.modes)
      if (mode.tau() * options.exaggeration > options.persistentTau) some.push_back(mode);
    return some;
  };
  const std::vector<LastingMode> students = reaching(student), teachers = reaching(teacher);
  const auto m = static_cast<Index>(students.size()), n = static_cast<Index>(teachers.size());
  const auto ofStudent = [&](Index i) -> const LastingMode& { return students[static_cast<std::size_t>(i)]; };
  const auto ofTeacher = [&](Index j) -> const LastingMode& { return teachers[static_cast<std::size_t>(j)]; };
  const auto persists = [&](const LastingMode& mode) { return mode.persists(options.persistentTau); };
  ModeMatch match;
  if (m + n == 0) return match;
  const Pairing pairing(options, slack);
  // Each may be left alone: with a partner that stands for nobody.
  Matrix prices = Matrix::Zero(m + n, m + n);
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) prices(i, j) = pairing.price(ofTeacher(j), ofStudent(i));
    prices.row(i).tail(m).setConstant(persists(ofStudent(i)) ? Pairing::kAlone : 0.0);
  }
  for (Index j = 0; j < n; ++j)
    prices.col(j).tail(n).setConstant(persists(ofTeacher(j)) ? Pairing::kAlone : 0.0);
  const std::vector<Index> partner = leastCostAssignment(prices);
  std::vector<bool> found(static_cast<std::size_t>(n), false);
  for (Index i = 0; i < m; ++i) {
    const LastingMode& mode = ofStudent(i);
    const Index j = partner[static_cast<std::size_t>(i)];
    const Paired paired = j < n ? pairing.pair(ofTeacher(j), mode) : Paired{};
    if (paired.relation != Relation::apart) found[static_cast<std::size_t>(j)] = true;
    if (paired.relation == Relation::weakened) match.weakened = std::max(match.weakened, paired.factor);
    if (paired.relation == Relation::same) noteFactors(ofTeacher(j), mode, options.exaggeration, match);
    const bool exaggerated = paired.relation == Relation::exaggerated;
    if (!persists(mode) || !(exaggerated || paired.relation == Relation::apart)) continue;
    ++match.madeUp;
    if (!exaggerated && !match.madeUpMode) {
      match.madeUpMode = mode;
      match.fewInTeacher = std::any_of(teachers.begin(), teachers.end(), [&](const LastingMode& other) {
        return pairing.pair(other, mode).relation != Relation::apart;
      });
    }
    if (exaggerated) match.exaggerated = std::max(match.exaggerated, paired.factor);
  }
  for (Index j = 0; j < n; ++j) {
    if (!persists(ofTeacher(j)) || found[static_cast<std::size_t>(j)]) continue;
    ++match.missed;
    if (match.missedMode) continue;
    match.missedMode = ofTeacher(j);  // the slowest comes first
    match.fewInStudent = std::any_of(students.begin(), students.end(), [&](const LastingMode& other) {
      return pairing.pair(ofTeacher(j), other).relation != Relation::apart;
    });
  }
  return match;
}

}  // namespace keyhole
