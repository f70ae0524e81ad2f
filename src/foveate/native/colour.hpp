// Pixels to the coefficients of their components: JFIF colour, chroma subsampling, blocks, DCT.
#pragma once

#include <cstdint>
#include <vector>

#include "blocks.hpp"

namespace foveate {

// Shares of red, green and blue in Y, Cb and Cr (JFIF: BT.601, full range).
constexpr float kJfif[3][3] = {{0.299f, 0.587f, 0.114f},
                               {-0.168735892f, -0.331264108f, 0.5f},
                               {0.5f, -0.418687589f, -0.081312411f}};

struct Picture {
  const std::uint8_t* pixels;  // height x width x channels, interleaved
  int height;
  int width;
  int channels;  // 3: sRGB, 1: grey
};

// Sampling of every component: one for grey; Y, Cb, Cr otherwise.
std::vector<Sampling> component_sampling(int channels, bool chroma_420);

// The block grid of component `index`, its data unset.
Grid<std::int16_t> component_grid(int height, int width, const std::vector<Sampling>& sampling,
                                  int index);

// Fills every grid with DCT coefficients. Beyond the picture's edge its last row and column repeat.
void forward(const Picture& picture, const std::vector<Sampling>& sampling,
             const std::vector<Grid<std::int16_t>>& grids, int threads);

}  // namespace foveate
