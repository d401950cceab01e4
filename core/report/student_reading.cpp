// A student from the JSON that student_json.cpp writes.
#include "core/common/error.h"
#include "core/fitting/latent/lds_model.h"
#include "core/io/file_bytes.h"
#include "core/io/json_values.h"
#include "core/report/student_json.h"

#include <cmath>
#include <limits>

namespace keyhole {
namespace {

using nlohmann::json;

constexpr const char* kWhole = "; allowed: what keyhole fit wrote there";

// An object of the file, and how messages name it.
class Entries {
 public:
  Entries(const json& object, std::string name) : m_object(object), m_name(std::move(name)) {
    if (!object.is_object()) throw InputError(m_name + " is no object" + kWhole);
  }

  bool has(const char* key) const { return m_object.contains(key) && !m_object[key].is_null(); }

  [[noreturn]] void refuse(const std::string& key, const std::string& what,
                           const std::string& allowed) const {
    throw InputError(m_name + ", " + key + " " + what + "; allowed: " + allowed);
  }

  const json& at(const char* key) const {
    if (!m_object.contains(key)) refuse(key, "is missing", "a result of this version's keyhole fit");
    return m_object[key];
  }

  Entries object(const char* key) const { return {at(key), m_name + ", " + key}; }

  double number(const char* key, double least, double most) const {
    const json& value = at(key);
    const double number = value.is_number() ? value.get<double>() : std::nan("");
    if (!(number >= least && number <= most))
      refuse(key, "is " + value.dump(), "a number from " + toText(least) + " to " + toText(most));
    return number;
  }

  Index count(const char* key, Index least, Index most) const {
    const json& value = at(key);
    if (!value.is_number_integer() || value.get<Index>() < least || value.get<Index>() > most)
      refuse(key, "is " + value.dump(),
             "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return value.get<Index>();
  }

  bool flag(const char* key) const {
    if (!at(key).is_boolean()) refuse(key, "is " + at(key).dump(), "true or false");
    return at(key).get<bool>();
  }

  std::string text(const char* key) const {
    if (!at(key).is_string()) refuse(key, "is " + at(key).dump(), "a name");
    return at(key).get<std::string>();
  }

  // rows x columns; a negative number of either: any.
  Matrix matrix(const char* key, Index rows, Index columns) const {
    const json& value = at(key);
    const bool none = rows == 0 || (rows < 0 && value.is_array() && value.empty());
    const Matrix matrix = none && value.is_array() && value.empty()
                              ? Matrix(0, std::max<Index>(columns, 0))
                              : matrixFromJson(value, m_name + ", " + key);
    const auto text = [](Index n) { return n < 0 ? std::string("any") : std::to_string(n); };
    if ((rows >= 0 && matrix.rows() != rows) || (columns >= 0 && matrix.cols() != columns))
      refuse(key, "is " + std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols()),
             text(rows) + " x " + text(columns));
    if (!matrix.allFinite()) refuse(key, "has an entry that is not finite", "finite numbers");
    return matrix;
  }

  // null in it becomes `instead`.
  Vector vector(const char* key, Index size, double instead = std::nan("")) const {
    const json& value = at(key);
    if (!value.is_array() || (size >= 0 && static_cast<Index>(value.size()) != size))
      refuse(key, value.is_array() ? "has " + std::to_string(value.size()) + " entries" : "is no list",
             size >= 0 ? "a list of " + std::to_string(size) + " numbers" : "a list of numbers");
    Vector vector(static_cast<Index>(value.size()));
    for (std::size_t i = 0; i < value.size(); ++i) {
      const double entry = value[i].is_number() ? value[i].get<double>() : instead;
      if (!value[i].is_number() && (!value[i].is_null() || std::isnan(instead)))
        refuse(key, "has the entry " + value[i].dump(), "numbers");
      vector(static_cast<Index>(i)) = entry;
    }
    return vector;
  }

  const json& list(const char* key) const {
    if (!at(key).is_array()) refuse(key, "is no list", "a list");
    return at(key);
  }

  const std::string& name() const { return m_name; }

 private:
  const json& m_object;
  std::string m_name;
};

Emission emissionOf(const Entries& file, Index seen, Index n, Index inputs) {
  Emission emission;
  emission.C = file.matrix("emission", seen, n);
  emission.G = file.matrix("emission_input", seen, -1);
  if (emission.G.cols() != 0 && emission.G.cols() != inputs)
    file.refuse("emission_input", "is of " + std::to_string(emission.G.cols()) + " inputs",
                std::to_string(inputs) + ", those of input_weights, or none");
  emission.c = file.vector("emission_bias", seen);
  emission.R = file.vector("emission_var", seen);
  if (!(emission.R.array() >= 0).all())
    file.refuse("emission_var", "has the entry " + toText(emission.R.minCoeff()), "numbers from 0");
  return emission;
}

std::shared_ptr<const LdsModel> latentOf(const Entries& file, const Student& student) {
  auto model = std::make_shared<LdsModel>();
  const Index n = student.A.rows();
  model->F = file.matrix("transition", n, n);
  model->V = file.matrix("input_matrix", n, student.V.cols());
  model->b = file.vector("dynamics_bias", n);
  model->Q = file.matrix("dynamics_cov", n, n);
  model->C = student.emission->C;
  model->G = student.emission->G;
  model->c = student.emission->c;
  model->R = student.emission->R;
  model->mu0 = file.vector("initial_mean", n);
  model->P0 = file.matrix("initial_covariance", n, n);
  model->inputAtArrival = student.inputAtArrival;
  return model;
}

// Entries from 0 to K - 1.
std::vector<int> pathOf(const Entries& file, Index states) {
  std::vector<int> path;
  for (const json& entry : file.list("path")) {
    if (!entry.is_number_integer() || entry.get<Index>() < 0 || entry.get<Index>() >= states)
      file.refuse("path", "has the entry " + entry.dump(),
                  "whole numbers from 0 to " + std::to_string(states - 1));
    path.push_back(entry.get<int>());
  }
  if (path.empty()) file.refuse("path", "is empty", "the discrete state of each time point");
  return path;
}

std::shared_ptr<const Switching> switchingOf(const Entries& file, const Entries& rest,
                                             const Student& student) {
  auto parts = std::make_shared<Switching>();
  const Index n = student.A.rows(), m = student.V.cols();
  const json& states = file.list("states");
  const auto K = static_cast<Index>(states.size());
  for (std::size_t k = 0; k < states.size(); ++k) {
    const Entries state(states[k], file.name() + ", states " + std::to_string(k + 1));
    parts->A.push_back(state.matrix("dynamics", n, n));
    parts->V.push_back(state.matrix("input_weights", n, m));
    parts->b.push_back(state.vector("drive", n));
    if (state.has("noise_covariance")) parts->Q.push_back(state.matrix("noise_covariance", n, n));
  }
  if (!parts->Q.empty() && parts->Q.size() != parts->A.size())
    file.refuse("states", "have " + std::to_string(parts->Q.size()) + " times a noise_covariance",
                "one in all or in none of the " + std::to_string(K));
  parts->logTransition.resize(K, K);
  const json& rows = file.list("log_transition");
  if (static_cast<Index>(rows.size()) != K)
    file.refuse("log_transition", "has " + std::to_string(rows.size()) + " rows", std::to_string(K));
  for (Index k = 0; k < K; ++k) {
    const json row = {{"row", rows[static_cast<std::size_t>(k)]}};
    parts->logTransition.row(k) = Entries(row, file.name() + ", log_transition")
                                      .vector("row", K, -std::numeric_limits<double>::infinity())
                                      .transpose();
  }
  parts->W = file.has("recurrent_weights") ? file.matrix("recurrent_weights", K, n) : Matrix(0, n);
  if (file.has("recurrent_bias")) parts->w = file.vector("recurrent_bias", K);
  parts->path = pathOf(file, K);
  parts->posterior = rest.matrix("posterior", -1, K).transpose();
  if (rest.has("visits")) parts->visits = rest.vector("visits", K);
  return parts;
}

FitStatus statusNamed(const std::string& name) {
  for (const FitStatus status :
       {FitStatus::notRun, FitStatus::solved, FitStatus::converged, FitStatus::iterationLimit,
        FitStatus::stopped, FitStatus::noStationaryState, FitStatus::singular, FitStatus::diverged})
    if (nameOf(status) == name) return status;
  return FitStatus::solved;  // "no eigenvalues": the dynamics stand
}

// Numbers of a list, null as infinite or undefined: what an objective may be.
std::vector<double> costOf(const Entries& file) {
  const bool likelihood = file.has("log_likelihood") || file.has("evidence_lower_bound");
  const char* key = file.has("log_likelihood")         ? "log_likelihood"
                    : file.has("evidence_lower_bound") ? "evidence_lower_bound"
                                                       : "loss";
  std::vector<double> cost;
  if (!file.has(key)) return cost;
  const Vector values = file.vector(key, -1, std::numeric_limits<double>::infinity());
  for (const double value : values) cost.push_back(likelihood ? -value : value);
  return cost;
}

void readSummary(const Entries& file, Student& student) {
  const Entries summary = file.object("summary");
  student.summary.status = statusNamed(summary.text("status"));
  student.summary.message = summary.text("message");
  student.summary.iterations = static_cast<int>(summary.count("iterations", 0, 1'000'000'000));
  student.summary.cost = costOf(file);
  student.oneStepR2 = file.has("one_step_r2") ? file.number("one_step_r2", -1e300, 1) : std::nan("");
}

void readRestarts(const Entries& file, const Entries& rest, Student& student) {
  if (!file.has("restarts")) return;
  const json& list = file.list("restarts");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Entries entry(list[i], file.name() + ", restarts " + std::to_string(i + 1));
    Restart restart;
    restart.seed = static_cast<std::uint64_t>(entry.count("seed", 0, std::numeric_limits<Index>::max()));
    const Matrix values = entry.matrix("eigenvalues", -1, 2);
    restart.eigenvalues.resize(values.rows());
    restart.eigenvalues.real() = values.col(0);
    restart.eigenvalues.imag() = values.col(1);
    const char* key = entry.has("log_likelihood") ? "log_likelihood" : "loss";
    restart.objective = entry.has(key) ? entry.number(key, -1e300, 1e300) : std::nan("");
    if (entry.has("start")) {
      restart.start = entry.text("start");
      restart.givenUp = entry.text("status") == "given up";
      restart.status = statusNamed(entry.text(restart.givenUp ? "given_up_while" : "status"));
      restart.iterations = static_cast<int>(entry.count("iterations", 0, 1'000'000'000));
    }
    student.restarts.push_back(std::move(restart));
  }
  student.shownRestart =
      static_cast<std::size_t>(rest.count("shown_start", 1, static_cast<Index>(list.size())) - 1);
}

// What a latent fit says of itself beside its parameters.
void readReservations(const Entries& file, Student& student) {
  if (file.has("promised_rise")) student.promisedRise = file.number("promised_rise", -1e300, 1e300);
  if (!file.has("noise_floor")) return;
  const Entries floor = file.object("noise_floor");
  NoiseFloor read{floor.number("share", 0, 1), {}};
  for (const json& channel : floor.list("channels_at_floor")) {
    if (!channel.is_number_integer() || channel.get<Index>() < 1 || channel.get<Index>() > student.seen)
      floor.refuse("channels_at_floor", "has the entry " + channel.dump(),
                   "whole numbers from 1 to " + std::to_string(student.seen));
    read.channels.push_back(channel.get<Index>() - 1);
  }
  student.noiseFloor = std::move(read);
}

void readForm(const Entries& rest, Student& student) {
  student.alpha = rest.number("alpha", std::numeric_limits<double>::min(), 1);
  student.alphaAssumed = rest.flag("alpha_assumed");
  const std::string phi = rest.text("phi"), convention = rest.text("convention");
  if (phi != nameOf(Nonlinearity::linear) && phi != nameOf(Nonlinearity::tanh))
    rest.refuse("phi", "is " + phi, "linear, tanh");
  student.phi = phi == nameOf(Nonlinearity::tanh) ? Nonlinearity::tanh : Nonlinearity::linear;
  if (convention != nameOf(Convention::standard) && convention != nameOf(Convention::leakyRate))
    rest.refuse("convention", "is " + convention, "standard, leaky-rate");
  student.convention =
      convention == nameOf(Convention::leakyRate) ? Convention::leakyRate : Convention::standard;
  student.inputAtArrival = rest.flag("input_at_arrival");
}

}  // namespace

Student studentFromJson(const json& stored, const std::string& name) {
  const Entries file(stored, name);
  if (!stored.contains("dynamics") || !stored.contains("summary"))
    throw InputError(name +
                     " has no \"dynamics\"; allowed: a result of keyhole fit, or a file with a matrix");
  Student student;
  readSummary(file, student);
  if (!file.has("dynamics"))
    throw InputError(name + " is of a fit without parameters (" + student.summary.message +
                     "); allowed: one that has them");
  const Entries rest = file.object("student");
  readForm(rest, student);
  student.A = file.matrix("dynamics", -1, -1);
  const Index n = student.A.rows();
  if (n == 0 || student.A.cols() != n)
    file.refuse("dynamics", "is " + std::to_string(n) + " x " + std::to_string(student.A.cols()),
                "a square matrix");
  const bool emits = file.has("emission");
  student.seen = rest.count("seen", emits ? 1 : 0, emits ? std::numeric_limits<Index>::max() : n);
  student.timePoints = rest.count("time_points", 0, std::numeric_limits<Index>::max());
  student.steps = rest.count("steps", 0, std::numeric_limits<Index>::max());
  student.V = rest.matrix("input_weights", n, -1);
  if (rest.has("drive")) student.b = rest.vector("drive", n);
  if (rest.has("drive_inside")) {
    if (student.convention != Convention::leakyRate || student.phi != Nonlinearity::tanh)
      rest.refuse("drive_inside", "is there", "null, but for leaky rates with tanh");
    student.inner = rest.vector("drive_inside", n);
  }
  if (rest.has("noise_covariance")) student.Q = rest.matrix("noise_covariance", n, n);
  if (rest.has("inferred_states")) student.states = rest.matrix("inferred_states", -1, n).transpose();
  if (emits) student.emission = emissionOf(file, student.seen, n, student.V.cols());
  if (file.has("transition") && emits) student.latent = latentOf(file, student);
  if (file.has("states")) student.switching = switchingOf(file, rest, student);
  readReservations(file, student);
  readRestarts(file, rest, student);
  return student;
}

nlohmann::json readStudentJson(const std::string& path) {
  const auto stored = json::parse(readFileBytes(path), nullptr, false);
  if (stored.is_discarded())
    throw InputError(path + " is no JSON; allowed: a result of keyhole fit, or a file with a matrix");
  return stored;
}

Student readStudent(const std::string& path) {
  return studentFromJson(readStudentJson(path), path);
}

}  // namespace keyhole
