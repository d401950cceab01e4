// Which classes of LDS are one, and how a member is written in the coordinates of another.
#pragma once

#include "core/fitting/latent/lds_model.h"

namespace keyhole {

// Orthonormal or free emissions C, diagonal or full dynamics noise Q: all four are the same set of models.
// Write C = U S with orthonormal U (N x L) and take S x as the latents: then C is orthonormal and Q is S Q
// Sᵀ. A rotation of the latents to the principal axes of Q keeps C orthonormal and makes Q diagonal. With
// free C the rotation alone does it. The likelihood does not change.
//
// This needs: no more latents than channels, C of full rank (else no S has an inverse), F, V, b and the first
// state unrestricted (the bound `stable` on the spectral radius of F is no restriction: no basis changes the
// eigenvalues), no priors, and one discrete state: several Q_k share no axes. It does not hold where C is
// held, as in the published estimator: there another rotation with diagonal Q is another model. So exact EM
// goes on in free C and full Q, where it is fast, and its end is written as the class that was asked for.

// A model with any C and Q, in the coordinates of `kind`: the same model. change: x_new = change x_old.
struct LdsInClass {
  LdsModel model;
  Matrix change;  // L x L
};

// Throws std::runtime_error if C has no full rank (its smallest singular value below 1e-12 of the largest,
// each channel in units of its own size) and the class asks for orthonormal ones.
LdsInClass writtenAs(const LdsModel& model, const LdsClass& kind);

// The class in which the fit goes on: `kind` with free C and full Q.
LdsClass freeClassOf(LdsClass kind);

}  // namespace keyhole
