// Tests core/experiment/settings/fit_methods.h: over every method, what of a recording's units, zero and
// order of channels the fit may not know. Scale a channel, and the answer scales.
#include "core/experiment/settings/fit_methods.h"
#include "core/experiment/settings/settings.h"
#include "core/linalg/eigen.h"
#include "tests/fitting/latent/lds_cases.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tst_fit_equivariance {

using namespace keyhole;
using namespace keyhole::test;

namespace {

constexpr Index kChannels = 6;

// What a method is blind to, as its model is. tolerance: of the eigenvalues, as a part of the largest.
struct Blindness {
  const char* method;
  std::vector<std::pair<const char*, SettingValue>> settings;
  bool unitOfOne, unitOfAll, offset, order;
  double tolerance;
};

// Methods that are not blind to something say why. The tolerances are those of a recording that has lost ten
// digits to an offset; of EM that is at rest to 1e-4 nats; and of variational EM that has not come to rest.
std::vector<Blindness> everyMethod() {
  const auto text = [](const char* name) { return SettingValue(std::string(name)); };
  return {
      // A ridge has the unit of 1/activity²: without it there is none. The offset needs the constant drive.
      {"map",
       {{"fit.rho", 0.0}, {"fit.offset", text("on")}, {"fit.phi", text("linear")}},
       true,
       true,
       true,
       true,
       1e-6},
      {"lds", {{"fit.latents", 2LL}}, true, true, true, true, 3e-3},
      // With diagonal Q_k the unit of one channel belongs to the model (slds_fit.cpp).
      {"slds",
       {{"fit.latents", 2LL}, {"fit.states", 2LL}, {"fit.noise", text("full")}, {"fit.iterations", 20LL}},
       true,
       true,
       true,
       true,
       2e-2},
      {"slds",
       {{"fit.latents", 2LL}, {"fit.states", 2LL}, {"fit.recurrent", false}, {"fit.iterations", 20LL}},
       false,
       true,
       true,
       true,
       2e-2},
      // N4SID weighs directions by their variance, and so channels by theirs; CVA does not.
      {"subspace", {{"fit.latents", 2LL}}, false, true, true, true, 1e-6},
      {"subspace", {{"fit.latents", 2LL}, {"fit.weighting", text("cva")}}, true, true, true, true, 1e-6},
      // tanh has a unit and a zero.
      {"cornn", {{"fit.iterations", 50LL}}, false, false, false, true, 1e-6},
      // … and what begins at random numbers of each unit is another fit in another order.
      {"force", {}, false, false, false, false, 0},
      {"bptt", {}, false, false, false, false, 0},
  };
}

Settings settingsOf(const Blindness& row) {
  Settings settings;
  settings.set("fit.method", std::string(row.method));
  settings.set("simulation.alpha", 0.1);
  for (const auto& [key, value] : row.settings) settings.set(key, value);
  return settings;
}

std::vector<Trial> recording(const Blindness& row) {
  std::vector<Trial> trials = {sampleOf(randomLds(7, 2, kChannels, 1), 7, 400)};
  // CORNN takes activities as tanh of currents.
  if (std::string(row.method) == "cornn")
    trials[0].activity *= 0.5 / trials[0].activity.cwiseAbs().maxCoeff();
  return trials;
}

std::vector<Trial> changed(std::vector<Trial> trials, const Vector& scale, double offset,
                           const std::vector<Index>& order) {
  Matrix& Y = trials[0].activity;
  Y = ((scale.asDiagonal() * Y).array() + offset).matrix()(order, Eigen::all).eval();
  return trials;
}

// Empty, and what the fit says, where there is none.
ComplexVector claimOf(const Settings& settings, const std::vector<Trial>& trials,
                      std::string* said = nullptr) {
  const Student student = fitTrials(settings, trials, noProgress());
  if (said) *said = student.summary.message;
  return student.A.size() > 0 ? eigenvalues(student.A) : ComplexVector();
}

// Largest distance of an eigenvalue to the nearest of the others, as a part of the largest.
double apart(const ComplexVector& a, const ComplexVector& b) {
  double most = 0;
  for (const auto& value : a) most = std::max(most, (b.array() - value).abs().minCoeff());
  return most / std::max(a.cwiseAbs().maxCoeff(), 1e-300);
}

}  // namespace

class TestFitEquivariance : public QObject {
  Q_OBJECT
 private slots:
  void everyMethodIsHere() {
    const auto rows = everyMethod();
    for (const auto& method : fitMethods())
      QVERIFY2(!method.fit || std::any_of(rows.begin(), rows.end(),
                                          [&](const Blindness& row) { return row.method == method.name; }),
               method.name.c_str());
  }

  void claims_data() {
    QTest::addColumn<int>("row");
    for (int i = 0; i < static_cast<int>(everyMethod().size()); ++i)
      QTest::addRow("%s, row %d", everyMethod()[static_cast<std::size_t>(i)].method, i) << i;
  }

  // Fails if any step of a method looks at what its model is blind to: a threshold, a start, a prior, a
  // weight, a sum of squares about 0.
  void claims() {
    QFETCH(int, row);
    const Blindness blind = everyMethod()[static_cast<std::size_t>(row)];
    if (!blind.unitOfAll && !blind.order) return;
    const Settings settings = settingsOf(blind);
    const std::vector<Trial> trials = recording(blind);
    const ComplexVector known = claimOf(settings, trials);
    const std::vector<Index> same = {0, 1, 2, 3, 4, 5}, other = {3, 1, 5, 0, 2, 4};
    const Vector ones = Vector::Ones(kChannels);
    const auto check = [&](const char* what, const Vector& scale, double offset,
                           const std::vector<Index>& order) {
      std::string said;
      const ComplexVector claim = claimOf(settings, changed(trials, scale, offset, order), &said);
      QVERIFY2(claim.size() == known.size(), (std::string(what) + ": " + said).c_str());
      const double distance = apart(known, claim);
      QVERIFY2(distance <= blind.tolerance,
               qPrintable(QString("%1: %2").arg(QString::fromUtf8(what)).arg(distance)));
    };
    if (blind.order) check("order", ones, 0, other);
    if (blind.offset) check("offset", ones, 1e6, same);
    if (blind.unitOfAll) {
      check("a small unit", 1e13 * ones, 0, same);
      check("a large unit", 1e-13 * ones, 0, same);
    }
    if (!blind.unitOfOne) return;
    Vector one = ones;
    one(2) = 1e3;
    check("the unit of one channel", one, 0, same);
    Vector all(kChannels);
    all << 1e-6, 3, 1e3, 0.02, 1e6, 7;
    check("the units of all", all, 0, same);
  }
};

KEYHOLE_TEST(TestFitEquivariance)

}  // namespace tst_fit_equivariance

#include "tst_fit_equivariance.moc"
