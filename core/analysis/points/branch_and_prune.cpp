#include "core/analysis/points/branch_and_prune.h"

#include "core/analysis/flow/reach.h"
#include "core/analysis/points/box_operators.h"
#include "core/common/error.h"

#include <algorithm>
#include <cmath>

namespace keyhole {
namespace {

constexpr double kCut = 0.4871;        // not through the middle, where symmetric systems have their roots
constexpr std::size_t kFewOpen = 512;  // open boxes that are cut down to the fine resolution

struct Piece {
  Box box;
  double share;  // of the volume of the whole, by the cuts that led to it
};

class Prover {
 public:
  Prover(const BoxEquation& equation, const BranchAndPruneOptions& options, Progress& progress)
      : m_equation(equation),
        m_options(options),
        m_progress(progress),
        m_imageWork(imageWork(equation)),
        m_krawczykWork(krawczykWork(equation)) {}

  Proof run() {
    Box whole = m_equation.everything();
    // With y an odd equation has -y: half of the box will do.
    const bool odd = m_equation.a.isZero(0) && m_equation.c.isZero(0);
    if (odd) whole.low(widestDirection(m_equation, whole)) = 0;
    const double scale = std::max(1e-6, curvedSize((whole.high - whole.low).norm(), whole.size()));
    std::vector<Piece> open;
    work({{std::move(whole), 1.0}}, m_options.resolution * scale, open);
    if (m_proof.status == ProofStatus::complete && !open.empty() && open.size() <= kFewOpen) {
      std::vector<Piece> again;
      again.swap(open);
      work(std::move(again), m_options.fineResolution * scale, open);
    }
    m_proof.left = m_left;
    m_proof.work = m_spent;
    if (odd) addMirrorImages(open);
    if (m_proof.status != ProofStatus::complete || open.empty()) return std::move(m_proof);
    m_proof.status = ProofStatus::open;
    for (Piece& piece : open) {
      m_proof.radius = std::max(m_proof.radius, 0.5 * (piece.box.high - piece.box.low).norm());
      m_proof.open.push_back(std::move(piece.box));
    }
    return std::move(m_proof);
  }

 private:
  void work(std::vector<Piece> stack, double smallest, std::vector<Piece>& open) {
    m_proof.status = ProofStatus::complete;
    m_left = 0;
    for (const Piece& piece : stack) m_left += piece.share;
    while (!stack.empty()) {
      if (!mayGoOn()) return;
      Piece piece = std::move(stack.back());
      stack.pop_back();
      if (!settled(piece.box)) {
        if ((piece.box.high - piece.box.low).norm() <= smallest)
          open.push_back(std::move(piece));
        else
          cut(piece, stack);
        continue;
      }
      m_left -= piece.share;
    }
  }

  bool mayGoOn() {
    if (++m_proof.boxes % 64 == 0) {
      m_progress.report(1 - std::clamp(m_left, 0.0, 1.0), "proving that all points of rest are found");
      if (m_progress.stopRequested()) m_proof.status = ProofStatus::stopped;
    }
    // With a tenth of the work hardly anything settled: the rest would not do.
    const bool hopeless = m_spent > 0.1 * m_options.work && m_left > 0.98;
    if ((m_spent > m_options.work || hopeless) && m_proof.status == ProofStatus::complete)
      m_proof.status = ProofStatus::outOfWork;
    return m_proof.status == ProofStatus::complete;
  }

  // Whether nothing is left to look for in the box: it is empty, or holds one root, which is noted.
  bool settled(Box& box) {
    for (int round = 0; round < 20; ++round) {
      m_spent += m_imageWork;
      BoxFate fate = contractByImages(m_equation, box);
      if (fate == BoxFate::empty) return true;
      if (fate == BoxFate::shrunk) continue;
      m_spent += m_krawczykWork;
      fate = contractByKrawczyk(m_equation, box);
      if (fate == BoxFate::empty) return true;
      if (fate == BoxFate::unchanged) break;
    }
    Box root = box;
    m_spent += m_krawczykWork;
    if (!holdsOneRoot(m_equation, root)) return false;
    m_spent += 4 * m_krawczykWork;
    note(root);
    return true;
  }

  // Enclosures of one root overlap. Of two roots they do not, or the wider box would not have held one alone.
  void note(const Box& root) {
    const Vector y = root.middle();
    const Vector near = (root.high - root.low).array() + 1e-9 * (1 + y.cwiseAbs().array());
    for (const Vector& known : m_proof.roots)
      if (((known - y).cwiseAbs().array() <= near.array()).all()) return;
    m_proof.roots.push_back(y);
  }

  void addMirrorImages(std::vector<Piece>& open) {
    const std::size_t roots = m_proof.roots.size(), pieces = open.size();
    for (std::size_t i = 0; i < roots; ++i) {
      const Vector image = -m_proof.roots[i];
      note({image, image});
    }
    for (std::size_t i = 0; i < pieces; ++i)
      open.push_back({{-open[i].box.high, -open[i].box.low}, open[i].share});
  }

  void cut(const Piece& piece, std::vector<Piece>& stack) {
    m_spent += m_imageWork;
    const Index i = widestDirection(m_equation, piece.box);
    const double at = piece.box.low(i) + kCut * (piece.box.high(i) - piece.box.low(i));
    Piece lower = piece, upper = piece;
    lower.box.high(i) = at;
    upper.box.low(i) = at;
    lower.share *= kCut;
    upper.share *= 1 - kCut;
    stack.push_back(std::move(lower));
    stack.push_back(std::move(upper));
  }

  const BoxEquation& m_equation;
  const BranchAndPruneOptions& m_options;
  Progress& m_progress;
  const double m_imageWork, m_krawczykWork;
  Proof m_proof;
  double m_spent = 0, m_left = 1;
};

}  // namespace

std::vector<std::string> problems(const BranchAndPruneOptions& options) {
  std::vector<std::string> found;
  const auto check = [&](double value, const std::string& name) {
    if (!(value > 0)) found.push_back(name + " is " + toText(value) + "; allowed: a number above 0");
  };
  check(options.work, "work");
  check(options.resolution, "resolution");
  check(options.fineResolution, "fine resolution");
  return found;
}

Proof proveAllRoots(const BoxEquation& equation, const BranchAndPruneOptions& options, Progress& progress) {
  if (const auto wrong = problems(options); !wrong.empty()) throw InputError(wrong.front());
  return Prover(equation, options, progress).run();
}

}  // namespace keyhole
