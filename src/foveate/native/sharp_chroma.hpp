// Chroma at half the resolution that decoders' interpolation brings closer to the picture.
#pragma once

#include <array>
#include <cstdint>

#include "blocks.hpp"
#include "colour.hpp"

namespace foveate {

// Means of 2x2 pixels lose more of strong edges of colour than they have to: interpolated by
// libjpeg's triangle filter they come out blurred. Where that matters, blocks of Cb and Cr get the
// samples whose interpolation has the least squared error instead; others are left as they are.
// `chroma`: the coefficients of the means. Tells whether any block was written.
bool sharpen_chroma(const Picture& picture, const std::array<Grid<std::int16_t>, 2>& chroma,
                    int threads);

}  // namespace foveate
