// How much a block's contrast hides of an error: PSNR-HVS-M's masking (Ponomarenko et al., VPQM
// 2007), and the energy that it starts from.
#pragma once

#include <array>

#include "blocks.hpp"

namespace foveate {

// A number for each used block.
struct Contrast {
  float* hidden;       // error hidden where `hiding` is 1 a frequency
  float* mean_square;  // of the 63 AC coefficients
};

// hidden = sqrt(sum_k hiding_k c_k^2 * share) / 32, where `share` is the part of the block's
// variance that its four quarters keep: an edge hides less than a texture.
void block_contrast(const Grid<const std::int16_t>& coefficients,
                    const std::array<float, kBlock>& hiding, const Contrast& contrast, int threads);

}  // namespace foveate
