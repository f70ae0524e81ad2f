// The forward 8x8 discrete cosine transform (T.81 A.3.3), reckoned in float.
#pragma once

#include <cstddef>
#include <cstdint>

namespace foveate {

// `samples`: 8 rows of 8 level-shifted samples a block, block beside block, rows `stride` floats
// apart. `zigzag`: 64 coefficients a block in zigzag order and units of kUnit, halves away from
// zero; a flat block of value v gives DC 8 v.
void forward_dct(const float* samples, std::ptrdiff_t stride, int blocks, std::int16_t* zigzag);

}  // namespace foveate
