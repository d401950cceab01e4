// The linearisation of a flow at a point: what a small displacement does.
#pragma once

#include "core/analysis/flow/flow_system.h"

namespace keyhole {

// φ' where the system has it: at z (standard) or at B z (leaky rate), N. All ones for a linear system and for
// a switching one. tanh' is taken as 1 - tanh², exact to rounding relative to 1.
Vector slopes(const FlowSystem& system, ConstVectorRef z);

// A_eff = J + I, N x N: B diag(φ'(z)) (standard), diag(φ'(B z)) B (leaky rate), A_k of the region of z
// (recurrent switching). Its eigenvalues are those of the linearised dynamics in the paper's scaling, with
// the marginal line at Re λ = 1. Cost O(N²); the rotated chain O(N³) for its dense form.
Matrix effectiveConnectivity(const FlowSystem& system, ConstVectorRef z);

// J = dF/dz at z, N x N. On the border between two regions of a switching system F is not differentiable: J
// is that of the region to which regionsOf gives z. Cost as above.
Matrix jacobian(const FlowSystem& system, ConstVectorRef z);

}  // namespace keyhole
