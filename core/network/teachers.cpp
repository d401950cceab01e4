#include "core/network/teachers.h"

#include "core/common/error.h"
#include "core/network/teacher_builders.h"

#include <cmath>

namespace keyhole {
namespace {

struct KindEntry {
  TeacherKind kind;
  const char* name;
  void (*build)(Teacher&);
};

constexpr KindEntry kKinds[] = {
    {TeacherKind::lowRankOscillator, "low-rank-oscillator", builders::lowRankOscillator},
    {TeacherKind::lowRankOrthogonal, "low-rank-orthogonal", builders::lowRankOrthogonal},
    {TeacherKind::lowRankRandom, "low-rank-random", builders::lowRankRandom},
    {TeacherKind::chain, "chain", builders::chain},
    {TeacherKind::triangular, "triangular", builders::triangular},
    {TeacherKind::excitatoryInhibitory, "excitatory-inhibitory", builders::excitatoryInhibitory},
    {TeacherKind::gaussian, "gaussian", builders::gaussian},
    {TeacherKind::symmetric, "symmetric", builders::symmetric},
    {TeacherKind::lineAttractor, "line-attractor", builders::lineAttractor},
    {TeacherKind::imported, "imported", builders::imported},
};

const KindEntry& entry(TeacherKind kind) {
  for (const auto& candidate : kKinds)
    if (candidate.kind == kind) return candidate;
  return kKinds[0];
}

void requireFinite(std::vector<std::string>& found, const char* name, double value) {
  if (!std::isfinite(value))
    found.push_back(std::string(name) + " is " + toText(value) + "; allowed: a finite number");
}

void checkRank(const TeacherOptions& options, std::vector<std::string>& found) {
  const bool orthogonal = options.kind == TeacherKind::lowRankOrthogonal;
  if (!orthogonal && options.kind != TeacherKind::lowRankRandom) return;
  const Index most = orthogonal ? options.size / 2 : options.size;
  if (options.rank < 1 || options.rank > most)
    found.push_back("the rank is " + std::to_string(options.rank) + "; allowed: a whole number from 1 to " +
                    std::to_string(most) + (orthogonal ? ", half of the units" : ", the number of units"));
  if (orthogonal && !(options.orthogonalScale > 0))
    found.push_back("the orthogonal scale is " + toText(options.orthogonalScale) +
                    "; allowed: a number above 0");
}

void checkSize(const TeacherOptions& options, std::vector<std::string>& found) {
  const std::string size = "the teacher's size is " + std::to_string(options.size) + "; allowed: ";
  if (options.size < 2) found.push_back(size + "at least 2 units");
  if (options.size <= kMostUnits) return;
  if (!isLowRank(options.kind))
    found.push_back(size + "at most " + std::to_string(kMostUnits) + " units for the kind " +
                    nameOf(options.kind) + ", more for those of low rank");
  else if (const Index most = kMostFactors / options.size;
           options.kind != TeacherKind::lowRankOscillator && options.rank > most)
    found.push_back("the rank is " + std::to_string(options.rank) + "; allowed: at most " +
                    std::to_string(most) + " with " + std::to_string(options.size) + " units");
}

void checkImported(const Matrix& B, std::vector<std::string>& found) {
  if (B.rows() != B.cols() || B.rows() < 1)
    found.push_back("the imported matrix is " + std::to_string(B.rows()) + " x " + std::to_string(B.cols()) +
                    "; allowed: a square matrix");
  else if (!B.allFinite())
    found.push_back("the imported matrix has an entry that is not finite; allowed: finite numbers");
}

}  // namespace

bool isLowRank(TeacherKind kind) {
  return kind == TeacherKind::lowRankOscillator || kind == TeacherKind::lowRankOrthogonal ||
         kind == TeacherKind::lowRankRandom;
}

std::vector<std::string> problems(const TeacherOptions& options) {
  std::vector<std::string> found;
  if (options.kind == TeacherKind::imported) {
    checkImported(options.imported, found);
    return found;
  }
  checkSize(options, found);
  checkRank(options, found);
  requireFinite(found, "the gaussian gain", options.gaussianGain);
  requireFinite(found, "the symmetric gain", options.symmetricGain);
  requireFinite(found, "the triangular gain", options.triangularGain);
  requireFinite(found, "the leading eigenvalue", options.leadingEigenvalue);
  requireFinite(found, "the chain's β", options.chainBeta);
  requireFinite(found, "the chain's diagonal", options.chainDiagonal);
  requireFinite(found, "the oscillator's gain", options.oscillatorGain);
  if (options.chainSkip < 0)
    found.push_back("the chain's skip is " + std::to_string(options.chainSkip) +
                    "; allowed: 0 (none) or more");
  if (!(options.excitatoryFraction > 0 && options.excitatoryFraction < 1))
    found.push_back("the excitatory fraction is " + toText(options.excitatoryFraction) +
                    "; allowed: a number between 0 and 1");
  return found;
}

Teacher buildTeacher(const TeacherOptions& options) {
  const auto found = problems(options);
  if (!found.empty()) throw InputError(found.front());
  Teacher teacher;
  teacher.options = options;
  entry(options.kind).build(teacher);
  return teacher;
}

std::string nameOf(TeacherKind kind) {
  return entry(kind).name;
}

const std::vector<TeacherKind>& allTeacherKinds() {
  static const std::vector<TeacherKind> kinds = [] {
    std::vector<TeacherKind> all;
    for (const auto& candidate : kKinds) all.push_back(candidate.kind);
    return all;
  }();
  return kinds;
}

}  // namespace keyhole
