// The forward 8x8 discrete cosine transform (T.81 A.3.3) in float.
#pragma once

#include <cstddef>

namespace foveate {

// `samples`: 8 rows of 8 level-shifted samples, `stride` floats apart.
// `zigzag`: 64 coefficients in zigzag order; a flat block of value v gives DC 8 v.
void forward_dct(const float* samples, std::ptrdiff_t stride, float* zigzag);

}  // namespace foveate
