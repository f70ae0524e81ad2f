// Levels to the pixels that a decoder shows.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "blocks.hpp"
#include "colour.hpp"

namespace foveate {

// Writes height x width x channels samples, interleaved: inverse DCT, samples rounded to 0..255,
// libjpeg's interpolation of chroma, JFIF's colour. Decoders with integer DCTs differ by about 1.
// `steps`: one table a component.
void inverse(const std::vector<Grid<const std::int16_t>>& levels,
             const std::vector<std::array<float, kBlock>>& steps,
             const std::vector<Sampling>& sampling, int height, int width, std::uint8_t* pixels,
             int threads);

}  // namespace foveate
