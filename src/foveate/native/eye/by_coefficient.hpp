// What SSIMULACRA 2's sum does as the coefficients of a file change.
#pragma once

#include <array>
#include <vector>

#include "blocks.hpp"
#include "eye/ssimulacra2.hpp"

namespace foveate {

// By scale and zigzag index: how much of a basis vector's energy is left when it has been halved
// so often, less that of its blurred self (structure), or that of the difference (edges).
struct BasisEnergies {
  std::vector<std::array<float, kBlock>> structure;
  std::vector<std::array<float, kBlock>> edges;
};

// Writes the gradient by the coefficients of the blocks that lie in a strip, for every component;
// `height` and `width` are the picture's. Halved chroma goes through the adjoint of the decoder's
// interpolation.
void gradient_of_blocks(const GradientStrip& strip, int height, int width,
                        const std::vector<Sampling>& sampling,
                        const std::vector<Grid<float>>& out);

// Mean over every other row of a luma block of the squared slopes of X, Y and B - Y by Y, Cb and Cr.
using Slopes = std::array<std::array<float, 3>, kChannels>;

// Of every luma block that holds pixels, row by row.
void block_slopes(const Picture& picture, Slopes* out, int threads);

// The curvature by the coefficients of every component. `slopes`: of the original's luma blocks.
void curvature_of_blocks(int height, int width, const Slopes* slopes,
                         const std::vector<Curvature>& curvature,
                         const std::vector<Sampling>& sampling,
                         const std::array<BasisEnergies, 2>& energies,
                         const std::vector<Grid<float>>& out, int threads);

}  // namespace foveate
