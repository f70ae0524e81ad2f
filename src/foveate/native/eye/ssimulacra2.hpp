// SSIMULACRA 2's raw sum over a decoded picture, its gradient by the samples of Y, Cb and Cr, and
// its curvature around each block (Sneyers, Cloudinary, 2022, version 2.1).
#pragma once

#include <array>
#include <vector>

#include "eye/linear.hpp"

namespace foveate {

// Weights of a channel at a scale: of the means of structure lost, edges gained and edges lost,
// then of their 4-norms.
using NormWeights = std::array<float, 6>;

// [scale][channel]; what has none is left out.
using ScaleWeights = std::vector<std::array<NormWeights, kChannels>>;

// How much each luma block counts, (rows, cols); none: all alike.
struct BlockField {
  const float* values = nullptr;
  int rows = 0;
  int cols = 0;
};

// What a unit of squared error costs around each block at a scale and in a channel: of what
// differs from its surroundings, and of what differs from its blurred self (edges). One value a
// luma block, or a sample where these are larger.
struct Curvature {
  int rows = 0;
  int cols = 0;
  std::array<std::vector<float>, kChannels> structure;
  std::array<std::vector<float>, kChannels> edges;
};

struct Seen {
  double sum = 0.0;
  // By Y, Cb and Cr, each of the picture's size; empty where no decoded picture was given.
  std::array<std::vector<float>, 3> gradient;
  std::vector<Curvature> curvature;  // of every scale
};

// `decoded` has the original's size and channels, or no pixels: then there is no error yet.
Seen ssimulacra2(const Picture& original, const Picture& decoded, const ScaleWeights& weights,
                 const BlockField& field, int threads);

}  // namespace foveate
