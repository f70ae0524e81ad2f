// From the coarsest scale down to full size: the gradient and the curvature of SSIMULACRA 2's sum.
#pragma once

#include <array>
#include <vector>

#include "eye/field.hpp"
#include "eye/maps.hpp"
#include "eye/ssimulacra2.hpp"
#include "eye/tile.hpp"

namespace foveate {

// How much the errors of a channel at a scale count.
struct ChannelErrors {
  ErrorWeights structure;
  ErrorWeights gained;
  ErrorWeights lost;
  bool count = false;  // whether any does
};
using ScaleErrors = std::array<ChannelErrors, kChannels>;

// Whether of a scale's channels Y alone counts, as at full size.
inline bool only_y(const ScaleErrors& errors) { return !errors[0].count && !errors[2].count; }

// Fills in `seen.curvature`, and gives the gradient to `sink` where there is a decoded picture.
void descend(const Side& original, const Pyramid* decoded, const ScaledField& field,
             const std::vector<ScaleErrors>& errors, Seen& seen, const GradientSink& sink,
             int threads);

}  // namespace foveate
