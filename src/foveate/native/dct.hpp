// The 8x8 discrete cosine transform (T.81 A.3.3) and its inverse, reckoned in float.
#pragma once

#include <cstddef>
#include <cstdint>

namespace foveate {

// `samples`: 8 rows of 8 level-shifted samples a block, block beside block, rows `stride` floats
// apart. `zigzag`: 64 coefficients a block in zigzag order and units of kUnit, halves away from
// zero; a flat block of value v gives DC 8 v.
void forward_dct(const float* samples, std::ptrdiff_t stride, int blocks, std::int16_t* zigzag);

// The same, not rounded and in plain units.
void forward_dct(const float* samples, std::ptrdiff_t stride, int blocks, float* zigzag);

// The samples of blocks whose coefficients are step * level.
void inverse_dct(const std::int16_t* levels, const float* steps, int blocks, float* samples,
                 std::ptrdiff_t stride);

}  // namespace foveate
