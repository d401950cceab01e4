// The audit in a paper's methods section.
#include "core/common/three_digits.h"
#include "core/report/audit_report.h"

#include <cmath>

namespace keyhole {
namespace {

// " (and by Latent LDS, BPTT)": the further methods.
std::string othersText(const Audit& audit) {
  std::string text;
  for (const auto& method : audit.claim.methods)
    if (method.fitted && method.method != "map" && method.method != "subspace")
      text += (text.empty() ? "" : ", ") + method.label;
  return text.empty() ? text : " (further claims are those of " + text + ")";
}

}  // namespace

std::string auditMethods(const Audit& audit, const AuditProvenance& provenance) {
  std::string text = "The recording (" + std::to_string(audit.summary.units) + " units, " +
                     std::to_string(audit.summary.timePoints) + " time points";
  if (provenance.seconds > 0) text += ", " + threeDigits(provenance.seconds) + " s apart";
  text += ") was audited with Keyhole " +
          provenance.run.value("version", std::string("(version not known)")) +
          ". Linear models were fitted by maximum a posteriori regression and by subspace identification" +
          othersText(audit) + "; intervals are from a moving-block bootstrap (" +
          std::to_string(audit.asked.resamples) +
          " resamples). The autocorrelation along each student's slow direction "
          "was compared with that of " +
          std::to_string(audit.asked.simulations) + " simulations of the student that were fitted again.";
  if (audit.subsampling.made)
    text += " The regression was repeated over nested subsets of the units in " +
            std::to_string(audit.subsampling.orders) + " random orders" +
            (std::isfinite(audit.subsampling.pValue)
                 ? "; a fall was judged among " + std::to_string(audit.asked.surrogates) +
                       " reversible Gaussian surrogates."
                 : ".");
  if (audit.arrow.tested)
    text +=
        " Reversibility was tested by the antisymmetric part of lagged covariances (leading components by "
        "all), with " +
        std::to_string(audit.asked.flips) + " random conjugates of the Fourier transform as the null.";
  if (audit.reference)
    text += " The recording was compared with " + std::to_string(audit.reference->circuits) +
            " simulated circuits of " + std::to_string(audit.reference->mechanisms.size()) +
            " mechanisms in random backgrounds (seed " + std::to_string(audit.reference->seed) +
            ", priors version " + std::to_string(priors::kVersion) + "), by " + audit.reference->classifier +
            (audit.reference->surrogates.made > 0
                 ? ", and so were " + std::to_string(audit.reference->surrogates.made) +
                       " surrogates of it with independent units of the same spectra."
                 : ".");
  if (audit.experiments)
    text += " Experiments were simulated in " + std::to_string(audit.experiments->worlds) +
            " of these circuits, drawn by their weights, and decided by boosted trees in five folds that "
            "share no circuit.";
  return text;
}

}  // namespace keyhole
