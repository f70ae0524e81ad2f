// SSIMULACRA 2's raw sum over a decoded picture, its gradient by the samples of Y, Cb and Cr, and
// its curvature around each block (Sneyers, Cloudinary, 2022, version 2.1).
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "eye/blur.hpp"
#include "eye/linear.hpp"

namespace foveate {

// Weights of a channel at a scale: of the means of structure lost, edges gained and edges lost,
// then of their 4-norms.
using NormWeights = std::array<float, 6>;

bool counts(const NormWeights& weights);

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
  std::vector<Curvature> curvature;  // of every scale
};

// The rows of the gradient by the samples of Y, Cb and Cr that hold rows top..top + kStripRows of
// the picture, and one row more on either side where there is one: the sheets begin at `first`.
constexpr int kStripRows = 64;
struct GradientStrip {
  int top;
  int first;
  std::array<Sheet, 3> planes;
};

// Takes the strips of a gradient, from several threads at once and in any order.
using GradientSink = std::function<void(const GradientStrip&)>;

struct Planes;

// `decoded` has the original's size and channels, or no pixels: then there is no error yet, and
// nothing comes to the sink. The sum of a large picture is estimated from some of its parts.
// `kept`: the original's planes for these weights, blurred too, or none.
Seen ssimulacra2(const Picture& original, const Planes* kept, const Picture& decoded,
                 const ScaleWeights& weights, const BlockField& field, const GradientSink& sink,
                 int threads);

// Only the sums, one for each field; a field may be 0 in places, not everywhere.
std::vector<double> ssimulacra2_sums(const Picture& original, const Planes* kept,
                                     const Picture& decoded, const ScaleWeights& weights,
                                     const std::vector<BlockField>& fields, int threads);

}  // namespace foveate
